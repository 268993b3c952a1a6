import { readDecision } from '../approval/recorded-decision.ts';
import { archiveKeys } from '../archive-keys.ts';
import { canonicalJson } from '../canonical.ts';
import { type Instant, instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import type { LeaveAloneReason, LeftAlone, RetireReason } from '../leave-alone.ts';
import type { OldCredential, PlannedSecret, Run } from '../plan.ts';
import { isPlanned, readPlan, readWave } from '../planning/plan-reading.ts';
import type { Archive, Hash } from '../ports.ts';
import type { RunReport, SecretReport } from '../report/report.ts';
import { type SelectedSecret, select } from '../selection/selection.ts';
import type { Settings } from '../settings.ts';
import type { History } from './history.ts';
import { leaveQuarantined, type Quarantine } from './quarantine.ts';
import { findDocument } from './run-story.ts';

/** An old credential, as the documents of finished runs tell of it. */
export interface Replaced {
  readonly secret: Pick<PlannedSecret, 'arn' | 'name' | 'rotator'>;
  readonly version: string;
  readonly replacedBy: Run;
  readonly replacedAt: Instant;
  /** The run that deactivated it, when that ended, and since when it had to be unused then. */
  readonly deactivated: { readonly by: Run; readonly at: Instant; readonly unusedSince: Instant } | undefined;
}

/**
 * Walks the runs that have ended, and tells which old credentials they left behind. What a run did stands in its report;
 * which version that was about, in the plan that was approved, and only if that still is what was approved, to the byte.
 */
export async function readReplaced(archive: Archive, hash: Hash, history: History): Promise<readonly Replaced[]> {
  const known = new Map<string, Replaced>();
  for (const { run, mode, rotated } of history) {
    if (rotated === 0 || mode === 'audit') continue;
    for (const { secret, kind, at } of await doneBy(archive, hash, run)) {
      const version = secret.old?.version ?? secret.currentVersion;
      const key = `${secret.arn} ${version}`;
      const before = known.get(key);
      const { arn, name, rotator } = secret;
      if (kind === 'rotated') {
        known.set(key, {
          secret: { arn, name, rotator },
          version,
          replacedBy: run,
          replacedAt: at,
          deactivated: undefined,
        });
      } else if (kind === 'deleted') {
        known.delete(key);
      } else if (kind === 'deactivated' && before !== undefined && secret.old !== undefined) {
        known.set(key, { ...before, deactivated: { by: run, at, unusedSince: secret.old.unusedSince } });
      }
    }
  }
  return [...known.values()].sort((one, other) => one.replacedAt - other.replacedAt);
}

interface Done {
  readonly secret: PlannedSecret;
  readonly kind: SecretReport['kind'];
  readonly at: Instant;
}

/** What a run did, secret by secret. A run whose documents are not what was approved did nothing that is believed. */
async function doneBy(archive: Archive, hash: Hash, run: Run): Promise<Done[]> {
  const report =
    (await findDocument<RunReport>(archive, archiveKeys.recovery(run))) ??
    (await findDocument<RunReport>(archive, archiveKeys.report(run)));
  const decision = await readDecision(archive, run);
  if (report === undefined || decision?.decision !== 'approved') return [];

  const { header, digest } = await readPlan(archive, hash, run);
  const batches = (await Promise.all(header.waves.map(({ number }) => readWave(archive, run, number)))).flat();
  const isApproved = decision.answers.every(({ answer }) => answer.digest === digest);
  if (!isApproved || !batches.every((batch) => isPlanned(hash, header, batch))) return [];

  const kinds = new Map(report.secrets.map(({ arn, kind }) => [arn, kind]));
  return batches
    .flatMap(({ secrets }) => secrets)
    .map((secret) => ({ secret, kind: kinds.get(secret.arn) ?? 'untouched', at: report.endedAt }));
}

export interface RetireMaterial {
  readonly run: Run;
  readonly hash: Hash;
  /** The oldest first. */
  readonly replaced: readonly Replaced[];
  readonly entries: readonly SecretEntry[];
  readonly quarantine: Quarantine;
  readonly settings: Settings;
  readonly asOf: Instant;
}

export interface RetireSelection {
  readonly selected: readonly SelectedSecret[];
  readonly leftAlone: readonly LeftAlone<LeaveAloneReason | RetireReason>[];
}

/**
 * Selects old credentials whose time has come: one of a secret at most, so that a run that goes wrong concerns each secret
 * once. Of several the run's name draws one: if the oldest is kept for good, the others have their turn in other runs. A
 * secret that no run replaced anything of is not spoken of.
 */
export function selectRetired(material: RetireMaterial): RetireSelection {
  const { run, hash, replaced, entries, quarantine, settings, asOf } = material;
  const today = leaveQuarantined(
    select(entries, settings, asOf, () => true),
    quarantine,
  );
  const alone = new Map(today.leftAlone.map((one) => [one.arn, one]));
  const byArn = Map.groupBy(replaced, ({ secret }) => secret.arn);

  const selected: SelectedSecret[] = [];
  const leftAlone: LeftAlone<LeaveAloneReason | RetireReason>[] = [];
  for (const [arn, olds] of byArn) {
    const found = today.selected.find((one) => one.arn === arn);
    const unclear = alone.get(arn);
    if (unclear !== undefined) leftAlone.push(unclear);
    if (found === undefined) continue;

    const judged = olds.map((old) => judge(old, found, settings, asOf));
    const due = drawn(
      judged.filter((one) => typeof one !== 'string'),
      hash(canonicalJson(['old credential', run, arn])),
    );
    const reasons = judged.filter((one) => typeof one === 'string');
    const [reason] = reasons;
    if (due !== undefined) selected.push({ ...found, old: due });
    else if (reason !== undefined) leftAlone.push({ name: found.name, arn, reason, reasons: [reason] });
  }
  return { selected, leftAlone };
}

/** The one of them that a hash falls on. */
const drawn = <One>(ones: readonly One[], hashed: string): One | undefined =>
  ones[Number.parseInt(hashed.slice(-8), 16) % ones.length];

/** What is to be done about one old credential, or why nothing is. */
function judge(
  { secret, version, replacedBy, replacedAt, deactivated }: Replaced,
  found: SelectedSecret,
  { retirement }: Settings,
  asOf: Instant,
): OldCredential | RetireReason {
  if (found.strategy !== 'overlap') return 'nothingToRetire';
  if (found.currentVersion === version) return 'currentAgain';
  if (found.rotator !== secret.rotator) return 'retagged';

  const grace = retirement.graceDays * dayMillis;
  if (asOf - replacedAt < grace) return 'replacedLately';
  const old = { version, replacedBy, replacedAt };
  if (deactivated === undefined) return { ...old, retirement: 'deactivate', unusedSince: instant(asOf - grace) };

  if (asOf - deactivated.at < retirement.deleteAfterDays * dayMillis) return 'deactivatedLately';
  const { by: deactivatedBy, at: deactivatedAt, unusedSince } = deactivated;
  return { ...old, retirement: 'delete', unusedSince, deactivatedBy, deactivatedAt };
}

const dayMillis = 24 * 3_600_000;
