import type { Batch, PlannedSecret, Run } from '../plan.ts';
import type { Settings } from '../settings.ts';

interface Placed {
  readonly name: string;
  readonly tier: string;
}

/** Orders secrets from low risk to high, by name within a tier, and cuts them into waves. No wave is empty. */
export function cutIntoWaves<Secret extends Placed>(secrets: readonly Secret[], settings: Settings): Secret[][] {
  const rank = new Map(settings.tiers.map(({ name }, index) => [name, index]));
  const ordered = secrets.toSorted(
    (a, b) => (rank.get(a.tier) ?? Infinity) - (rank.get(b.tier) ?? Infinity) || (a.name < b.name ? -1 : 1),
  );

  const waves: Secret[][] = [];
  let start = 0;
  for (const size of [...settings.waveSizes, ordered.length]) {
    waves.push(ordered.slice(start, start + size));
    start += size;
  }
  return waves.filter((wave) => wave.length > 0);
}

/**
 * Waves of batches: a batch holds secrets of one tier, never more than the batch size, and about as many as its
 * neighbours. Waves count from 1, batches from 0 within their wave.
 */
export function orderIntoWaves(run: Run, secrets: readonly PlannedSecret[], settings: Settings): Batch[][] {
  return cutIntoWaves(secrets, settings).map((wave, index) =>
    runsOfOneTier(wave)
      .flatMap((group) => evenly(group, settings.batchSize))
      .map((batch, position) => ({
        run,
        wave: index + 1,
        index: position,
        tier: batch[0].tier,
        secrets: batch,
      })),
  );
}

type Some<Item> = [Item, ...Item[]];

/** Cuts an ordered list wherever the tier changes. */
function runsOfOneTier<Secret extends Placed>(secrets: readonly Secret[]): Some<Secret>[] {
  const groups: Some<Secret>[] = [];
  for (const secret of secrets) {
    const last = groups.at(-1);
    if (last?.[0].tier === secret.tier) last.push(secret);
    else groups.push([secret]);
  }
  return groups;
}

/** Cuts a list into as few parts as the limit allows, whose sizes differ by one at most. */
function evenly<Item>(items: Some<Item>, limit: number): Some<Item>[] {
  const parts = Math.ceil(items.length / limit);
  return Array.from({ length: parts }, (_, index) => {
    const at = (part: number) => Math.floor((part * items.length) / parts);
    return items.slice(at(index), at(index + 1)) as Some<Item>;
  });
}
