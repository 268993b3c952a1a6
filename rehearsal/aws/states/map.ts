import { distribute } from './distributed-map.ts';
import { dataLimitExceeded } from './failure.ts';
import { iterate } from './inline-map.ts';
import type { Walk } from './inner-strand.ts';
import { isTooHeavy } from './json.ts';
import type { MapState } from './language.ts';
import type { Exit, Visit } from './visit.ts';

/** Runs the item processor once for each item: within this execution, or as child executions. */
export async function runMap(visit: Visit, state: MapState, walk: Walk): Promise<Exit> {
  const distributed = state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  const result = await (distributed ? distribute(visit, state) : iterate(visit, state, walk));

  visit.record('MapStateSucceeded');
  if (isTooHeavy(result)) throw dataLimitExceeded(visit.name);
  return visit.conclude(state, '', result, { result });
}
