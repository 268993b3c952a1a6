import { AsyncLocalStorage } from 'node:async_hooks';

import { type Instant, instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import { Abreast } from './abreast.ts';

/**
 * Waits before each further attempt, in milliseconds: 100, doubled each time, never more than 5,000. Eight attempts and
 * 11.3 seconds in all. Nothing is random in it, so that a rehearsal replays.
 */
export const pauses = [100, 200, 400, 800, 1_600, 3_200, 5_000] as const;

/** Errors below 500 that pass by themselves: AWS asks for less haste, or for the same request once more. */
const passingErrors = new Set([
  'ConditionalRequestConflict',
  'OperationAborted',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** Codes of a socket that never carried an answer. */
const lostConnections = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether the same request may succeed a little later. A request that AWS found wrong stays wrong. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;

  return (
    status >= 500 ||
    status === 429 ||
    passingErrors.has(name) ||
    name === 'TimeoutError' ||
    (typeof code === 'string' && lostConnections.has(code))
  );
}

/** Somebody waits for an answer, and would be gone before another call of this client could be over. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** How long the calls made for one piece of work may be begun: of each piece its own, also when several are at work at once. */
export class Patience {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #until = new AsyncLocalStorage<Instant>();

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  /** From now on the time for this work runs. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#until.run(instant(this.#clock.now() + this.#milliseconds), work);
  }

  /** Whether a call may still be begun so many milliseconds from now. */
  lasts(milliseconds: number): boolean {
    return this.#clock.now() + milliseconds < (this.#until.getStore() ?? Number.POSITIVE_INFINITY);
  }
}

/** What stands around a call of any client, whatever it takes and answers. */
type Middleware = <Input, Output>(next: (input: Input) => Promise<Output>) => (input: Input) => Promise<Output>;

/** The part of any SDK client that this needs. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: Middleware,
      options: {
        readonly step: 'initialize';
        readonly priority: 'high';
        readonly name: string;
        readonly override: boolean;
      },
    ): void;
  };
}

/**
 * Makes a client repeat what failed in passing, waiting on the clock that its step has.
 *
 * The client's own retries wait on the machine's clock, so they are switched off (`maxAttempts: 1`) and these take their
 * place: deployed and rehearsed alike. They sit outermost. What answers in place of AWS must sit further in (`low` of the
 * same step), or nothing is ever repeated.
 *
 * Where somebody waits for what the calls are made for, their patience ends the repeating earlier. However many calls are asked
 * for at once, few are under way: see {@link Abreast}.
 */
export function withRetries<C extends Client>(client: C, clock: Clock, patience?: Patience): C {
  const lasts = (milliseconds: number) => patience?.lasts(milliseconds) ?? true;
  const calls = new Abreast();
  const middleware: Middleware = (next) => async (input) => {
    if (!lasts(0)) throw new OutOfTimeError();
    for (const pause of pauses) {
      try {
        return await calls.do(() => next(input));
      } catch (error) {
        if (!mayPass(error) || !lasts(pause)) throw error;
        await clock.sleep(pause);
      }
    }
    return calls.do(() => next(input));
  };
  client.middlewareStack.add(middleware, {
    step: 'initialize',
    priority: 'high',
    name: 'keyturnRetries',
    override: true,
  });
  return client;
}
