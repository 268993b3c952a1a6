import { AsyncLocalStorage } from 'node:async_hooks';

/** One invocation of a function, from its start until it answers, dies or is frozen. Afterwards nothing in it goes on. */
export class Life {
  /** Rejects when the process dies. Never resolves. */
  readonly death: Promise<never>;
  #isOver = false;
  readonly #die: (error: Error) => void;

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.death = promise;
    this.#die = reject;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  die(): void {
    this.#isOver = true;
    this.#die(new ExitError());
  }

  freeze(): void {
    this.#isOver = true;
  }
}

/** How Lambda calls it when a process ends that was asked something. */
class ExitError extends Error {
  override readonly name = 'Runtime.ExitError';

  constructor() {
    super('Error: Runtime exited with error: signal: killed');
  }
}

/** Knows in which invocation whoever calls just now is running, so that what is dead does nothing any more. */
export class Lives {
  readonly #current = new AsyncLocalStorage<Life>();

  get current(): Life | undefined {
    return this.#current.getStore();
  }

  live<T>(life: Life, work: () => T): T {
    return this.#current.run(life, work);
  }

  /** What a call sets going elsewhere does not end with its caller. */
  outside<T>(work: () => T): T {
    return this.#current.exit(work);
  }

  /** Goes on only if the invocation that asks still lives. */
  async unlessOver<T>(work: () => Promise<T>): Promise<T> {
    const life = this.current;
    const isOver = () => life?.isOver ?? false;
    if (isOver()) return forever();
    const settled = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (isOver()) return forever();
    if ('error' in settled) throw settled.error;
    return settled.value;
  }
}

const forever = () => new Promise<never>(() => {});
