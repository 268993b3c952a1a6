import { type Failure, takes } from './failure.ts';
import type { Retrier } from './language.ts';

const millisecondsPerSecond = 1_000;

/**
 * How often one visit of a state may still be tried again.
 *
 * The first retrier that takes an error decides alone: when it has none left, no later retrier is asked. Each retrier
 * counts for itself.
 */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #random: () => number;
  readonly #used = new Map<Retrier, number>();

  constructor(retriers: readonly Retrier[], random: () => number) {
    this.#retriers = retriers;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt; undefined when there is none. */
  next(failure: Failure): number | undefined {
    const retrier = this.#retriers.find(({ ErrorEquals }) => takes(ErrorEquals, failure));
    if (retrier === undefined) return undefined;

    const used = this.#used.get(retrier) ?? 0;
    if (used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.#used.set(retrier, used + 1);

    const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
    const delay = Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds) * millisecondsPerSecond;
    return Math.round(retrier.JitterStrategy === 'FULL' ? delay * this.#random() : delay);
  }
}
