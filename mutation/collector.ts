/* Stands in for `node:test` while mutants are tried: it keeps the tests, so that they can run again for the next mutant. */

/** What a test is told of itself. Nobody reads what it says here. */
interface Context {
  readonly diagnostic: (text: string) => void;
  readonly after: (body: Body) => void;
}

type Body = (about: Context) => unknown;

const silent: Context = { diagnostic: () => {}, after: () => {} };

const hookNames = ['before', 'beforeEach', 'afterEach', 'after'] as const;
type Hooks = Record<(typeof hookNames)[number], Body[]>;

/** A `describe`, or a whole file. */
interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly hooks: Hooks;
}

export interface CollectedTest {
  /** The same in every process that loads the same files. */
  readonly id: string;
  readonly file: string;
  readonly suite: Suite;
  readonly body: Body;
}

export const collected: CollectedTest[] = [];

const suiteOf = (name: string, parent: Suite | undefined): Suite => ({
  name,
  parent,
  hooks: { before: [], beforeEach: [], afterEach: [], after: [] },
});

let place = suiteOf('', undefined);
const ids = new Set<string>();

/** Loads a file: what it declares is collected under its name. */
export async function collectFrom(file: string, load: () => Promise<unknown>): Promise<void> {
  place = suiteOf(file, undefined);
  await load();
}

export function describe(name: string, body: () => unknown): void {
  const outside = place;
  place = suiteOf(name, outside);
  if (body() instanceof Promise) throw new Error(`'${name}' is declared bit by bit, which is not supported here`);
  place = outside;
}

export function it(name: string, ...more: readonly unknown[]): void {
  const body = more.at(-1);
  if (typeof body !== 'function') throw new Error(`'${name}' has no body`);
  const [file = '', ...path] = [name, ...outwards(place).map((suite) => suite.name)].reverse();
  // Two tests of one name are told apart by their order.
  const told = [file, ...path].join(' › ');
  let id = told;
  for (let nth = 2; ids.has(id); nth += 1) id = `${told} (${nth})`;
  ids.add(id);
  collected.push({ id, file, suite: place, body: body as Body });
}

export const test = it;
export const before = (body: Body) => void place.hooks.before.push(body);
export const beforeEach = (body: Body) => void place.hooks.beforeEach.push(body);
export const afterEach = (body: Body) => void place.hooks.afterEach.push(body);
export const after = (body: Body) => void place.hooks.after.push(body);

/** From the innermost suite to the file. */
const outwards = (suite: Suite | undefined): Suite[] => (suite === undefined ? [] : [suite, ...outwards(suite.parent)]);

/** Runs tests one after the other. A suite's own hooks run once in a pass. */
export class Pass {
  readonly #entered = new Set<Suite>();

  async run({ suite, body }: CollectedTest): Promise<void> {
    const inwards = outwards(suite).reverse();
    for (const one of inwards) {
      if (this.#entered.has(one)) continue;
      this.#entered.add(one);
      await inTurn(one.hooks.before);
    }
    await inTurn(inwards.flatMap(({ hooks }) => hooks.beforeEach));
    const own: Body[] = [];
    try {
      await body({ ...silent, after: (last) => void own.push(last) });
    } finally {
      await inTurn(own);
      await inTurn(inwards.toReversed().flatMap(({ hooks }) => hooks.afterEach));
    }
  }

  async end(): Promise<void> {
    await inTurn([...this.#entered].reverse().flatMap(({ hooks }) => hooks.after));
  }
}

async function inTurn(bodies: readonly Body[]): Promise<void> {
  for (const body of bodies) await body(silent);
}
