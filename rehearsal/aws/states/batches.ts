import { type Json, type JsonObject, weightOf } from './json.ts';
import type { ItemBatcher } from './language.ts';
import type { Visit } from './visit.ts';

/** The input of one child execution, and the number of items in it. */
export interface Batch {
  readonly input: Json;
  readonly size: number;
}

/** Makes the inputs of the child executions: one for each item, or one for several when there is a batcher. */
export async function batchesOf(
  visit: Visit,
  items: readonly Json[],
  batcher: ItemBatcher | undefined,
): Promise<readonly Batch[]> {
  if (batcher === undefined) return items.map((input) => ({ input, size: 1 }));

  const most = await visit.evaluateCount(batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch');
  const heaviest = await visit.evaluateCount(batcher.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch');
  const { BatchInput } = batcher;
  const frame: JsonObject =
    BatchInput === undefined ? {} : { BatchInput: await visit.evaluate(BatchInput, 'ItemBatcher/BatchInput') };

  return divide(items, frame, most || Number.POSITIVE_INFINITY, heaviest || Number.POSITIVE_INFINITY);
}

const comma = 1;

/** Fills one batch after the other. An item that is too heavy even by itself still gets a batch of its own. */
function divide(items: readonly Json[], frame: JsonObject, most: number, heaviest: number): readonly Batch[] {
  const empty = weightOf({ ...frame, Items: [] });
  const groups: Json[][] = [];
  let group: Json[] = [];
  let weight = empty;

  for (const item of items) {
    const itemWeight = weightOf(item);
    if (group.length > 0 && (group.length >= most || weight + comma + itemWeight > heaviest)) {
      groups.push(group);
      group = [];
      weight = empty;
    }
    weight += group.length > 0 ? comma + itemWeight : itemWeight;
    group.push(item);
  }
  if (group.length > 0) groups.push(group);
  return groups.map((Items) => ({ input: { ...frame, Items }, size: Items.length }));
}
