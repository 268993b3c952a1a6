import type { Json, JsonObject } from './json.ts';
import type { Graph } from './language.ts';
import type { Strand } from './run.ts';
import type { Scope } from './scope.ts';
import type { Visit } from './visit.ts';

/** Walks a graph of states. Handed to the states that contain one. */
export type Walk = (strand: Strand, graph: Graph, input: Json) => Promise<Json>;

/** A branch or an iteration: it reads the variables around it, and keeps to itself what it assigns. */
export const innerStrand = (
  { strand, place }: Visit,
  scope: Scope,
  index: number,
  item: JsonObject | undefined = strand.item,
): Strand => ({
  run: strand.run,
  scope,
  item,
  progress: place.inner(index),
  variables: strand.variables,
  visiting: undefined,
});

/** States that take time can be aborted; the others are left, or fail, at the instant at which they are entered. */
const abortable = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** Puts on record that the state which a stopped strand was in came to no end of its own. */
export function recordAbort(visit: Visit, { visiting }: Strand): void {
  if (visiting !== undefined && abortable.has(visiting)) visit.record(`${visiting}StateAborted`);
}
