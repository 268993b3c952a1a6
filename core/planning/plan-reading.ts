import { archiveKeys } from '../archive-keys.ts';
import { canonicalJson } from '../canonical.ts';
import type { Batch, PlanDigest, PlanHeader, PlannedWave, Run } from '../plan.ts';
import type { Archive, Hash } from '../ports.ts';

/** A plan as the archive holds it, and the digest of the bytes it was read from. */
export interface ReadPlan {
  readonly header: PlanHeader;
  readonly digest: PlanDigest;
}

/** Reads a plan. Whether it is the approved one is for the caller to ask, by the digest. */
export async function readPlan(archive: Archive, hash: Hash, run: Run): Promise<ReadPlan> {
  const text = await archive.fetch(archiveKeys.plan(run));
  return { header: JSON.parse(text) as PlanHeader, digest: hash(text) as PlanDigest };
}

/** Reads the batches of a wave. Whether each is the planned one is for {@link isPlanned} to say. */
export async function readWave(archive: Archive, run: Run, wave: number): Promise<Batch[]> {
  const text = await archive.fetch(archiveKeys.wave(run, wave));
  return text.split('\n').map((line) => JSON.parse(line) as Batch);
}

/** Whether a batch is, to the byte, the one that the plan has at its place. */
export function isPlanned(hash: Hash, { run, waves }: PlanHeader, batch: Batch): boolean {
  const planned = waves.find(({ number }) => number === batch.wave)?.batches[batch.index];
  return run === batch.run && planned !== undefined && planned.hash === hash(canonicalJson(batch));
}

/** The places of planned batches that a wave's file does not have. */
export const missingFrom = (planned: PlannedWave, batches: readonly Batch[]): number[] =>
  [...planned.batches.keys()].filter((place) => !batches.some(({ index }) => index === place));

/** @throws {Error} when the plan has no such wave: nothing that runs as deployed asks for one. */
export function waveOf({ run, waves }: PlanHeader, wave: number): PlannedWave {
  const planned = waves.find(({ number }) => number === wave);
  if (planned === undefined)
    throw new Error(`plan of run ${run} has ${waves.length} waves, so there is no wave ${wave}`);
  return planned;
}
