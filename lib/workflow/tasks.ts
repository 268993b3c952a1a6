import { Duration, Stack } from 'aws-cdk-lib';
import {
  CustomState,
  IntegrationPattern,
  type RetryProps,
  TaskInput,
  type TaskStateBase,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

import type { Step } from '../step.ts';
import { serviceFault } from './retries.ts';

type Json = { readonly [field: string]: unknown };

/** Lambda ends a function at its own timeout. Only an answer that was lost on its way makes the task wait for longer. */
const grace = Duration.seconds(30);
const longerThan = (step: Step) => step.timeout.plus(grace);

/** Calls a step. What it answers is what the next state is given, unless `output` says otherwise. */
export interface Call {
  readonly step: Step;
  /** Its fields, or one expression for all of it. */
  readonly event: Json | string;
  readonly output?: unknown;
  readonly assign?: Json;
}

const answer = '{% $states.result.Payload %}';

export function call(scope: Construct, name: string, { step, event, output = answer, assign }: Call): TaskStateBase {
  return LambdaInvoke.jsonata(scope, name, {
    lambdaFunction: step.version,
    payload: typeof event === 'string' ? TaskInput.fromText(event) : TaskInput.fromObject(event),
    outputs: output,
    ...(assign === undefined ? {} : { assign }),
    taskTimeout: Timeout.duration(longerThan(step)),
    retryOnServiceExceptions: false,
  }).addRetry(serviceFault);
}

/** Calls a step and waits until somebody answers for the token that it is given, and nobody else is. */
export function callAndWait(
  scope: Construct,
  name: string,
  { step, event }: Pick<Call, 'step'> & { readonly event: Json },
  timeout: Timeout,
): TaskStateBase {
  return LambdaInvoke.jsonata(scope, name, {
    lambdaFunction: step.version,
    integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
    payload: TaskInput.fromObject({ ...event, taskToken: '{% $states.context.Task.Token %}' }),
    outputs: {},
    taskTimeout: timeout,
    retryOnServiceExceptions: false,
  }).addRetry(serviceFault);
}

/** Calls the function of the batch's own tier. */
export interface TierCall {
  readonly steps: ReadonlyMap<string, Step>;
  readonly event: Json;
  readonly output: unknown;
  readonly retry: RetryProps;
  /** Where a failure goes, with what in hand. */
  readonly onFailure?: { readonly next: string; readonly output: unknown };
}

/**
 * CDK's own task cannot choose a function while it runs, so this writes the state out. CDK grants nothing for it: see
 * `RotationWorkflow`.
 */
export function callTier(
  scope: Construct,
  name: string,
  { steps, event, output, retry, onFailure }: TierCall,
): CustomState {
  const functions = [...steps].map(([tier, { version }]) => `'${tier}': '${version.functionArn}'`).join(', ');
  const timeouts = [...steps.values()].map((step) => longerThan(step).toSeconds());

  return new CustomState(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Stack.of(scope).partition}:states:::lambda:invoke`,
      Arguments: { FunctionName: `{% $lookup({${functions}}, $states.input.batch.tier) %}`, Payload: event },
      TimeoutSeconds: Math.max(...timeouts),
      Output: output,
      ...(onFailure === undefined
        ? {}
        : { Catch: [{ ErrorEquals: ['States.ALL'], Next: onFailure.next, Output: onFailure.output }] }),
    },
  }).addRetry(retry);
}
