import type { History } from './history.ts';
import type { MachineAddress } from './identifiers.ts';
import type { Json, JsonObject } from './json.ts';
import type { Definition, Graph } from './language.ts';
import type { Progress } from './progress.ts';
import type { Scope } from './scope.ts';
import type { TaskTokens } from './task-tokens.ts';
import type { StatesWorld, Transition } from './world.ts';

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: Definition;
}

/** The execution, as the states that run in it see it. */
export interface Run {
  readonly world: StatesWorld;
  readonly tokens: TaskTokens;
  readonly machine: Machine;
  readonly address: MachineAddress;
  readonly history: History;
  /** What `$states.context` says of execution and state machine. */
  readonly facts: JsonObject;
  count(kind: Transition['kind'], state: string): void;
  /** Starts a child execution of a Distributed Map, which sees its input and nothing else. */
  startChild(start: ChildStart): ChildExecution;
}

export interface ChildStart {
  readonly label: string;
  readonly graph: Graph;
  readonly input: Json;
  /** The name of the map state. */
  readonly startedBy: string;
}

/** What a child gave; undefined when it did not succeed. */
export type ChildOutput = { readonly value: Json } | undefined;

export interface ChildExecution {
  /** Never rejects for a failure of the child. */
  readonly output: Promise<ChildOutput>;
  abort(): void;
  /** The same child once its Map Run is redriven: it goes on if it did not succeed, and may be redriven. */
  again(): ChildExecution;
}

export type Variables = Readonly<Record<string, Json>>;

/** One line of states that follow each other: the execution's own, a branch's, or an iteration's. */
export interface Strand {
  readonly run: Run;
  readonly scope: Scope;
  /** The map item that this line works on; the innermost one. */
  readonly item: JsonObject | undefined;
  readonly progress: Progress;
  variables: Variables;
  /** The state that was entered and not yet left. */
  visiting: string | undefined;
}
