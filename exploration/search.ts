/** What is searched: states and what leads from one to the next. */
export interface Space<State, Event, Promise> {
  readonly start: State;
  /** Two states of one name have one future. */
  name(state: State): string;
  successors(state: State): readonly { readonly event: Event; readonly state: State }[];
  /** Which promise this broke, if one. */
  broken(before: State, event: Event, after: State): Promise | undefined;
}

export interface Found<State, Event, Promise = unknown> {
  readonly promise: Promise;
  /** The shortest way there: every event, and the state after it. */
  readonly path: readonly { readonly event: Event; readonly state: State }[];
}

export interface Search<State, Event, Promise> {
  readonly states: number;
  readonly transitions: number;
  /** Events on the longest way from the start, over all states; undefined when a way comes back to where it was. */
  readonly longest: number | undefined;
  readonly found: Found<State, Event, Promise> | undefined;
}

/**
 * Searches breadth first until a promise is broken or there is nothing more to reach.
 *
 * So what it finds is shortest. When it finds nothing it sorts all states topologically: where that succeeds, no state is
 * ever come back to, and so everything ends.
 */
export function search<State, Event, Promise>(space: Space<State, Event, Promise>): Search<State, Event, Promise> {
  const indexes = new Map<string, number>([[space.name(space.start), 0]]);
  /** By state: whence it was first reached, and which of the successors there it is. */
  const parents = [-1];
  const ordinals = [0];
  /** By state: where its successors begin in `edges`. */
  const offsets: number[] = [];
  const edges: number[] = [];

  let layer: State[] = [space.start];
  let index = 0;
  while (layer.length > 0) {
    const nextLayer: State[] = [];
    for (const state of layer) {
      offsets.push(edges.length);
      const successors = space.successors(state);
      for (let ordinal = 0; ordinal < successors.length; ordinal += 1) {
        const successor = successors[ordinal];
        if (successor === undefined) continue;
        const promise = space.broken(state, successor.event, successor.state);
        if (promise !== undefined) {
          const path = [...pathTo(index), successor];
          return { states: indexes.size, transitions: edges.length, longest: undefined, found: { promise, path } };
        }

        const name = space.name(successor.state);
        const known = indexes.get(name);
        edges.push(known ?? indexes.size);
        if (known !== undefined) continue;
        indexes.set(name, indexes.size);
        parents.push(index);
        ordinals.push(ordinal);
        nextLayer.push(successor.state);
      }
      index += 1;
    }
    layer = nextLayer;
  }
  offsets.push(edges.length);
  return { states: indexes.size, transitions: edges.length, longest: longestPath(offsets, edges), found: undefined };

  function pathTo(target: number) {
    const taken: number[] = [];
    for (let at = target; at > 0; at = parents[at] ?? 0) taken.unshift(ordinals[at] ?? 0);
    const path: { readonly event: Event; readonly state: State }[] = [];
    let state = space.start;
    for (const ordinal of taken) {
      const step = space.successors(state)[ordinal];
      if (step === undefined) throw new Error('what can happen in a state must depend on nothing else');
      path.push(step);
      state = step.state;
    }
    return path;
  }
}

/** Kahn's order: a state is taken once all that lead to it were. What is never taken lies on, or behind, a circle. */
function longestPath(offsets: readonly number[], edges: readonly number[]): number | undefined {
  const states = offsets.length - 1;
  const waitingFor = new Int32Array(states);
  for (const to of edges) waitingFor[to] = (waitingFor[to] ?? 0) + 1;

  const lengths = new Int32Array(states);
  const ready = [0];
  let taken = 0;
  let longest = 0;
  for (let from = ready.pop(); from !== undefined; from = ready.pop()) {
    taken += 1;
    for (let at = offsets[from] ?? 0; at < (offsets[from + 1] ?? 0); at += 1) {
      const to = edges[at] ?? 0;
      lengths[to] = Math.max(lengths[to] ?? 0, (lengths[from] ?? 0) + 1);
      longest = Math.max(longest, lengths[to] ?? 0);
      waitingFor[to] = (waitingFor[to] ?? 0) - 1;
      if (waitingFor[to] === 0) ready.push(to);
    }
  }
  return taken === states ? longest : undefined;
}
