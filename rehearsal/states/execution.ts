import { type Instant, toIso } from '../../core/instant.ts';
import { ServiceError } from '../replica.ts';
import { dataLimitExceeded, Failed, type Failure } from './failure.ts';
import { type Details, History } from './history.ts';
import { addressOf, executionArnOf, type MachineAddress, uuid } from './identifiers.ts';
import { isTooHeavy, type Json, type JsonObject } from './json.ts';
import type { Graph } from './language.ts';
import type { ChildExecution, ChildStart, Machine, Run } from './run.ts';
import { Scope, Stopped } from './scope.ts';
import type { TaskTokens } from './task-tokens.ts';
import { walk } from './walk.ts';
import type { ExecutionStatus, StatesWorld, Transition } from './world.ts';

/** How an execution ended. */
export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | ({ readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED' } & Failure);

/** What executions of one replica share. */
export interface Surroundings {
  readonly world: StatesWorld;
  readonly tokens: TaskTokens;
  /** Told of every child execution, before it starts. */
  register(child: Execution): void;
}

interface Start {
  readonly machine: Machine;
  readonly name: string;
  readonly input: Json;
  /** The label of the Distributed Map that this is a child execution of. */
  readonly label?: string;
  readonly graph?: Graph;
}

/**
 * One execution of a state machine, or one child execution of its Distributed Map.
 *
 * It ends once: whatever comes first of its own end, its timeout and being stopped. After that nothing in it acts.
 */
export class Execution implements Run {
  readonly machine: Machine;
  readonly name: string;
  readonly input: Json;
  readonly label: string | undefined;
  readonly arn: string;
  readonly address: MachineAddress;
  readonly world: StatesWorld;
  readonly tokens: TaskTokens;
  readonly history = new History();
  readonly facts: JsonObject;
  readonly startedAt: Instant;
  /** Resolves however the execution ends. Rejects only for a mistake in the rehearsal itself. */
  readonly finished: Promise<ExecutionResult>;
  #result: ExecutionResult | undefined;
  #stoppedAt: Instant | undefined;
  #transitions = 0;
  #cancelTimeout = () => {};
  readonly #surroundings: Surroundings;
  readonly #graph: Graph;
  readonly #scope = new Scope();
  readonly #ending = Promise.withResolvers<ExecutionResult>();

  constructor(surroundings: Surroundings, { machine, name, input, label, graph = machine.definition }: Start) {
    this.#surroundings = surroundings;
    this.#graph = graph;
    this.world = surroundings.world;
    this.tokens = surroundings.tokens;
    this.machine = machine;
    this.name = name;
    this.input = input;
    this.label = label;
    this.address = addressOf(machine.arn);
    this.arn = executionArnOf(this.address, this.#labelled(machine.name), name);
    this.startedAt = this.world.time.now();
    this.finished = this.#ending.promise;
    this.facts = this.#facts();
  }

  get status(): ExecutionStatus {
    return this.#result?.status ?? 'RUNNING';
  }

  get result(): ExecutionResult | undefined {
    return this.#result;
  }

  get stoppedAt(): Instant | undefined {
    return this.#stoppedAt;
  }

  /** State transitions so far, as AWS counts them for the bill; those of child executions are their own. */
  get transitions(): number {
    return this.#transitions;
  }

  start(): void {
    this.#announce('RUNNING');
    const { TimeoutSeconds } = this.machine.definition;
    if (TimeoutSeconds !== undefined && this.label === undefined) this.#endAfter(TimeoutSeconds);
    this.#run().catch((mistake: unknown) => {
      this.#cancelTimeout();
      this.#scope.stop();
      this.#ending.reject(mistake);
    });
  }

  abort(failure: Failure = { error: undefined, cause: undefined }): void {
    this.#end({ status: 'ABORTED', ...failure }, 'ExecutionAborted', { ...failure });
  }

  count(kind: Transition['kind'], state: string): void {
    this.#transitions += 1;
    const { arn, name } = this;
    this.world.onTransition?.({ kind, executionArn: arn, execution: name, state, at: this.world.time.now() });
  }

  startChild({ startedBy, ...kind }: ChildStart): ChildExecution {
    if (isTooHeavy(kind.input)) throw dataLimitExceeded(startedBy);
    this.#authoriseChild();
    const { machine, world } = this;
    const child = new Execution(this.#surroundings, { machine, name: uuid(world.random), ...kind });
    this.#surroundings.register(child);
    this.count('childStarted', startedBy);
    child.start();
    return { output: child.finished.then(outputOf), abort: () => child.abort() };
  }

  #authoriseChild(): void {
    const { machine, world } = this;
    try {
      world.authorise?.(machine.roleArn, 'states:StartExecution', machine.arn);
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      throw new Failed('States.Permissions', thrown.message, { cause: thrown });
    }
  }

  async #run(): Promise<void> {
    const { input, machine, world } = this;
    this.history.record(world.time.now(), 'ExecutionStarted', { input, roleArn: machine.roleArn });
    try {
      const top = { run: this, scope: this.#scope, item: undefined, variables: {}, visiting: undefined };
      const output = await walk(top, this.#graph, input);
      this.#end({ status: 'SUCCEEDED', output }, 'ExecutionSucceeded', { output });
    } catch (thrown) {
      if (thrown instanceof Failed) {
        this.#end({ status: 'FAILED', ...thrown.failure }, 'ExecutionFailed', { ...thrown.failure });
      } else if (!(thrown instanceof Stopped)) {
        throw thrown;
      }
    }
  }

  #endAfter(seconds: number): void {
    const late = () => this.#end({ status: 'TIMED_OUT', error: undefined, cause: undefined }, 'ExecutionTimedOut', {});
    this.#cancelTimeout = this.world.time.after(seconds * 1_000, late);
  }

  #end(result: ExecutionResult, event: string, details: Details): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#stoppedAt = this.world.time.now();
    this.#cancelTimeout();
    this.#scope.stop();
    this.history.end(this.#stoppedAt, event, details);
    this.#announce(result.status);
    this.#ending.resolve(result);
  }

  #announce(status: ExecutionStatus): void {
    const { arn, machine, name, world } = this;
    const stateMachineArn = this.#labelled(machine.arn);
    world.onStatus?.({ status, executionArn: arn, execution: name, stateMachineArn, at: world.time.now() });
  }

  #facts(): JsonObject {
    const { arn, input, machine, name, startedAt } = this;
    const StartTime = toIso(startedAt);
    return {
      Execution: { Id: arn, Input: input, StartTime, Name: name, RoleArn: machine.roleArn, RedriveCount: 0 },
      StateMachine: { Id: this.#labelled(machine.arn), Name: this.#labelled(machine.name) },
    };
  }

  #labelled(name: string): string {
    return this.label === undefined ? name : `${name}/${this.label}`;
  }
}

const outputOf = (result: ExecutionResult) => (result.status === 'SUCCEEDED' ? { value: result.output } : undefined);
