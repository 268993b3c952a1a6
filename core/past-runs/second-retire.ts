import type { Instant } from '../instant.ts';
import type { Run } from '../plan.ts';
import type { Archive, Hash } from '../ports.ts';
import type { Contradiction, Grounds } from '../selection/second-judgement.ts';
import { readAgain } from '../selection/second-reading.ts';
import type { SelectedSecret } from '../selection/selection.ts';
import type { Settings } from '../settings.ts';

/*
 * The second pair of eyes on a retirement: whether the runs that a candidate names really replaced its old credential, and
 * deactivated it, and whether that is long enough ago.
 *
 * Written apart from `retire-selection.ts`, and to stay apart: it shares no code with it, starts from the candidates, and
 * reads the runs by `second-reading.ts` alone.
 */

interface Line {
  readonly arn: string;
  readonly name: string;
  readonly strategy: string;
  readonly currentVersion: string;
  readonly newVersion: string;
  readonly old?: { readonly version: string; readonly unusedSince: number };
}

/** What a run's documents say of one secret. */
interface Told {
  readonly mode: unknown;
  readonly endedAt: number;
  readonly line: Line;
  readonly kind: string;
}

/** Reads the runs that the candidates name, and answers on which grounds each must stand. */
export async function lookAgainAtOld(
  archive: Archive,
  hash: Hash,
  candidates: readonly SelectedSecret[],
  { retirement: { graceDays, deleteAfterDays } }: Pick<Settings, 'retirement'>,
): Promise<Grounds> {
  const named = new Set(candidates.flatMap(({ old }) => [old?.replacedBy, old?.deactivatedBy]));
  const told = new Map<Run, readonly Told[]>();
  for (const run of named) if (run !== undefined) told.set(run, await tellOf(archive, hash, run));

  const isOver = (endedAt: number, days: number, asOf: Instant) => endedAt + days * 86_400_000 <= asOf;
  return (candidate, asOf): Contradiction | undefined => {
    const { arn, name, strategy, currentVersion, old } = candidate;
    if (old === undefined) return 'retiresNothing';
    const about = (run: Run | undefined) =>
      run === undefined ? undefined : told.get(run)?.find(({ line }) => line.arn === arn && line.name === name);

    if (strategy !== 'overlap') return 'forgotten';
    if (old.version === currentVersion) return 'oldIsCurrent';
    const replaced = about(old.replacedBy);
    const isReplaced =
      (replaced?.mode === 'rotate' || replaced?.mode === 'restore') &&
      replaced.kind === 'rotated' &&
      replaced.line.currentVersion === old.version &&
      replaced.line.newVersion !== old.version;
    if (replaced === undefined || !isReplaced) return 'notReplaced';
    if (!isOver(replaced.endedAt, graceDays, asOf)) return 'graceNotOver';
    if (old.retirement === 'deactivate')
      return old.unusedSince > asOf - graceDays * 86_400_000 ? 'graceNotOver' : undefined;

    const deactivated = about(old.deactivatedBy);
    const isDeactivated =
      deactivated?.mode === 'retire' &&
      deactivated.kind === 'deactivated' &&
      deactivated.line.old?.version === old.version;
    if (deactivated === undefined || !isDeactivated) return 'notDeactivated';
    if (deactivated.line.old?.unusedSince !== old.unusedSince) return 'notDeactivated';
    return isOver(deactivated.endedAt, deleteAfterDays, asOf) ? undefined : 'graceNotOver';
  };
}

/** What a run says of its secrets, if what the archive holds of it is what was approved. Otherwise it says nothing. */
async function tellOf(archive: Archive, hash: Hash, run: Run): Promise<Told[]> {
  const read = await readAgain<Line>(archive, hash, run);
  if (read.kind !== 'read') return [];
  const { mode, report, lines } = read;
  return lines.flatMap((line) => {
    const [record, ...others] = report.secrets.filter(({ arn }) => arn === line.arn);
    if (record === undefined || others.length > 0) return [];
    return [{ mode, endedAt: report.endedAt, line, kind: record.kind }];
  });
}
