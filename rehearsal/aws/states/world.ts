import type { Instant } from '../../../core/instant.ts';
import type { VirtualTime } from '../../virtual-time.ts';

/** What Step Functions needs from outside itself. Whatever it does, it does as the state machine's role. */
export interface StatesWorld {
  readonly time: VirtualTime;
  /** Seeded, in [0, 1): jitter, identifiers, `$random` and `$uuid`. */
  readonly random: () => number;
  /**
   * Invokes a Lambda function and waits for its answer, which may come long after the task has timed out.
   *
   * @throws {ServiceError} when Lambda refuses, under Lambda's own name for it: `TooManyRequestsException`, ...
   */
  invoke(functionArn: string, payload: string, principal: string): Promise<InvokeAnswer>;
  /** Reads an object for an `ItemReader`. Throws a {@link ServiceError} when S3 refuses. */
  readObject(bucket: string, key: string, principal: string): Promise<string>;
  /** Whether the machine's role may start its own child executions. Throws a {@link ServiceError} when not. */
  authorise?(principal: string, action: string, resource: string): void;
  onTransition?(transition: Transition): void;
  /** Where EventBridge hears of an execution's status, child executions' too. */
  onStatus?(change: StatusChange): void;
}

/** A Lambda function's answer as it comes over the wire. */
export interface InvokeAnswer {
  /** JSON text: the function's result, or its error. */
  readonly payload: string;
  readonly functionError?: 'Handled' | 'Unhandled' | undefined;
  readonly statusCode?: number;
  readonly executedVersion?: string;
}

/** What Step Functions charges for: a state entered, a state retried, a child started by a map, an execution redriven. */
export interface Transition {
  readonly kind: 'entered' | 'retried' | 'childStarted' | 'redriven';
  readonly executionArn: string;
  readonly execution: string;
  /** The state that it is about; of a redrive, the one that the execution goes on with. */
  readonly state: string;
  readonly at: Instant;
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface StatusChange {
  readonly status: ExecutionStatus;
  readonly executionArn: string;
  readonly execution: string;
  readonly stateMachineArn: string;
  readonly at: Instant;
}
