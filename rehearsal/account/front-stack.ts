/** What stands around a call, before it is serialised. */
export type Middleware = (next: unknown, context: CallerContext) => (args: { input: object }) => Promise<never>;

export interface CallerContext {
  readonly commandName?: string;
  readonly __smithy_context?: { readonly abortSignal?: unknown };
}

interface Place {
  readonly name?: string;
  readonly step?: string;
  readonly priority?: 'high' | 'normal' | 'low';
  readonly override?: boolean;
}

/** A client's or a command's own stack, as far as it hands on what is in it. */
export interface Source {
  applyToStack(target: never): unknown;
}

const order = ['high', 'normal', 'low'] as const;

/**
 * In place of a client's middleware stack: the first step of it alone, since a call that is answered at the seam gets no
 * further. The SDK puts its own stack together anew for every kind of call of every client, which takes longer than most calls.
 */
export class FrontStack {
  readonly #entries: (Place & { readonly middleware: Middleware })[] = [];

  constructor(source: Source) {
    source.applyToStack(this as never);
  }

  /** @throws {Error} for a name that is there already. */
  add(middleware: Middleware, place: Place): void {
    if (place.step !== undefined && place.step !== 'initialize') return;
    if (place.override !== true && this.#entries.some(({ name }) => name !== undefined && name === place.name))
      throw new Error(`there is a middleware ${place.name} already`);
    if (place.name !== undefined) this.remove(place.name);
    this.#entries.push({ ...place, middleware });
  }

  /** @throws {Error} when it would stand beside one of the first step. */
  addRelativeTo(_: Middleware, { toMiddleware }: { readonly toMiddleware: string }): void {
    if (this.#entries.some(({ name }) => name === toMiddleware))
      throw new Error(`nothing stands beside ${toMiddleware}`);
  }

  remove(name: string): boolean {
    const index = this.#entries.findIndex((entry) => entry.name === name);
    if (index >= 0) this.#entries.splice(index, 1);
    return index >= 0;
  }

  applyToStack(target: FrontStack): void {
    for (const { middleware, ...place } of this.#entries) target.add(middleware, place);
  }

  /** With what a command adds. */
  concat(command: Source): FrontStack {
    const both = new FrontStack(this);
    command.applyToStack(both as never);
    return both;
  }

  resolve(handler: unknown, context: CallerContext): unknown {
    const inwards = order.flatMap((priority) =>
      this.#entries.filter((entry) => (entry.priority ?? 'normal') === priority),
    );
    return inwards.reduceRight((next, { middleware }) => middleware(next, context), handler);
  }
}
