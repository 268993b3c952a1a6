import { Aws, Duration, RemovalPolicy, TimeZone, Validations } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import type { Schedule as ScheduleSettings, Settings } from '../core/settings.ts';
import type { ScheduleName } from '../core/start.ts';
import type { Step } from './step.ts';

export interface SchedulesProps {
  readonly settings: Settings;
  readonly startRun: Step;
}

/** A run that starts late is not the run that was meant: better none, and an alarm. */
const patience = { retryAttempts: 2, maxEventAge: Duration.minutes(15) };

/** Has audits started often, and rotations and retirements when somebody has switched their schedules on. */
export class Schedules extends Construct {
  /** Starts that could not be made. */
  readonly undelivered: Queue;
  readonly #startRun: Step;
  readonly #role: Role;

  constructor(scope: Construct, id: string, { settings, startRun }: SchedulesProps) {
    super(scope, id);

    this.#startRun = startRun;
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
    // The scheduler hands over a start and does not wait: what start-run cannot do, Lambda itself puts into the queue.
    startRun.version.configureAsyncInvoke({ ...patience, onFailure: into(this.undelivered) });
    Grant.addToPrincipal({
      grantee: startRun,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.undelivered.queueArn],
    });

    this.#role = new Role(this, 'Role', {
      description: "Keyturn's schedules",
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    this.every('Audit', 'audit', settings.schedules.audit);
    this.every('Rotation', 'rotation', settings.schedules.rotation);
    this.every('Retirement', 'retirement', settings.schedules.retirement);
  }

  private every(id: string, schedule: ScheduleName, { expression, timeZone, enabled }: ScheduleSettings): void {
    new Schedule(this, id, {
      description: descriptions[schedule],
      schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
      enabled,
      target: new LambdaInvoke(this.#startRun.version, {
        ...patience,
        role: this.#role,
        deadLetterQueue: this.undelivered,
        input: ScheduleTargetInput.fromObject({ schedule, at: ContextAttribute.scheduledTime }),
      }),
    });
  }
}

const descriptions: Readonly<Record<ScheduleName, string>> = {
  audit: 'Reports what is due and touches nothing',
  rotation: 'Drafts a rotation for approval',
  retirement: 'Drafts the retiring of old credentials for approval',
};

/** CDK's own would be let ask for the queue's attributes besides. */
const into = ({ queueArn }: Queue): IDestination => ({ bind: () => ({ destination: queueArn }) });
