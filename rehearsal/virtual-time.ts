import { type Instant, instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import { Timers } from './timers.ts';

/** A standstill of time, which may be interrupted: by whatever a thinking person asks for in between. */
export interface Hold {
  suspend(): void;
  resume(): void;
}

/**
 * A clock that jumps: from one timer to the next, whenever nothing else is left to do.
 *
 * Everything inside the process is promises, so one turn of the event loop in which nobody asked for a timer or began a
 * real operation means that everybody waits. Work outside the process (a socket, a person) is invisible to that rule and
 * must be wrapped in {@link real}: as long as some is in flight, time stands still.
 */
export class VirtualTime implements Clock {
  #now: Instant;
  readonly #timers = new Timers();
  #inFlight = 0;
  #stirs = 0;
  #settled: (() => void) | undefined;
  readonly #turn: () => Promise<void>;

  /** @param turn When it has passed, whatever was due in this process has been done. */
  constructor(start: Instant, turn: () => Promise<void> = turnOfTheLoop) {
    this.#now = start;
    this.#turn = turn;
  }

  now(): Instant {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Calls back once, `milliseconds` from now. The answer cancels it. */
  after(milliseconds: number, wake: () => void): () => void {
    this.#stirs += 1;
    return this.#timers.add({ at: instant(this.#now + Math.max(0, milliseconds)), wake });
  }

  /** Waits for work outside this process. Time stands still until it has settled. */
  async real<T>(operation: () => Promise<T>): Promise<T> {
    this.#stirs += 1;
    this.#inFlight += 1;
    try {
      return await operation();
    } finally {
      this.#stirs += 1;
      this.#inFlight -= 1;
      this.#settled?.();
    }
  }

  /** Makes time stand still until it is suspended: while a person thinks, say. */
  hold(): Hold {
    const hold = { held: false };
    const set = (held: boolean) => {
      if (hold.held === held) return;
      hold.held = held;
      this.#stirs += 1;
      this.#inFlight += held ? 1 : -1;
      this.#settled?.();
    };
    set(true);
    return { suspend: () => set(false), resume: () => set(true) };
  }

  /**
   * Drives time until `main` has settled. Timers of the same instant wake together, in the order in which they were set.
   *
   * @throws {Error} when `main` still waits and no timer is left that could ever wake it.
   */
  async run<T>(main: Promise<T>): Promise<T> {
    let finished = false;
    const settle = () => {
      finished = true;
      this.#settled?.();
    };
    main.then(settle, settle);

    while (!finished) {
      const before = this.#stirs;
      await this.#turn();
      if (finished) break;
      if (this.#inFlight > 0) {
        await new Promise<void>((resolve) => {
          this.#settled = resolve;
        });
        this.#settled = undefined;
      } else if (this.#stirs === before) {
        this.#jump();
      }
    }
    return main;
  }

  #jump(): void {
    const due = this.#timers.takeNext();
    const [first] = due;
    if (first === undefined) throw new Error('everybody waits and no timer is set: this would wait for ever');
    this.#now = first.at;
    for (const { wake } of due) wake();
  }
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Waits until no promise is left to go on. Where nothing outside this process takes part, that is a turn without the
 * price of one: the event loop itself, which asks the system for news each time, stands still.
 */
export const turnOfPromises = () => new Promise<void>((resolve) => process.nextTick(resolve));
