/** Unwinds what runs in a scope that was stopped. Whoever stopped the scope has already settled what follows. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('the scope this ran in was stopped');
  }
}

/**
 * A part of an execution that can be stopped as a whole: the execution, one branch, one map.
 *
 * Every wait of a state machine goes through a scope. Once it has stopped, nothing that it began acts any more: its
 * timers are taken back, and answers that still arrive are ignored.
 */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #onStop = new Set<() => void>();
  readonly #stop = () => this.stop();
  #stopped = false;

  constructor(parent?: Scope) {
    this.#parent = parent;
    if (parent === undefined) return;
    parent.check();
    parent.#onStop.add(this.#stop);
  }

  /** @throws {Stopped} when the scope has stopped. */
  check(): void {
    if (this.#stopped) throw new Stopped();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#parent !== undefined) this.#parent.#onStop.delete(this.#stop);
    for (const wake of [...this.#onStop]) wake();
  }

  /**
   * Waits for what `begin` starts, or until the scope stops.
   *
   * `begin` answers how to take back what it took: timers, a place in a register. That happens exactly once, at the very
   * moment the wait is over, for whatever reason.
   */
  wait<T>(begin: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.check();
      let over = false;
      let release: (() => void) | undefined;
      const finish = (settle: () => void) => {
        if (over) return;
        over = true;
        this.#onStop.delete(onStop);
        release?.();
        settle();
      };
      const onStop = () => finish(() => reject(new Stopped()));
      this.#onStop.add(onStop);
      release = begin(
        (value) => finish(() => resolve(value)),
        (reason) => finish(() => reject(reason)),
      );
      if (over) release();
    });
  }

  sleep(time: { after(milliseconds: number, wake: () => void): () => void }, milliseconds: number): Promise<void> {
    return this.wait((resolve) => time.after(milliseconds, resolve));
  }
}

/**
 * Does `count` pieces of work in order, at most `limit` at a time, each in a scope that they share.
 *
 * The first piece that fails stops all others, and what it failed with is what the whole fails with.
 */
export async function together<T>(
  parent: Scope,
  count: number,
  limit: number,
  work: (index: number, scope: Scope) => Promise<T>,
): Promise<T[]> {
  const scope = new Scope(parent);
  const results = new Array<T>(count);
  let next = 0;
  let first: { readonly reason: unknown } | undefined;

  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(index, scope);
      } catch (reason) {
        first ??= { reason };
        scope.stop();
        throw first.reason;
      }
    }
  };

  try {
    await Promise.all(Array.from({ length: Math.min(limit, count) }, worker));
    return results;
  } finally {
    scope.stop();
  }
}
