import type { PendingApproval } from '../../core/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { NotPlanned } from '../../core/draft.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { Batch, PlanHeader, PlannedWave } from '../../core/plan.ts';
import { isPlanned, readPlan, readWave } from '../../core/plan-reading.ts';
import type { Archive, Hash } from '../../core/ports.ts';

/** All of a plan that its page shows, every part of it as hashed in what waits for an answer. */
export interface Dossier {
  readonly header: PlanHeader;
  readonly batches: readonly Batch[];
  readonly leftAlone: readonly NotPlanned[];
}

/**
 * Reads the plan that waits, or undefined when what the archive holds is not that plan to the byte: what is shown must be
 * what would be rotated.
 */
export async function readDossier(
  archive: Archive,
  hash: Hash,
  { run, digest }: PendingApproval,
): Promise<Dossier | undefined> {
  try {
    const plan = await readPlan(archive, hash, run);
    if (plan.digest !== digest || plan.header.run !== run) return undefined;

    const { header } = plan;
    const waves = await Promise.all(header.waves.map(({ number }) => readWave(archive, run, number)));
    const leftAlone: readonly NotPlanned[] = JSON.parse(await archive.fetch(archiveKeys.leftAlone(run)));

    const isWhole =
      header.waves.every((planned, index) => isWave(hash, header, planned, waves[index] ?? [])) &&
      hash(canonicalJson(leftAlone)) === header.leftAloneHash;
    return isWhole ? { header, batches: waves.flat(), leftAlone } : undefined;
  } catch (error) {
    if (error instanceof NotInArchiveError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether these are all batches of the wave, each in its place and none in another's. */
const isWave = (hash: Hash, header: PlanHeader, { number, batches }: PlannedWave, found: readonly Batch[]): boolean =>
  found.length === batches.length &&
  found.every((batch, index) => batch.wave === number && batch.index === index && isPlanned(hash, header, batch));
