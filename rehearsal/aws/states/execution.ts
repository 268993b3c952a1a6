import { type Instant, toIso } from '../../../core/instant.ts';
import { ServiceError } from '../../account/replica.ts';
import { dataLimitExceeded, Failed, type Failure } from './failure.ts';
import { type Details, History } from './history.ts';
import { addressOf, executionArnOf, type MachineAddress, uuid } from './identifiers.ts';
import { isTooHeavy, type Json, type JsonObject } from './json.ts';
import type { Graph } from './language.ts';
import { Progress } from './progress.ts';
import { Redrives, whyNotRedrivable } from './redrives.ts';
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
 * It ends once: whatever comes first of its own end, its timeout and being stopped. After that nothing in it acts, unless it
 * is redriven: then it goes on where it ended, and ends once more.
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
  readonly startedAt: Instant;
  readonly redrives = new Redrives();
  #result: ExecutionResult | undefined;
  #stoppedAt: Instant | undefined;
  #transitions = 0;
  #cancelTimeout = () => {};
  readonly #surroundings: Surroundings;
  readonly #graph: Graph;
  readonly #progress = new Progress();
  #scope = new Scope();
  #ending = Promise.withResolvers<ExecutionResult>();

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
  }

  /** Resolves however the execution ends: now, or the next time. Rejects only for a mistake in the rehearsal itself. */
  get finished(): Promise<ExecutionResult> {
    return this.#ending.promise;
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

  /** Why it cannot be redriven now. Undefined: it can. */
  get whyNotRedrivable(): string | undefined {
    const { status, stoppedAt, history, world } = this;
    return whyNotRedrivable({ status, stoppedAt, events: history.size }, world.time.now());
  }

  start(): void {
    const { input, machine, world } = this;
    this.#announce('RUNNING');
    this.history.record(world.time.now(), 'ExecutionStarted', { input, roleArn: machine.roleArn });
    this.#go();
  }

  /**
   * Goes on where it ended. The same request made again changes nothing.
   *
   * @throws {ServiceError} `ExecutionNotRedrivable`.
   */
  redrive(clientToken?: string): Instant {
    const now = this.world.time.now();
    const before = this.redrives.madeBy(clientToken, now);
    if (before !== undefined) return before;
    const why = this.whyNotRedrivable;
    if (why !== undefined) throw new ServiceError('ExecutionNotRedrivable', why);

    this.redrives.note(now, clientToken);
    this.#result = undefined;
    this.#stoppedAt = undefined;
    this.#scope = new Scope();
    this.#ending = Promise.withResolvers();
    this.#announce('RUNNING');
    this.history.record(now, 'ExecutionRedriven', { redriveCount: this.redrives.count });
    this.count('redriven', this.#progress.place?.entry.name ?? this.#graph.StartAt);
    this.#go();
    return now;
  }

  #go(): void {
    const { TimeoutSeconds } = this.machine.definition;
    if (TimeoutSeconds !== undefined && this.label === undefined) this.#endAfter(TimeoutSeconds);
    const [scope, ending] = [this.#scope, this.#ending];
    this.#run(scope).catch((mistake: unknown) => {
      this.#cancelTimeout();
      scope.stop();
      ending.reject(mistake);
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
    this.#authorise('states:StartExecution', this.machine.arn);
    const { machine, world } = this;
    const child = new Execution(this.#surroundings, { machine, name: uuid(world.random), ...kind });
    this.#surroundings.register(child);
    this.count('childStarted', startedBy);
    child.start();
    return this.#follow(child);
  }

  #follow(child: Execution): ChildExecution {
    return {
      output: child.finished.then(outputOf),
      abort: () => child.abort(),
      again: () => {
        if (child.whyNotRedrivable === undefined) {
          this.#authorise('states:RedriveExecution', child.arn);
          child.redrive();
        }
        return this.#follow(child);
      },
    };
  }

  #authorise(action: string, resource: string): void {
    const { machine, world } = this;
    try {
      world.authorise?.(machine.roleArn, action, resource);
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      throw new Failed('States.Permissions', thrown.message, { cause: thrown });
    }
  }

  async #run(scope: Scope): Promise<void> {
    const inner = { item: undefined, variables: {}, visiting: undefined };
    try {
      const top = { run: this, scope, progress: this.#progress, ...inner };
      const output = await walk(top, this.#graph, this.input);
      this.#end({ status: 'SUCCEEDED', output }, 'ExecutionSucceeded', { output });
    } catch (thrown) {
      if (thrown instanceof Failed) {
        // What failed after it was stopped is not what a redrive has begun since.
        if (scope === this.#scope)
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

  get facts(): JsonObject {
    const { arn, input, machine, name, startedAt, redrives } = this;
    const StartTime = toIso(startedAt);
    const again = redrives.at === undefined ? {} : { RedriveTime: toIso(redrives.at) };
    const RedriveCount = redrives.count;
    return {
      Execution: { Id: arn, Input: input, StartTime, Name: name, RoleArn: machine.roleArn, RedriveCount, ...again },
      StateMachine: { Id: this.#labelled(machine.arn), Name: this.#labelled(machine.name) },
    };
  }

  #labelled(name: string): string {
    return this.label === undefined ? name : `${name}/${this.label}`;
  }
}

const outputOf = (result: ExecutionResult) => (result.status === 'SUCCEEDED' ? { value: result.output } : undefined);
