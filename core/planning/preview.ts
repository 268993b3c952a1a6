import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import { judgeCaps } from '../limits/caps.ts';
import { nextStart } from '../limits/windows.ts';
import type { Guardrail } from '../plan.ts';
import { type DueRule, isDue } from '../selection/due.ts';
import { type Contradicted, judgeAgain } from '../selection/second-judgement.ts';
import { type SelectedSecret, type Selection, select } from '../selection/selection.ts';
import type { Settings } from '../settings.ts';
import { cutIntoWaves } from './waves.ts';

/** What a run over a list would come to, and the sentence an operator reads. */
export const previewVerdicts = {
  confirmed: 'within the caps, and confirmed by the second judgement',
  refused: 'a run would be refused, and touch nothing',
  nothingDue: 'nothing to rotate: a run would touch nothing',
  nothingToRestore: 'nothing is left to restore: a run would touch nothing',
} as const;

export type PreviewVerdict = keyof typeof previewVerdicts;

/** What would be selected, held against the bounds, and laid out in waves. */
export interface Outlook {
  readonly waves: readonly (readonly SelectedSecret[])[];
  readonly guardrails: readonly Guardrail[];
  readonly contradicted: readonly Contradicted[];
  /** When the first wave could start; undefined when neither window nor gap between freezes is near. */
  readonly startsAt: Instant | undefined;
  readonly verdict: PreviewVerdict;
}

/** What a run over a list would do, as far as the list alone can tell: no value is read, and no target asked. */
export interface Preview extends Omit<Selection, 'selected'>, Outlook {}

/** Judges a list as draft-plan and confirm-plan would, one after the other. */
export function preview(
  entries: readonly SecretEntry[],
  settings: Settings,
  asOf: Instant,
  due: DueRule = isDue,
): Preview {
  const { selected, ...selection } = select(entries, settings, asOf, due);
  const contradicted = judgeAgain(selected, entries, settings, asOf);
  const { secrets: fleet } = selection.fleet;
  return { ...selection, ...outlookOf({ selected, contradicted, fleet, settings, asOf, nothing: 'nothingDue' }) };
}

/** What an outlook is taken on. */
export interface Prospect {
  readonly selected: readonly SelectedSecret[];
  readonly contradicted: readonly Contradicted[];
  /** How many secrets there are. */
  readonly fleet: number;
  readonly settings: Settings;
  readonly asOf: Instant;
  /** Bounds of other kinds that it is held against. */
  readonly bounds?: readonly Guardrail[];
  /** What to say when nothing is selected. */
  readonly nothing: PreviewVerdict;
}

export function outlookOf(prospect: Prospect): Outlook {
  const { selected, contradicted, fleet, settings, asOf, bounds = [], nothing } = prospect;
  const guardrails: Guardrail[] = [
    ...judgeCaps(settings.caps, { selected: selected.length, fleet }),
    ...bounds,
    {
      name: 'secondJudgement',
      verdict: contradicted.length === 0 ? 'within' : 'exceeded',
      actual: contradicted.length,
      limit: 0,
      unit: 'contradictions',
    },
  ];
  const isRefused = guardrails.some(({ verdict }) => verdict === 'exceeded');
  return {
    waves: cutIntoWaves(selected, settings),
    guardrails,
    contradicted,
    startsAt: nextStart(settings.windows, settings.freezes, asOf),
    verdict: isRefused ? 'refused' : selected.length === 0 ? nothing : 'confirmed',
  };
}
