import type { Instant } from './instant.ts';
import type { Run } from './plan.ts';
import type { Archive, Hash } from './ports.ts';
import type { Contradiction, Grounds } from './second-judgement.ts';
import type { SelectedSecret } from './selection.ts';
import type { Settings } from './settings.ts';

/*
 * The second pair of eyes on a retirement: whether the runs that a candidate names really replaced its old credential, and
 * deactivated it, and whether that is long enough ago.
 *
 * Written apart from `retire-selection.ts`, and to stay apart: it shares no code with it, nor with what reads plans for
 * others, starts from the candidates, and believes text that has the hash that was approved, and nothing else.
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
  const text = (document: string) => fetchOr(archive, `runs/${run}/${document}`);
  const [plan, decision] = [await text('plan.json'), await text('decision.json')];
  const last = (await text('recovery.json')) ?? (await text('report.json'));
  if (plan === undefined || decision === undefined || last === undefined) return [];

  const header = JSON.parse(plan) as {
    readonly mode: unknown;
    readonly run: unknown;
    readonly waves: readonly { readonly number: number; readonly batches: readonly { readonly hash: string }[] }[];
  };
  if (header.run !== run || !approves(decision, run, hash(plan))) return [];

  const report = JSON.parse(last) as { endedAt: number; secrets: readonly { arn: string; kind: string }[] };
  const lines: Line[] = [];
  for (const { number, batches } of header.waves) {
    const batchLines = ((await text(`waves/${number}.jsonl`)) ?? '').split('\n');
    if (batchLines.map((line) => hash(line)).join() !== batches.map((batch) => batch.hash).join()) return [];
    for (const line of batchLines) lines.push(...(JSON.parse(line) as { secrets: Line[] }).secrets);
  }
  return lines.flatMap((line) => {
    const [record, ...others] = report.secrets.filter(({ arn }) => arn === line.arn);
    if (record === undefined || others.length > 0) return [];
    return [{ mode: header.mode, endedAt: report.endedAt, line, kind: record.kind }];
  });
}

/** Whether there are answers, and every one of them approves this very plan. */
function approves(decision: string, run: Run, digest: string): boolean {
  const { answers = [] } = JSON.parse(decision) as { readonly answers?: readonly { readonly answer?: Answered }[] };
  const isYes = ({ answer }: { readonly answer?: Answered }) =>
    answer?.run === run && answer.digest === digest && answer.decision === 'approved';
  return answers.length > 0 && answers.filter(isYes).length === answers.length;
}

interface Answered {
  readonly run?: unknown;
  readonly digest?: unknown;
  readonly decision?: unknown;
}

/** A document's text, or undefined when the archive does not have it. */
async function fetchOr(archive: Archive, key: string): Promise<string | undefined> {
  return archive.fetch(key).catch((error: Error) => {
    if (error.name === 'NotInArchiveError') return undefined;
    throw error;
  });
}
