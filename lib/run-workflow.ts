import { RemovalPolicy } from 'aws-cdk-lib';
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
import type { ApprovalDesk } from './approval-desk.ts';
import type { Foundation } from './foundation.ts';
import { retirementName, workflowName } from './names.ts';
import type { RunSteps } from './run-steps.ts';
import type { Tier } from './tier.ts';
import { batchMaps } from './workflow/batch-maps.ts';
import { runDefinition } from './workflow/run.ts';
import { WorkflowRole } from './workflow-role.ts';

export interface RunWorkflowProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
  readonly steps: RunSteps;
  readonly desk: ApprovalDesk;
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Rotations, with their audits and restores; or retirements, after which no tag is to be moved. */
  readonly conducts: 'rotations' | 'retirements';
}

/**
 * A state machine that conducts runs.
 *
 * It holds a task token for the moment in which it hands it to the desk, so its history is encrypted, and its log tells
 * what happened but not with which data.
 */
export class RunWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: RunWorkflowProps) {
    super(scope, id);

    const { foundation, settings, steps, desk, tiers, conducts } = props;
    const { stage, encryptionKey } = foundation.ground;
    const isRotation = conducts === 'rotations';
    const name = isRotation ? workflowName(stage) : retirementName(stage);
    const maps = batchMaps(this, { archive: foundation.archive.bucket, tiers, concurrency: settings.concurrency });
    const { requestApproval, deliverDecisions: countAnswers } = desk;
    const definition = runDefinition(this, {
      steps,
      requestApproval,
      countAnswers,
      maps,
      settings,
      renews: isRotation,
    });

    const { role, policy } = new WorkflowRole(this, 'Acting', {
      foundation,
      name,
      called: [...calledSteps(steps, desk, tiers), ...(isRotation ? [steps.renewExpiry] : [])],
    });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      comment: 'One run of Keyturn: a plan, its approval, and its waves',
      definitionBody: DefinitionBody.fromChainable(definition),
      queryLanguage: QueryLanguage.JSONATA,
      role: role.withoutPolicyUpdates(),
      encryptionConfiguration: new CustomerManagedEncryptionConfiguration(encryptionKey),
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    // CDK prepares a policy for the maps that it then attaches to nobody, the role being closed to it.
    this.stateMachine.node.tryRemoveChild('DistributedMapPolicy');
    this.stateMachine.node.addDependency(policy);
  }
}

const calledSteps = (steps: RunSteps, desk: ApprovalDesk, tiers: ReadonlyMap<string, Tier>) => [
  steps.draftPlan,
  steps.confirmPlan,
  steps.admitWave,
  steps.judgeWave,
  steps.closeRun,
  desk.requestApproval,
  desk.deliverDecisions,
  ...[...tiers.values()].flatMap(({ rotateBatch, probeBatch }) => [rotateBatch, probeBatch]),
];
