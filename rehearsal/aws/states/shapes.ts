import type { Execution } from './execution.ts';
import { textOf } from './json.ts';

/** Inputs and outputs of the operations, in the shapes of the SDK's client. */

export interface StartExecutionInput {
  readonly stateMachineArn: string;
  readonly name?: string;
  readonly input?: string;
}

export interface ExecutionInput {
  readonly executionArn: string;
}

export interface StopExecutionInput extends ExecutionInput {
  readonly error?: string;
  readonly cause?: string;
}

export interface RedriveExecutionInput extends ExecutionInput {
  readonly clientToken?: string;
}

export interface Paged {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface ListExecutionsInput extends Paged {
  readonly stateMachineArn: string;
  readonly statusFilter?: string;
}

export interface GetExecutionHistoryInput extends Paged, ExecutionInput {
  readonly reverseOrder?: boolean;
}

export interface TaskTokenInput {
  readonly taskToken: string;
}

export interface SendTaskSuccessInput extends TaskTokenInput {
  readonly output: string;
}

export interface SendTaskFailureInput extends TaskTokenInput {
  readonly error?: string;
  readonly cause?: string;
}

export const summary = ({ arn, machine, name, status, startedAt, stoppedAt, redrives }: Execution) => ({
  executionArn: arn,
  stateMachineArn: machine.arn,
  name,
  status,
  startDate: new Date(startedAt),
  ...(stoppedAt === undefined ? {} : { stopDate: new Date(stoppedAt) }),
  redriveCount: redrives.count,
  ...(redrives.at === undefined ? {} : { redriveDate: new Date(redrives.at) }),
});

export const description = (execution: Execution) => ({
  ...summary(execution),
  input: textOf(execution.input),
  inputDetails: { included: true },
  ...outcome(execution),
  ...redriveStatus(execution),
});

const redriveStatus = ({ whyNotRedrivable: redriveStatusReason }: Execution) =>
  redriveStatusReason === undefined
    ? { redriveStatus: 'REDRIVABLE' }
    : { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };

function outcome({ result }: Execution): Record<string, unknown> {
  if (result === undefined) return {};
  if (result.status === 'SUCCEEDED') return { output: textOf(result.output), outputDetails: { included: true } };
  const { error, cause } = result;
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

/** One page of a list. The token is the place of the next page's first item. */
export function pageOf<T>(
  all: readonly T[],
  { maxResults = 0, nextToken = '0' }: Paged,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const from = Number(nextToken);
  const to = from + (maxResults || 100);
  return { items: all.slice(from, to), nextToken: to < all.length ? String(to) : undefined };
}
