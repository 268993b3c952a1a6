import { dataLimitExceeded, Failed } from './failure.ts';
import { innerStrand, recordAbort, type Walk } from './inner-strand.ts';
import { isTooHeavy } from './json.ts';
import type { Graph, ParallelState } from './language.ts';
import type { Strand } from './run.ts';
import { together } from './scope.ts';
import type { Exit, Visit } from './visit.ts';

/** Runs all branches at the same time over the same input. The first that fails stops the others. */
export async function runParallel(visit: Visit, state: ParallelState, walk: Walk): Promise<Exit> {
  const { Arguments, Branches } = state;
  const input = Arguments === undefined ? visit.input : await visit.evaluate(Arguments, 'Arguments');
  if (!visit.place.isBegun) visit.record('ParallelStateStarted');

  const strands: Strand[] = [];
  const result = await together(visit.strand.scope, Branches.length, Branches.length, (index, scope) => {
    const strand = innerStrand(visit, scope, index);
    strands.push(strand);
    return walk(strand, Branches[index] as Graph, input);
  }).catch((thrown: unknown) => {
    if (thrown instanceof Failed) for (const strand of strands) recordAbort(visit, strand);
    throw thrown;
  });

  visit.record('ParallelStateSucceeded');
  if (isTooHeavy(result)) throw dataLimitExceeded(visit.name);
  return visit.conclude(state, '', result, { result });
}
