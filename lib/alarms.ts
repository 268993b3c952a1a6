import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { driftFound } from '../core/past-runs/drift.ts';
import { contradictionFound } from '../core/verdict/contradiction.ts';
import type { DriftLook } from './drift-look.ts';
import { workflowName } from './names.ts';
import type { Recovery } from './recovery.ts';
import type { RunSteps } from './run-steps.ts';
import type { Step } from './step.ts';

export interface AlarmsProps {
  readonly stage: string;
  readonly stateMachines: readonly StateMachine[];
  readonly recovery: Recovery;
  readonly steps: RunSteps;
  readonly driftLook: DriftLook;
  readonly deliverDecisions: Step;
  /** Starts that the schedules could not make. */
  readonly undelivered: Queue;
  readonly topic: Topic;
}

/**
 * Calls people when something happened that nobody intended.
 *
 * Few, and each with an article in the runbook. A run that ends on purpose, rolled back or halted, is announced by the
 * run itself.
 */
export class Alarms extends Construct {
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);

    this.#props = props;
    const { stateMachines, recovery, steps, driftLook, deliverDecisions, undelivered } = props;
    const period = Duration.minutes(5);
    this.on(
      'run-failed',
      'a run failed',
      ofAny(stateMachines, (one) => one.metricFailed({ period }), period),
    );
    this.on(
      'run-timed-out',
      'a run timed out',
      ofAny(stateMachines, (one) => one.metricTimedOut({ period }), period),
    );
    this.on(
      'run-aborted',
      'a run was aborted',
      ofAny(stateMachines, (one) => one.metricAborted({ period }), period),
    );
    this.on('recovery-failed', 'a run that died is not settled', failuresOf(recovery, period));
    this.on(
      'decision-undelivered',
      'a run could not be told of its decision',
      deliverDecisions.version.metricErrors({ period, statistic: Stats.SUM }),
    );
    const judges = { judgeWave: steps.judgeWave, closeRun: steps.closeRun, recoverRun: recovery.recoverRun };
    this.on(
      'claim-contradicted',
      'a claim is not so',
      this.linesOf('Contradictions', contradictionFound, judges, period),
    );
    const { watchDrift } = driftLook;
    this.on(
      'drift',
      'secrets changed since the run that rotated them',
      this.linesOf('Drift', driftFound, { watchDrift }, period),
    );
    this.on(
      'drift-unseen',
      'nobody could look whether secrets have drifted',
      watchDrift.version.metricErrors({ period, statistic: Stats.SUM }),
    );
    this.on(
      'run-not-started',
      'a schedule could not start its run',
      undelivered.metricApproximateNumberOfMessagesVisible({ period }),
    );
  }

  /** Counts a line that any of these steps may write into its log. */
  private linesOf(
    metricName: string,
    message: string,
    steps: Readonly<Record<string, Step>>,
    period: Duration,
  ): IMetric {
    const metricNamespace = `Keyturn/${this.#props.stage}`;
    for (const [name, { logGroup }] of Object.entries(steps)) {
      new MetricFilter(this, `${metricName}-${name}`, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.message', '=', message),
        metricNamespace,
        metricName,
        metricValue: '1',
      });
    }
    return new Metric({ namespace: metricNamespace, metricName, statistic: Stats.SUM, period });
  }

  private on(article: string, what: string, metric: IMetric): void {
    const { stage, topic } = this.#props;
    const alarm = new Alarm(this, article, {
      metric,
      alarmName: `${workflowName(stage)}-${article}`,
      alarmDescription: `Keyturn: ${what}. See docs/operations.md#${article}`,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic as ITopic));
  }
}

/** Whether it happened in any of the machines that conduct runs. `SUM` passes over what has no data. */
function ofAny(
  machines: readonly StateMachine[],
  metricOf: (machine: StateMachine) => IMetric,
  period: Duration,
): IMetric {
  const metrics = machines.map((machine, index) => [`m${index}`, metricOf(machine)] as const);
  return new MathExpression({
    expression: `SUM([${metrics.map(([id]) => id).join(', ')}])`,
    label: 'Runs',
    period,
    usingMetrics: Object.fromEntries(metrics),
  });
}

/** The recovery did not come to its end, or nobody could even look whether one is needed. `SUM` passes over what has no data. */
const failuresOf = ({ stateMachine, watchRuns }: Recovery, period: Duration): IMetric =>
  new MathExpression({
    expression: 'SUM([failed, timedOut, aborted, blind])',
    label: 'Recoveries that failed',
    period,
    usingMetrics: {
      failed: stateMachine.metricFailed({ period }),
      timedOut: stateMachine.metricTimedOut({ period }),
      aborted: stateMachine.metricAborted({ period }),
      blind: watchRuns.version.metricErrors({ period, statistic: Stats.SUM }),
    },
  });
