import { Aws, Duration, RemovalPolicy, TimeZone, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type { Mode } from '../core/plan.ts';
import type { Schedule as ScheduleSettings, Settings } from '../core/settings.ts';

export interface SchedulesProps {
  readonly settings: Settings;
  readonly stateMachine: StateMachine;
}

/** A run that starts late is not the run that was meant: better none, and an alarm. */
const patience = { retryAttempts: 2, maxEventAge: Duration.minutes(15) };

/** Starts audits often, and rotations when somebody has switched their schedule on. */
export class Schedules extends Construct {
  /** Starts that could not be made. */
  readonly undelivered: Queue;
  readonly #stateMachine: StateMachine;
  readonly #role: Role;

  constructor(scope: Construct, id: string, { settings, stateMachine }: SchedulesProps) {
    super(scope, id);

    this.#stateMachine = stateMachine;
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const reason = 'It is where starts go that could not be made: nothing takes messages from it but people.';
    Validations.of(this.undelivered).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );

    this.#role = new Role(this, 'Role', {
      description: "Keyturn's schedules",
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    this.every('Audit', 'audit', settings.schedules.audit);
    this.every('Rotation', 'rotate', settings.schedules.rotation);
  }

  private every(id: string, mode: Mode, { expression, timeZone, enabled }: ScheduleSettings): void {
    const requestedBy = `schedule:${id.toLowerCase()}`;
    new Schedule(this, id, {
      description: mode === 'audit' ? 'Reports what is due and touches nothing' : 'Drafts a rotation for approval',
      schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
      enabled,
      target: new StepFunctionsStartExecution(this.#stateMachine as IStateMachine, {
        ...patience,
        role: this.#role,
        deadLetterQueue: this.undelivered,
        input: ScheduleTargetInput.fromObject({
          mode,
          requestedBy,
          why: `${id} on schedule, ${expression} ${timeZone}`,
        }),
      }),
    });
  }
}
