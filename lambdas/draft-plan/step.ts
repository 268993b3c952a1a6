import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { SecretEntry } from '../../core/inventory.ts';
import type { Register, RunLock } from '../../core/living-ports.ts';
import type { Ending } from '../../core/outcome.ts';
import type { History } from '../../core/past-runs/history.ts';
import { leaveQuarantined, type Quarantine } from '../../core/past-runs/quarantine.ts';
import {
  type RestoreMaterial,
  type RestoreSelection,
  readUndoable,
  selectRestore,
} from '../../core/past-runs/restore.ts';
import { type RetireMaterial, readReplaced, selectRetired } from '../../core/past-runs/retire-selection.ts';
import type { Run } from '../../core/plan.ts';
import { candidateBatches, type Draft } from '../../core/planning/draft.ts';
import type { Archive, Hash, Inventory } from '../../core/ports.ts';
import { isDue } from '../../core/selection/due.ts';
import { select } from '../../core/selection/selection.ts';
import type { Settings } from '../../core/settings.ts';
import type { RestoreAsked } from '../../core/start.ts';

import { type DraftPlanEvent, parseEvent } from './event.ts';

export interface DraftPlanPorts {
  readonly inventory: Inventory;
  readonly archive: Archive;
  readonly lock: Pick<RunLock, 'holder'>;
  readonly quarantine: Pick<Register<Quarantine>, 'read'>;
  readonly history: Pick<Register<History>, 'read'>;
  readonly settings: Settings;
  readonly hash: Hash;
  /** The expiry rule. A rehearsal of the incident passes an inverted one. */
  readonly due?: typeof isDue;
}

export type Drafted = { readonly next: 'go on'; readonly preflightKey: string; readonly candidates: number } | Ending;

/**
 * Selects what is due, or what a run is to be undone of, from metadata alone, and notes it for others to doubt.
 *
 * While another run has the lock, one that would need it ends here, before anything is looked at.
 *
 * Called again for the same run it keeps the draft that was deposited first: the run goes on with one selection, even
 * when the fleet has changed in between.
 */
export const draftPlan = (ports: DraftPlanPorts) => {
  const { inventory, archive, lock, quarantine, settings, hash, due = isDue } = ports;

  return async (given: unknown): Promise<Drafted> => {
    const { startedAt: asOf, ...asked } = parseEvent(given);
    const { run, mode } = asked;

    const holder = mode === 'audit' ? undefined : await lock.holder();
    if (holder !== undefined && holder.run !== run) {
      return { next: 'end', outcome: 'refused', reasons: [`lockHeld: ${holder.run}`] };
    }

    const entries = await keepFirst(archive, run, await inventory.list());
    const quarantined = await quarantine.read();
    const { selected, leftAlone } = await selectFor(asked, { entries, quarantine: quarantined, settings, asOf });
    const draft: Draft = { ...asked, asOf, selected, leftAlone };
    const lines = candidateBatches(run, selected).map(canonicalJson);

    await archive.deposit(archiveKeys.candidates(run), lines.join('\n'));
    await archive.deposit(archiveKeys.draft(run), JSON.stringify(draft));

    const kept: Draft = JSON.parse(await archive.fetch(archiveKeys.draft(run)));
    return { next: 'go on', preflightKey: archiveKeys.candidates(run), candidates: kept.selected.length };
  };

  /** What there is to do depends on what the run was asked for: what is due, what a run did, or what runs left behind. */
  async function selectFor(
    { run, mode, restore }: Pick<DraftPlanEvent, 'run' | 'mode' | 'restore'>,
    material: Omit<RetireMaterial, 'run' | 'hash' | 'replaced'>,
  ): Promise<Pick<Draft, 'selected' | 'leftAlone'>> {
    if (restore !== undefined) return restorable(restore, material);
    if (mode === 'retire') {
      const replaced = await readReplaced(archive, hash, await ports.history.read());
      return selectRetired({ ...material, run, hash, replaced });
    }
    return leaveQuarantined(select(material.entries, settings, material.asOf, due), material.quarantine);
  }

  /** Of a run that cannot be undone, nothing is selected: confirm-plan finds that out for itself, and says why. */
  async function restorable(
    asked: RestoreAsked,
    material: Omit<RestoreMaterial, 'asked' | 'run'>,
  ): Promise<RestoreSelection> {
    const run = await readUndoable(archive, hash, asked);
    return run.kind === 'undoable' ? selectRestore({ ...material, asked, run }) : { selected: [], leftAlone: [] };
  }
};

/** What was listed is evidence: whoever doubts the selection can make it again. One secret a line, without a value. */
async function keepFirst(archive: Archive, run: Run, entries: readonly SecretEntry[]): Promise<readonly SecretEntry[]> {
  const key = archiveKeys.inventory(run);
  const deposited = await archive.deposit(key, entries.map((entry) => JSON.stringify(entry)).join('\n'));
  if (deposited === 'deposited') return entries;
  const lines = (await archive.fetch(key)).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as SecretEntry);
}
