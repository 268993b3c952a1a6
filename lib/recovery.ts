import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { EventBus, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  QueryLanguage,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type { Settings } from '../core/settings.ts';
import type { Foundation } from './foundation.ts';
import { recoveryName, runMachineArns, runMachines } from './names.ts';
import type { RunSteps } from './run-steps.ts';
import { Step } from './step.ts';
import type { Tier } from './tier.ts';
import { acknowledgeWildcards } from './wildcards.ts';
import { recoveryDefinition } from './workflow/recovery.ts';
import { statesArn, WorkflowRole } from './workflow-role.ts';

export interface RecoveryProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
  readonly steps: RunSteps;
  readonly tiers: ReadonlyMap<string, Tier>;
}

/**
 * The watchdog: settles every run that ended in a way nobody intended.
 *
 * An event starts it, and, since events are best effort, a sweep that looks whether whoever has the lock still lives, and
 * whether anything that died was not settled.
 */
export class Recovery extends Construct {
  readonly stateMachine: StateMachine;
  readonly watchRuns: Step;
  readonly recoverRun: Step;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, props: RecoveryProps) {
    super(scope, id);

    this.#foundation = props.foundation;
    this.recoverRun = this.recoverRunStep();
    this.stateMachine = this.machine(props, this.recoverRun);
    this.watchRuns = this.watchRunsStep();
    this.watch();
  }

  private recoverRunStep(): Step {
    const { archive, store, announcements, signature } = this.#foundation;
    const bus = EventBus.fromEventBusName(this, 'Bus', 'default');
    const step = this.step('RecoverRun', 'recover-run', Duration.minutes(5), {
      TOPIC_ARN: announcements.topic.topicArn,
      EVENT_BUS: bus.eventBusName,
      SIGNING_KEY: signature.key.keyArn,
    });
    archive.grantInspect(step);
    archive.grantDeposit(step, 'recovery.json', 'recovery-manifest.json');
    signature.grantSign(step.grantPrincipal);
    store.grantWithdrawGoAhead(step);
    store.grantReleaseLock(step);
    store.grantQuarantine(step);
    store.grantRemember(step);
    announcements.grantReachPeople(step);
    Grant.addToPrincipal({ grantee: step, actions: ['events:PutEvents'], resourceArns: [bus.eventBusArn] });
    return step;
  }

  private watchRunsStep(): Step {
    const step = this.step('WatchRuns', 'watch-runs', Duration.minutes(1), {
      RECOVERY: this.stateMachine.stateMachineArn,
    });
    this.#foundation.store.grantSeeLock(step);
    this.#foundation.store.grantTellAbsent(step);
    Grant.addToPrincipal({
      grantee: step,
      actions: ['states:ListExecutions'],
      resourceArns: runMachineArns(this, this.#foundation.ground.stage),
    });
    Grant.addToPrincipal({
      grantee: step,
      actions: ['states:StartExecution'],
      resourceArns: [this.stateMachine.stateMachineArn],
    });
    return step;
  }

  /** A step that looks at executions of the workflows, and reads what they left. */
  private step(id: string, step: 'recover-run' | 'watch-runs', timeout: Duration, more: Record<string, string>): Step {
    const { ground, archive, store } = this.#foundation;
    const executions = runMachines(ground.stage).map((name) => statesArn(this, 'execution', `${name}:`));
    const made = new Step(this, id, {
      ground,
      step,
      memorySize: 256,
      timeout,
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        DESK_BUCKET: store.bucket.bucketName,
        EXECUTIONS: executions.join(),
        ...more,
      },
    });
    archive.grantFetch(made);
    acknowledgeWildcards(made, 'Executions are named as they start: it looks at those of the two workflows.', [
      ...executions.map((prefix) => `${prefix}*`),
    ]);
    Grant.addToPrincipal({
      grantee: made,
      actions: ['states:DescribeExecution'],
      resourceArns: executions.map((prefix) => `${prefix}*`),
    });
    return made;
  }

  private machine({ foundation, settings, steps, tiers }: RecoveryProps, recoverRun: Step): StateMachine {
    const { stage, encryptionKey } = foundation.ground;
    const { judgeWave, renewExpiry } = steps;
    const batches = { archive: foundation.archive.bucket, tiers, concurrency: settings.concurrency };
    const definition = recoveryDefinition(this, { recoverRun, judgeWave, renewExpiry, batches });

    const turning = [...tiers.values()].flatMap(({ rotateBatch, probeBatch }) => [rotateBatch, probeBatch]);
    const { role, policy } = new WorkflowRole(this, 'Acting', {
      foundation,
      name: recoveryName(stage),
      called: [recoverRun, judgeWave, renewExpiry, ...turning],
    });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const machine = new StateMachine(this, 'StateMachine', {
      stateMachineName: recoveryName(stage),
      comment: 'Settles one run that ended in a way nobody intended',
      definitionBody: DefinitionBody.fromChainable(definition),
      queryLanguage: QueryLanguage.JSONATA,
      role: role.withoutPolicyUpdates(),
      encryptionConfiguration: new CustomerManagedEncryptionConfiguration(encryptionKey),
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    // As in `RunWorkflow`: it would be attached to nobody.
    machine.node.tryRemoveChild('DistributedMapPolicy');
    machine.node.addDependency(policy);
    return machine;
  }

  /** Only top-level executions of the workflows: a child's event carries the label of its map in the machine's ARN. */
  private watch(): void {
    const { stage } = this.#foundation.ground;
    const target = { retryAttempts: 10, maxEventAge: Duration.hours(1) };
    const died = new Rule(this, 'Died', {
      description: 'A run ended in a way nobody intended',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: runMachineArns(this, stage) },
      },
      targets: [new LambdaFunction(this.watchRuns.version, target)],
    });
    const sweep = new Rule(this, 'Sweep', {
      description: 'Looks whether whoever has the lock still lives, and for runs that died and were not settled',
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [
        new LambdaFunction(this.watchRuns.version, { ...target, event: RuleTargetInput.fromObject({ sweep: true }) }),
      ],
    });
    const reason = 'What is lost here the next sweep finds, a quarter of an hour later.';
    for (const rule of [died, sweep]) Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
  }
}
