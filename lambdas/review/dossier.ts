import type { PendingApproval } from '../../core/approval/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { Batch, PlanHeader, PlannedWave } from '../../core/plan.ts';
import type { NotPlanned } from '../../core/planning/draft.ts';
import { readPlan } from '../../core/planning/plan-reading.ts';
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
    const [leftAlone, ...waves] = await Promise.all([
      archive.fetch(archiveKeys.leftAlone(run)),
      ...header.waves.map(({ number }) => archive.fetch(archiveKeys.wave(run, number))),
    ]);
    // The archive holds canonical JSON, of which the header has the hashes: the bytes themselves must have them.
    if (hash(leftAlone) !== header.leftAloneHash) return undefined;
    const lines = waves.map((text) => text.split('\n'));
    if (!header.waves.every((wave, index) => isWave(hash, wave, lines[index] ?? []))) return undefined;

    return {
      header,
      batches: lines.flat().map((line) => JSON.parse(line) as Batch),
      leftAlone: JSON.parse(leftAlone) as NotPlanned[],
    };
  } catch (error) {
    if (error instanceof NotInArchiveError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether these are all batches of the wave, each in its place: the hash covers what a batch says of its own place. */
const isWave = (hash: Hash, { batches }: PlannedWave, lines: readonly string[]): boolean =>
  lines.length === batches.length && lines.every((line, index) => hash(line) === batches[index]?.hash);
