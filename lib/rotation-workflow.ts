import { ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
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
import { workflowArn, workflowName } from './names.ts';
import type { RunSteps } from './run-steps.ts';
import type { Step } from './step.ts';
import type { Tier } from './tier.ts';
import { batchMaps } from './workflow/batch-maps.ts';
import { runDefinition } from './workflow/run.ts';

export interface RotationWorkflowProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
  readonly steps: RunSteps;
  readonly desk: ApprovalDesk;
  readonly tiers: ReadonlyMap<string, Tier>;
}

/**
 * The state machine that conducts runs.
 *
 * It holds task tokens for the moment in which it hands them to the desk, so its history is encrypted, and its log tells
 * what happened but not with which data.
 */
export class RotationWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: RotationWorkflowProps) {
    super(scope, id);

    const { foundation, settings, steps, desk, tiers } = props;
    const { stage, encryptionKey } = foundation.ground;
    const definition = runDefinition(this, {
      steps,
      requestApproval: desk.requestApproval,
      settings,
      maps: batchMaps(this, { archive: foundation.archive.bucket, tiers, concurrency: settings.concurrency }),
    });

    const role = workflowRole(this, stage);
    const permissions = workflowPermissions(this, role, props);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: workflowName(stage),
      comment: 'One run of Keyturn: a plan, its approval, and its waves',
      definitionBody: DefinitionBody.fromChainable(definition),
      queryLanguage: QueryLanguage.JSONATA,
      // What CDK would grant by itself is wider than what this needs: the statements are written out below.
      role: role.withoutPolicyUpdates(),
      encryptionConfiguration: new CustomerManagedEncryptionConfiguration(encryptionKey),
      logs: { destination: logGroup(this, encryptionKey), level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    this.stateMachine.node.tryRemoveChild('DistributedMapPolicy');
    this.stateMachine.node.addDependency(permissions);
  }
}

/** CDK's own role would shut out the children of a Distributed Map, which arrive as map runs. */
const workflowRole = (scope: Construct, stage: string) =>
  new Role(scope, 'Role', {
    description: "Keyturn's workflow",
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': [workflowArn(scope, stage), statesArn(scope, 'mapRun', `${workflowName(stage)}/*`)] },
      },
    }),
  });

const logGroup = (scope: Construct, encryptionKey: IKey) =>
  new LogGroup(scope, 'Logs', { retention: RetentionDays.ONE_YEAR, encryptionKey, removalPolicy: RemovalPolicy.RETAIN });

function workflowPermissions(scope: Construct, { foundation, steps, desk, tiers }: RotationWorkflowProps) {
  const { ground, archive } = foundation;
  const keyArn = ground.encryptionKey.keyArn;
  const self = workflowArn(scope, ground.stage);
  const called: readonly Step[] = [
    steps.draftPlan, steps.confirmPlan, steps.admitWave, steps.judgeWave, steps.renewExpiry, steps.closeRun,
    desk.requestApproval,
    ...[...tiers.values()].flatMap(({ rotateBatch, probeBatch }) => [rotateBatch, probeBatch]),
  ];

  return [
    new PolicyStatement({
      sid: 'CallSteps',
      actions: ['lambda:InvokeFunction'],
      // Any published version: a run under way goes on with those it began with, whatever was deployed since.
      resources: called.map(({ everyVersionArn }) => everyVersionArn),
    }),
    new PolicyStatement({
      sid: 'ReadBatches',
      actions: ['s3:GetObject'],
      resources: [archive.bucket.arnForObjects('runs/*')],
    }),
    new PolicyStatement({
      sid: 'DecryptBatches',
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } },
    }),
    new PolicyStatement({ sid: 'StartBatches', actions: ['states:StartExecution'], resources: [self] }),
    new PolicyStatement({
      sid: 'FollowBatches',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [statesArn(scope, 'execution', `${workflowName(ground.stage)}:*`)],
    }),
    new PolicyStatement({
      sid: 'RedriveBatches',
      actions: ['states:RedriveExecution'],
      resources: [statesArn(scope, 'execution', `${workflowName(ground.stage)}/*`)],
    }),
    new PolicyStatement({
      sid: 'EncryptHistory',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': [self, `${self}/*`] } },
    }),
    new PolicyStatement({
      sid: 'EncryptLogs',
      actions: ['kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logsArn(scope) } },
    }),
    new PolicyStatement({ sid: 'Observe', actions: [...logDelivery, ...traces], resources: ['*'] }),
  ];
}

const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

const traces = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];

const logsArn = (scope: Construct): string =>
  Stack.of(scope).formatArn({ service: 'logs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });

const statesArn = (scope: Construct, resource: 'execution' | 'mapRun', resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
