/**
 * So many calls of one client are under way at the same time. The others wait here, where nothing hurries them.
 *
 * The SDK opens at most 50 connections, and gives a call up that has none after a second, as one that could not connect. Who
 * reads all documents of a thousand secrets would be told that half of them cannot be read.
 */
const most = 20;

/** Lets so many be at work at the same time, and the others when it is their turn, in the order in which they came. */
export class Abreast {
  #free = most;
  readonly #waiting: (() => void)[] = [];

  async do<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
