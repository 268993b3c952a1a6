import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import type { Foundation } from './foundation.ts';
import { stateMachineArn } from './names.ts';
import type { Step } from './step.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface WorkflowRoleProps {
  readonly foundation: Foundation;
  /** What the state machine is called. */
  readonly name: string;
  /** The steps that it calls. */
  readonly called: readonly Step[];
}

/**
 * What the state machine acts as: it calls steps, reads the batches of a wave, and starts a child for each.
 *
 * Written out, since CDK's own would be wider in what it may read, would miss the functions that a state chooses while
 * it runs, and would shut out the children of a Distributed Map, which arrive as map runs.
 */
export class WorkflowRole extends Construct {
  readonly role: Role;
  readonly policy: Policy;

  constructor(scope: Construct, id: string, props: WorkflowRoleProps) {
    super(scope, id);

    const mapRuns = statesArn(this, 'mapRun', `${props.name}/*`);
    this.role = new Role(this, 'Role', {
      description: "Keyturn's workflow",
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': [stateMachineArn(this, props.name), mapRuns] },
        },
      }),
    });
    this.policy = new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [...forSteps(this, props), ...forBatches(this, props), ...forHistory(this, props)],
    });
  }
}

function forSteps(scope: Construct, { called }: WorkflowRoleProps): PolicyStatement[] {
  const versions = called.map(({ everyVersionArn }) => everyVersionArn);
  const why = 'A run under way goes on with the versions that it began with, whatever was deployed since.';
  acknowledgeWildcards(scope, why, versions);
  return [new PolicyStatement({ sid: 'CallSteps', actions: ['lambda:InvokeFunction'], resources: versions })];
}

/** It may not redrive its children: an execution that is redriven finds that AWS lets it do nothing with them. */
function forBatches(scope: Construct, { foundation, name }: WorkflowRoleProps): PolicyStatement[] {
  const { ground, archive } = foundation;
  const children = statesArn(scope, 'execution', `${name}/*`);
  const executions = statesArn(scope, 'execution', `${name}:*`);
  acknowledgeWildcards(scope, 'Executions are named as they start: it follows its own, and no others.', [
    children,
    executions,
  ]);

  return [
    new PolicyStatement({
      sid: 'ReadBatches',
      actions: ['s3:GetObject'],
      resources: [archive.bucket.arnForObjects('runs/*')],
    }),
    new PolicyStatement({
      sid: 'DecryptBatches',
      actions: ['kms:Decrypt'],
      resources: [ground.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } },
    }),
    new PolicyStatement({
      sid: 'StartChildren',
      actions: ['states:StartExecution'],
      resources: [stateMachineArn(scope, name)],
    }),
    new PolicyStatement({
      sid: 'FollowChildren',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [executions, children],
    }),
  ];
}

function forHistory(scope: Construct, { foundation, name }: WorkflowRoleProps): PolicyStatement[] {
  const { encryptionKey } = foundation.ground;
  const self = stateMachineArn(scope, name);
  const logs = Stack.of(scope).formatArn({ service: 'logs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
  acknowledgeWildcards(scope, 'AWS evaluates the delivery of logs and X-Ray traces on no resource.', ['*']);

  return [
    new PolicyStatement({
      sid: 'EncryptHistory',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [encryptionKey.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': [self, `${self}/*`] } },
    }),
    new PolicyStatement({
      sid: 'EncryptLogs',
      actions: ['kms:GenerateDataKey'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logs } },
    }),
    new PolicyStatement({ sid: 'DeliverLogs', actions: [...logDelivery], resources: ['*'] }),
    new PolicyStatement({ sid: 'Trace', actions: [...tracing], resources: ['*'] }),
  ];
}

/** As AWS lists them for state machines that log to CloudWatch. */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
] as const;

const tracing = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
] as const;

export const statesArn = (scope: Construct, resource: 'execution' | 'mapRun', resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
