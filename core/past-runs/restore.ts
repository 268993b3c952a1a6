import { readDecision } from '../approval/recorded-decision.ts';
import { archiveKeys } from '../archive-keys.ts';
import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import type { LeaveAloneReason, LeftAlone, RestoreReason } from '../leave-alone.ts';
import type { PlannedSecret } from '../plan.ts';
import { isPlanned, readPlan, readWave } from '../planning/plan-reading.ts';
import type { Archive, Hash } from '../ports.ts';
import type { RunReport } from '../report/report.ts';
import { type SelectedSecret, select } from '../selection/selection.ts';
import type { Settings } from '../settings.ts';
import type { RestoreAsked } from '../start.ts';
import { leaveQuarantined, type Quarantine } from './quarantine.ts';
import { findDocument } from './run-story.ts';

/** Every reason why a run cannot be undone at all, and the sentence an operator reads. */
export const restoreRefusals = {
  unknownRun: 'the archive has no plan of that run; check its name and the stage',
  notARotation: 'that run was no rotation',
  unfinished: 'that run has not ended: wait for its report, or recover it',
  altered: 'what the archive holds of that run is not what was approved',
  nothingRotated: 'that run rotated nothing, or all that it rotated went back',
  unknownSecret: 'a secret that was named is not in the plan of that run',
} as const;

export type RestoreRefusal = keyof typeof restoreRefusals;

/** A run that can be undone: what it planned, and which of that it rotated. */
export interface Undoable {
  readonly kind: 'undoable';
  readonly planned: readonly PlannedSecret[];
  readonly rotated: ReadonlySet<string>;
}

export interface NotUndoable {
  readonly kind: 'not';
  readonly refusal: RestoreRefusal;
  /** The run, or the secret, that the refusal is about. */
  readonly which: string;
}

/** Reads what a run planned and did. Only what was approved then counts, to the byte. */
export async function readUndoable(
  archive: Archive,
  hash: Hash,
  { of, secrets }: RestoreAsked,
): Promise<Undoable | NotUndoable> {
  const not = (refusal: RestoreRefusal, which: string = of) => ({ kind: 'not', refusal, which }) as const;
  if ((await findDocument(archive, archiveKeys.plan(of))) === undefined) return not('unknownRun');
  const { header, digest } = await readPlan(archive, hash, of);
  if (header.mode !== 'rotate') return not('notARotation');

  // A run that died after its report was settled once more.
  const report =
    (await findDocument<RunReport>(archive, archiveKeys.recovery(of))) ??
    (await findDocument<RunReport>(archive, archiveKeys.report(of)));
  if (report === undefined) return not('unfinished');

  const batches = (await Promise.all(header.waves.map(({ number }) => readWave(archive, of, number)))).flat();
  const planned = batches.flatMap((batch) => batch.secrets);
  const rotated = new Set(report.secrets.filter(({ kind }) => kind === 'rotated').map(({ arn }) => arn));
  if (rotated.size === 0) return not('nothingRotated');

  const decision = await readDecision(archive, of);
  const isApproved =
    decision?.decision === 'approved' && decision.answers.every(({ answer }) => answer.digest === digest);
  if (!isApproved || !batches.every((batch) => isPlanned(hash, header, batch))) return not('altered');
  const unknown = secrets?.find((name) => !planned.some((one) => one.name === name));
  if (unknown !== undefined) return not('unknownSecret', unknown);
  return { kind: 'undoable', planned, rotated };
}

export interface RestoreSelection {
  readonly selected: readonly SelectedSecret[];
  readonly leftAlone: readonly LeftAlone<LeaveAloneReason | RestoreReason>[];
}

/** What a restore is selected from. */
export interface RestoreMaterial {
  readonly asked: RestoreAsked;
  readonly run: Undoable;
  readonly entries: readonly SecretEntry[];
  readonly quarantine: Quarantine;
  readonly settings: Settings;
  readonly asOf: Instant;
}

/**
 * Selects what a run rotated and nobody has touched since. That it is not due is no reason against it; whatever else
 * speaks against touching a secret is.
 */
export function selectRestore(material: RestoreMaterial): RestoreSelection {
  const { run, entries, quarantine, settings, asOf } = material;
  const today = leaveQuarantined(
    select(entries, settings, asOf, () => true),
    quarantine,
  );
  const judged = run.planned.map((planned): RestoreSelection => {
    const { name, arn, currentVersion: version, expirationDate } = planned;
    const leave = <Reason extends LeaveAloneReason | RestoreReason>(...reasons: [Reason, ...Reason[]]) => ({
      selected: [],
      leftAlone: [{ name, arn, reason: reasons[0], reasons }],
    });
    const reason = reasonOfRun(planned, material);
    if (reason !== undefined) return leave(reason);

    const found = today.selected.find((one) => one.arn === arn);
    if (found === undefined) {
      const alone = today.leftAlone.find((one) => one.arn === arn);
      return alone === undefined ? leave('notListed') : { selected: [], leftAlone: [alone] };
    }
    const since = reasonSince(planned, found);
    return since === undefined
      ? { selected: [{ ...found, before: { version, expirationDate } }], leftAlone: [] }
      : leave(since);
  });
  return {
    selected: judged.flatMap(({ selected }) => selected),
    leftAlone: judged.flatMap(({ leftAlone }) => leftAlone),
  };
}

function reasonOfRun(
  { name, arn, strategy }: PlannedSecret,
  { asked, run }: RestoreMaterial,
): RestoreReason | undefined {
  if (asked.secrets?.includes(name) === false) return 'notAskedFor';
  if (!run.rotated.has(arn)) return 'notRotated';
  return strategy === 'replace' ? 'forgotten' : undefined;
}

function reasonSince(planned: PlannedSecret, found: SelectedSecret): RestoreReason | undefined {
  if (found.currentVersion === planned.currentVersion) return 'restoredBefore';
  if (found.currentVersion !== planned.newVersion) return 'movedSince';
  const fields = ['name', 'tier', 'service', 'rotator', 'strategy', 'probe'] as const;
  return fields.every((field) => found[field] === planned[field]) ? undefined : 'retagged';
}
