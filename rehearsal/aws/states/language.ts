import type { Json } from './json.ts';

/**
 * The part of the Amazon States Language that the replica speaks.
 *
 * Where a field may hold JSONata it is `Json`: a literal, an expression in `{% %}`, or a mixture of both.
 */
export interface Graph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Definition extends Graph {
  readonly QueryLanguage?: QueryLanguage;
  readonly TimeoutSeconds?: number;
}

export type QueryLanguage = 'JSONata' | 'JSONPath';

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | ParallelState
  | MapState
  | SucceedState
  | FailState;

interface AnyState {
  readonly QueryLanguage?: QueryLanguage;
  readonly Comment?: string;
}

/** What a state, one rule of a Choice or a catcher makes of what happened. */
export interface Conclusion {
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Output?: Json;
  readonly Next?: string;
}

interface Onward extends AnyState, Conclusion {
  readonly End?: true;
}

interface Fallible extends Onward {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher extends Conclusion {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface PassState extends Onward {
  readonly Type: 'Pass';
}

export interface TaskState extends Fallible {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: Json;
  readonly HeartbeatSeconds?: Json;
}

export interface ChoiceState extends AnyState, Conclusion {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface ChoiceRule extends Conclusion {
  readonly Condition: Json;
  readonly Next: string;
}

export interface WaitState extends Onward {
  readonly Type: 'Wait';
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
}

export interface ParallelState extends Fallible {
  readonly Type: 'Parallel';
  readonly Branches: readonly Graph[];
  readonly Arguments?: Json;
}

export interface MapState extends Fallible {
  readonly Type: 'Map';
  readonly ItemProcessor: ItemProcessor;
  readonly Items?: Json;
  readonly ItemReader?: ItemReader;
  readonly ItemSelector?: Json;
  readonly ItemBatcher?: ItemBatcher;
  readonly MaxConcurrency?: Json;
  readonly ToleratedFailureCount?: Json;
  readonly ToleratedFailurePercentage?: Json;
  readonly Label?: string;
}

export interface ItemProcessor extends Graph {
  readonly ProcessorConfig?: { readonly Mode?: 'INLINE' | 'DISTRIBUTED'; readonly ExecutionType?: 'STANDARD' };
}

export interface ItemReader {
  readonly Resource: string;
  readonly Arguments: Json;
  readonly ReaderConfig: {
    readonly InputType: 'JSON' | 'JSONL';
    readonly MaxItems?: Json;
    readonly ItemsPointer?: string;
  };
}

export interface ItemBatcher {
  readonly MaxItemsPerBatch?: Json;
  readonly MaxInputBytesPerBatch?: Json;
  readonly BatchInput?: Json;
}

export interface SucceedState extends AnyState, Conclusion {
  readonly Type: 'Succeed';
}

export interface FailState extends AnyState {
  readonly Type: 'Fail';
  readonly Error?: Json;
  readonly Cause?: Json;
}
