import { type Batch, batchesOf } from './batches.ts';
import { Failed } from './failure.ts';
import { mapRunArnOf, uuid } from './identifiers.ts';
import { itemsAtHand, readItems, sourceOf } from './items.ts';
import type { Json } from './json.ts';
import type { Graph, MapState } from './language.ts';
import type { MapRun } from './progress.ts';
import type { ChildOutput } from './run.ts';
import { together } from './scope.ts';
import type { Visit } from './visit.ts';

/** Step Functions runs at most this many child executions of one map at once. */
const mostChildrenAtOnce = 10_000;

/**
 * Runs each item, or each batch of items, as an execution of its own.
 *
 * When more items fail than are tolerated, no further child starts and those that run are aborted. After a redrive the
 * Map Run goes on with what it was given: children that succeeded keep their outputs, others are redriven, or started.
 *
 * @returns the outputs of the children that succeeded, in the order of their items.
 */
export async function distribute(visit: Visit, state: MapState): Promise<Json[]> {
  const { place, name } = visit;
  const isRead = place.mapRun?.batches !== undefined;
  const source = isRead ? undefined : state.ItemReader && (await sourceOf(visit, state.ItemReader));
  const atHand = isRead || source !== undefined ? [] : await itemsAtHand(visit, state);
  const limits = await limitsOf(visit, state);
  const label = state.Label ?? name;

  const mapRun = place.mapRun === undefined ? started(visit, label, atHand.length) : redriven(visit, place.mapRun);
  place.mapRun = mapRun;
  try {
    if (mapRun.batches === undefined) {
      const items = source === undefined ? atHand : await readItems(visit, source);
      mapRun.batches = await batchesOf(visit, await select(visit, state, items), state.ItemBatcher);
    }
    const kind = { label, graph: state.ItemProcessor };
    const outputs = await runChildren(visit, kind, { ...mapRun, batches: mapRun.batches }, limits);
    visit.record('MapRunSucceeded');
    return outputs;
  } catch (thrown) {
    if (thrown instanceof Failed) visit.record('MapRunFailed', { ...thrown.failure });
    throw thrown;
  }
}

function started(visit: Visit, label: string, length: number): MapRun {
  const { address, world } = visit.run;
  visit.record('MapStateStarted', { length });
  const arn = mapRunArnOf(address, label, uuid(world.random));
  visit.record('MapRunStarted', { mapRunArn: arn });
  return { arn, redrives: 0, batches: undefined, children: [] };
}

function redriven(visit: Visit, mapRun: MapRun): MapRun {
  mapRun.redrives += 1;
  visit.record('MapRunRedriven', { mapRunArn: mapRun.arn, redriveCount: mapRun.redrives });
  return mapRun;
}

async function runChildren(
  { run, name, strand }: Visit,
  kind: { readonly label: string; readonly graph: Graph },
  { batches, children }: Pick<MapRun, 'children'> & { readonly batches: readonly Batch[] },
  limits: Limits,
): Promise<Json[]> {
  const total = batches.reduce((sum, { size }) => sum + size, 0);
  let failed = 0;

  const outputs = await together(strand.scope, batches.length, limits.concurrency, async (index, scope) => {
    scope.check();
    const { input, size } = batches[index] as Batch;
    const child = children[index]?.again() ?? run.startChild({ ...kind, input, startedBy: name });
    children[index] = child;
    const output = await scope.wait<ChildOutput>((resolve, reject) => {
      child.output.then(resolve, reject);
      return () => child.abort();
    });

    if (output === undefined) failed += size;
    if (output === undefined && exceeds(limits, failed, total)) throw toleranceExceeded();
    return output;
  });
  return outputs.filter((output) => output !== undefined).map(({ value }) => value);
}

async function select(visit: Visit, { ItemSelector }: MapState, items: readonly Json[]): Promise<readonly Json[]> {
  if (ItemSelector === undefined) return items;
  const selected: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    selected.push(await visit.evaluate(ItemSelector, 'ItemSelector', { item: { Index, Value } }));
  }
  return selected;
}

interface Limits {
  readonly concurrency: number;
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

async function limitsOf(visit: Visit, state: MapState): Promise<Limits> {
  const { MaxConcurrency, ToleratedFailureCount, ToleratedFailurePercentage: share } = state;
  const concurrency = (await visit.evaluateCount(MaxConcurrency, 'MaxConcurrency')) || mostChildrenAtOnce;
  const count = await visit.evaluateCount(ToleratedFailureCount, 'ToleratedFailureCount');
  const percentage =
    share === undefined ? undefined : await visit.evaluateAs('number', share, 'ToleratedFailurePercentage');
  return {
    concurrency: Math.min(concurrency, mostChildrenAtOnce),
    count,
    percentage: percentage as number | undefined,
  };
}

/** Whether more items have failed than either limit allows. Where there is no limit, nothing may fail. */
function exceeds({ count, percentage }: Limits, failed: number, total: number): boolean {
  if (count === undefined && percentage === undefined) return true;
  return (count !== undefined && failed > count) || (percentage !== undefined && failed * 100 > percentage * total);
}

const toleranceExceeded = () =>
  new Failed('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');
