import type { Instant } from '../core/instant.ts';

export interface Timer {
  readonly at: Instant;
  readonly wake: () => void;
}

interface Entry extends Timer {
  /** Counts what was set: of two timers for one instant, the earlier comes first. */
  readonly order: number;
  cancelled: boolean;
}

/**
 * Timers in the order in which they are due.
 *
 * A binary heap: a fleet of ten thousand secrets keeps as many timers, and a sorted list spends the rehearsal moving them.
 * A cancelled timer stays until its time has come.
 */
export class Timers {
  readonly #heap: Entry[] = [];
  #set = 0;

  /** The answer cancels it. */
  add(timer: Timer): () => void {
    const entry: Entry = { ...timer, order: this.#set++, cancelled: false };
    let hole = this.#heap.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = this.#heap[above] as Entry;
      if (isBefore(parent, entry)) break;
      this.#heap[hole] = parent;
      hole = above;
    }
    this.#heap[hole] = entry;
    return () => {
      entry.cancelled = true;
    };
  }

  /** Takes out the timers of the earliest instant, in the order in which they were set. */
  takeNext(): readonly Timer[] {
    const due: Entry[] = [];
    for (let [next] = this.#heap; next !== undefined; [next] = this.#heap) {
      if (due[0] !== undefined && next.at !== due[0].at) break;
      this.#dropFirst();
      if (!next.cancelled) due.push(next);
    }
    return due;
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let hole = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * hole + 1], this.#heap[2 * hole + 2]];
      const goesRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = goesRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      this.#heap[hole] = child;
      hole = 2 * hole + (goesRight ? 2 : 1);
    }
    this.#heap[hole] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
