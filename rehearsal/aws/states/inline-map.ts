import { Failed } from './failure.ts';
import { innerStrand, recordAbort, type Walk } from './inner-strand.ts';
import { itemsAtHand } from './items.ts';
import type { Json } from './json.ts';
import type { MapState } from './language.ts';
import type { Strand } from './run.ts';
import { type Scope, together } from './scope.ts';
import type { Visit } from './visit.ts';

/** Step Functions runs at most this many iterations of an inline map at once, whatever `MaxConcurrency` allows. */
const mostIterationsAtOnce = 40;

/** Runs the iterations within this execution. The first that fails stops the others: an inline map tolerates nothing. */
export async function iterate(visit: Visit, state: MapState, walk: Walk): Promise<Json[]> {
  const { place } = visit;
  const isBegun = place.items !== undefined;
  const items = place.items ?? (await itemsAtHand(visit, state));
  const limit = (await visit.evaluateCount(state.MaxConcurrency, 'MaxConcurrency')) || mostIterationsAtOnce;
  if (!isBegun) visit.record('MapStateStarted', { length: items.length });
  place.items = items;

  const unfinished = new Map<number, Strand>();
  const record = (fate: string, index: number) => visit.record(`MapIteration${fate}`, { index, name: visit.name });

  const iteration = async (index: number, scope: Scope): Promise<Json> => {
    scope.check();
    const { output: earlier, place: reached } = place.inner(index);
    if (earlier !== undefined) return earlier.value;
    if (reached === undefined) record('Started', index);
    const value = items[index] as Json;
    const strand = innerStrand(visit, scope, index, { Index: index, Value: value });
    unfinished.set(index, strand);
    try {
      const output = await processed(visit, state, strand, value, walk);
      unfinished.delete(index);
      record('Succeeded', index);
      return output;
    } catch (thrown) {
      scope.check();
      unfinished.delete(index);
      if (thrown instanceof Failed) record('Failed', index);
      throw thrown;
    }
  };

  try {
    return await together(visit.strand.scope, items.length, Math.min(limit, mostIterationsAtOnce), iteration);
  } catch (thrown) {
    if (thrown instanceof Failed) {
      for (const [index, strand] of unfinished) {
        recordAbort(visit, strand);
        record('Aborted', index);
      }
    }
    throw thrown;
  }
}

async function processed(visit: Visit, state: MapState, strand: Strand, value: Json, walk: Walk): Promise<Json> {
  const { ItemProcessor, ItemSelector } = state;
  const item = strand.item ?? {};
  const input = ItemSelector === undefined ? value : await visit.evaluate(ItemSelector, 'ItemSelector', { item });
  const output = await walk(strand, ItemProcessor, input);
  strand.scope.check();
  return output;
}
