import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import { judgeDay, type Ledger } from '../limits/ledger.ts';
import type { Run } from '../plan.ts';
import { type Outlook, outlookOf } from '../planning/preview.ts';
import type { Archive, Hash } from '../ports.ts';
import { countFleet, judgeAgain } from '../selection/second-judgement.ts';
import type { Settings } from '../settings.ts';
import type { RestoreAsked } from '../start.ts';
import type { Quarantine } from './quarantine.ts';
import { type NotUndoable, type RestoreSelection, readUndoable, selectRestore } from './restore.ts';
import { lookAgainAt } from './second-restore.ts';

/** What a restore would do, as far as the archive and the list can tell: no value is read, and no target asked. */
export interface RestorePreview extends Outlook {
  readonly kind: 'previewed';
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly leftAlone: RestoreSelection['leftAlone'];
}

export interface RestorePreviewMaterial {
  readonly archive: Archive;
  readonly hash: Hash;
  readonly entries: readonly SecretEntry[];
  readonly quarantine: Quarantine;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly asOf: Instant;
}

/** Judges a restore as draft-plan and confirm-plan would, one after the other. */
export async function previewRestore(
  asked: RestoreAsked,
  { archive, hash, entries, quarantine, ledger, settings, asOf }: RestorePreviewMaterial,
): Promise<RestorePreview | NotUndoable> {
  const run = await readUndoable(archive, hash, asked);
  if (run.kind === 'not') return run;
  const again = await lookAgainAt(archive, hash, asked);
  if (again.kind === 'refused') return { ...again, kind: 'not' };

  const { selected, leftAlone } = selectRestore({ asked, run, entries, quarantine, settings, asOf });
  const quarantined = Object.keys(quarantine);
  const contradicted = judgeAgain(selected, entries, settings, asOf, quarantined, again.grounds);
  const fleet = countFleet(entries, settings);
  // No run has this name: a run is an execution, and this is none.
  const day = judgeDay(ledger, settings.caps.secretsPerDay, { run: '' as Run, at: asOf, secrets: selected.length });
  const outlook = outlookOf({
    selected,
    contradicted,
    fleet: fleet.secrets,
    settings,
    asOf,
    bounds: [day],
    nothing: 'nothingToRestore',
  });
  return { kind: 'previewed', fleet, leftAlone, ...outlook };
}
