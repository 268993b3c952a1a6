import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { Authorisation, type Permissions } from './authorisation.ts';
import { alwaysWorks, type Call, type Fate, type FateOf, TimeoutError, throttling } from './faults.ts';
import { Lives } from './lives.ts';
import { RequestQuotas } from './quotas.ts';
import { type Replica, ServiceError } from './replica.ts';
import { Tally } from './tally.ts';

export interface AccountOptions {
  /** Milliseconds that a call takes on its way. Without it, none. */
  readonly latencyOf?: (call: Call) => number;
  readonly fateOf?: FateOf;
  readonly quotas?: RequestQuotas;
  /** How long a caller waits for an answer that never comes. */
  readonly requestTimeoutMilliseconds?: number;
}

/** How a call ended for its caller. `callerDied` means that there was none any more. */
export type Ending =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'callerDied' };

/** One call that has ended. Its input may hold secret values: observers must not print it. */
export interface Observation {
  readonly call: Call;
  readonly fate: Fate;
  readonly beganAt: Instant;
  readonly endedAt: Instant;
  readonly ending: Ending;
}

export type Observer = (observation: Observation) => void;

/**
 * The AWS account of a rehearsal: whatever anybody asks of AWS goes through here, and is counted.
 *
 * A call meets, in this order, its latency, its fate, the request quotas, the replica, and, inside that, its caller's
 * policies: as on AWS, who is throttled is not told whether they would have been allowed.
 */
export class Account {
  readonly authorisation: Authorisation;
  /** What each principal called, `service:Operation`, whether it was answered or not. */
  readonly calls = new Tally();
  /** The operations by which each principal changed secrets, where the change took effect. */
  readonly writesToSecrets = new Tally();

  /** Whose invocation each call is made in. */
  readonly lives = new Lives();

  readonly #clock: Clock;
  readonly #replicas = new Map<string, Replica>();
  readonly #observers = new Set<Observer>();
  readonly #latencyOf: (call: Call) => number;
  readonly #fateOf: FateOf;
  readonly #quotas: RequestQuotas;
  readonly #requestTimeoutMilliseconds: number;
  #made = 0;

  constructor(permissions: Permissions, clock: Clock, options: AccountOptions = {}) {
    this.authorisation = new Authorisation(permissions, clock);
    this.#clock = clock;
    this.#latencyOf = options.latencyOf ?? (() => 0);
    this.#fateOf = options.fateOf ?? alwaysWorks;
    this.#quotas = options.quotas ?? new RequestQuotas(clock);
    this.#requestTimeoutMilliseconds = options.requestTimeoutMilliseconds ?? 5_000;
  }

  /** @throws {Error} when the service has a replica already. */
  register(...replicas: readonly Replica[]): void {
    for (const replica of replicas) {
      if (this.#replicas.has(replica.service)) throw new Error(`${replica.service} has a replica already`);
      this.#replicas.set(replica.service, replica);
    }
  }

  /** Tells the observer of every call as it ends. The answer ends the subscription. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Makes one call in the name of a principal.
   *
   * When the caller dies, or its invocation is over, the answer never settles. What is over calls nothing any more.
   *
   * @throws {ServiceError} what the service answers in place of an output.
   * @throws {TimeoutError} when request or answer were lost.
   */
  async call(principal: string, service: string, operation: string, input: unknown): Promise<unknown> {
    return this.lives.unlessOver(() => this.#call(principal, service, operation, input));
  }

  async #call(principal: string, service: string, operation: string, input: unknown): Promise<unknown> {
    const call: Call = { index: this.#made++, principal, service, operation, input };
    this.calls.add(principal, `${service}:${operation}`);
    const fate = this.#fateOf(call);
    const beganAt = this.#clock.now();
    const end = (ending: Ending) => {
      const observation = { call, fate, beganAt, endedAt: this.#clock.now(), ending };
      for (const observer of this.#observers) observer(observation);
    };

    try {
      const output = await this.#meet(fate, call);
      if (output === nobodyWaits) {
        this.lives.current?.die();
        end({ kind: 'callerDied' });
        return await new Promise<never>(() => {});
      }
      end({ kind: 'answered' });
      return output;
    } catch (error) {
      end({ kind: 'failed', error });
      throw error;
    }
  }

  async #meet(fate: Fate, call: Call): Promise<unknown> {
    await this.#wait(this.#latencyOf(call));
    switch (fate) {
      case 'works':
        return this.#serve(call);
      case 'throttled':
        throw throttling(call.service);
      case 'requestLost':
        return this.#timeOut(call);
      case 'responseLost':
        await this.#serve(call).catch(onlyRefusals);
        return this.#timeOut(call);
      case 'callerDies':
        return nobodyWaits;
      case 'callerDiesAfter':
        await this.#serve(call).catch(onlyRefusals);
        return nobodyWaits;
      default:
        await this.#wait(fate.delayed);
        return this.#serve(call);
    }
  }

  async #serve(call: Call): Promise<unknown> {
    const { principal, service, operation, input } = call;
    const replica = this.#replicas.get(service);
    if (replica === undefined) throw new Error(`${service}:${operation}: the account has no replica of ${service}`);
    if (!this.#quotas.admits(service, operation)) throw throttling(service);

    const context = this.authorisation.contextOf(principal);
    const output = await this.lives.outside(() => replica.call(operation, input as never, context));
    if (service === 'secretsmanager' && !isRead(operation)) this.writesToSecrets.add(principal, operation);
    return output;
  }

  async #timeOut(call: Call): Promise<never> {
    await this.#wait(this.#requestTimeoutMilliseconds);
    throw new TimeoutError(call);
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await this.#clock.sleep(milliseconds);
  }
}

const nobodyWaits = Symbol('nobody waits for the answer');

/** A refusal does not reach a caller whom no answer reaches. A mistake in a replica is never swallowed. */
function onlyRefusals(error: unknown): void {
  if (!(error instanceof ServiceError)) throw error;
}

/** Told by what AWS calls its reading operations, so that a write nobody thought of counts as one. */
const isRead = (operation: string): boolean => /^(BatchGet|Describe|Get|List|Validate)/.test(operation);
