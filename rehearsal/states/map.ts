import { distribute } from './distributed-map.ts';
import { dataLimitExceeded, Failed } from './failure.ts';
import { innerStrand, recordAbort, type Walk } from './inner-strand.ts';
import { itemsAtHand } from './items.ts';
import { isTooHeavy, type Json } from './json.ts';
import type { MapState } from './language.ts';
import { together } from './scope.ts';
import type { Exit, Strand, Visit } from './visit.ts';

/** Runs the item processor once for each item: within this execution, or as child executions. */
export async function runMap(visit: Visit, state: MapState, walk: Walk): Promise<Exit> {
  const distributed = state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  const result = await (distributed ? distribute(visit, state) : iterate(visit, state, walk));

  visit.record('MapStateSucceeded');
  if (isTooHeavy(result)) throw dataLimitExceeded(visit.name);
  return visit.conclude(state, '', result, { result });
}

/** Step Functions runs at most this many iterations of an inline map at once, whatever `MaxConcurrency` allows. */
const mostIterationsAtOnce = 40;

/** Runs the iterations within this execution. The first that fails stops the others: an inline map tolerates nothing. */
async function iterate(visit: Visit, state: MapState, walk: Walk): Promise<Json[]> {
  const { name } = visit;
  const items = await itemsAtHand(visit, state);
  const limit = (await visit.evaluateCount(state.MaxConcurrency, 'MaxConcurrency')) || mostIterationsAtOnce;
  visit.record('MapStateStarted', { length: items.length });

  const unfinished = new Map<number, Strand>();
  const iterate = async (index: number, strand: Strand) => {
    const value = items[index] as Json;
    const input =
      state.ItemSelector === undefined
        ? value
        : await visit.evaluate(state.ItemSelector, 'ItemSelector', strand.item && { item: strand.item });
    const output = await walk(strand, state.ItemProcessor, input);
    strand.scope.check();
    return output;
  };

  return together(visit.strand.scope, items.length, Math.min(limit, mostIterationsAtOnce), async (index, scope) => {
    scope.check();
    visit.record('MapIterationStarted', { index, name });
    const strand = innerStrand(visit, scope, { Index: index, Value: items[index] as Json });
    unfinished.set(index, strand);
    try {
      const output = await iterate(index, strand);
      unfinished.delete(index);
      visit.record('MapIterationSucceeded', { index, name });
      return output;
    } catch (thrown) {
      if (thrown instanceof Failed) {
        unfinished.delete(index);
        visit.record('MapIterationFailed', { index, name });
      }
      throw thrown;
    }
  }).catch((thrown: unknown) => {
    if (thrown instanceof Failed) {
      for (const [index, strand] of unfinished) {
        recordAbort(visit, strand);
        visit.record('MapIterationAborted', { index, name });
      }
    }
    throw thrown;
  });
}
