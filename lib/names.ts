import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Folders of `lambdas/`, each one step. */
export type StepName =
  | 'start-run'
  | 'draft-plan'
  | 'probe-batch'
  | 'confirm-plan'
  | 'request-approval'
  | 'review'
  | 'deliver-decisions'
  | 'admit-wave'
  | 'rotate-batch'
  | 'judge-wave'
  | 'renew-expiry'
  | 'close-run'
  | 'recover-run'
  | 'watch-drift'
  | 'watch-runs';

/** What a step's function is called, in the account and in the rehearsal. */
export const functionName = (stage: string, step: StepName, tier?: string): string =>
  ['keyturn', stage, step, ...(tier === undefined ? [] : [tier])].join('-');

export const workflowName = (stage: string): string => `keyturn-${stage}`;

/** What the machine is called that retires old credentials. */
export const retirementName = (stage: string): string => `keyturn-${stage}-retirement`;

/** The machines that conduct runs. */
export const runMachines = (stage: string): readonly string[] => [workflowName(stage), retirementName(stage)];

/** What the machine is called that settles runs which died. */
export const recoveryName = (stage: string): string => `keyturn-${stage}-recovery`;

/** Known before the state machines exist, so that their roles, their key and the desk may name them. */
export const runMachineArns = (scope: Construct, stage: string): string[] =>
  runMachines(stage).map((name) => stateMachineArn(scope, name));

export const stateMachineArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
