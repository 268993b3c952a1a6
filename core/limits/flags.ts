import type { PlannedWave } from '../plan.ts';

/** Why the kill switch says stop, and the sentence an operator reads. */
export const stopReasons = {
  switchAbsent: 'the kill switch is absent or cannot be read',
  switchMalformed: 'the kill switch holds something that is not understood',
  switchOff: 'the kill switch is off',
} as const;
export type StopReason = keyof typeof stopReasons;

/** Why the flags beside the switch keep a wave from starting. */
export const flagReasons = {
  tierSwitchedOff: 'a tier of the wave is not switched on',
  waveBeyondLimit: 'the flags let the run go only so many waves far',
} as const;
export type FlagReason = keyof typeof flagReasons;

/** How far runs may go. */
export interface Go {
  readonly kind: 'go';
  readonly tiers: 'all' | readonly string[];
  /** The last wave that may start. */
  readonly waves: 'all' | number;
}

export type SwitchReading = Go | { readonly kind: 'stop'; readonly reason: StopReason };

/** What the switch holds when everything may go: what resuming writes. */
export const goText = '{"go":true}';

/**
 * Reads the kill switch: `{"go":true}`, with `"tiers":["low"]` and `"waves":1` to go only so far.
 *
 * Only what is understood completely lets anything go: an unknown or misspelt field could have been meant to limit it.
 */
export function readSwitch(text: string | undefined): SwitchReading {
  if (text === undefined) return { kind: 'stop', reason: 'switchAbsent' };

  const { go, tiers = 'all', waves = 'all', ...unknown } = fieldsOf(text);
  const understood = typeof go === 'boolean' && areTiers(tiers) && areWaves(waves) && Object.keys(unknown).length === 0;
  if (!understood) return { kind: 'stop', reason: 'switchMalformed' };

  return go ? { kind: 'go', tiers, waves } : { kind: 'stop', reason: 'switchOff' };
}

/** Whether a wave may start as far as the flags go. Every tier in it must be switched on. */
export function admitFlags({ tiers, waves }: Go, wave: Pick<PlannedWave, 'number' | 'tiers'>): FlagReason | undefined {
  if (tiers !== 'all' && !wave.tiers.every((tier) => tiers.includes(tier))) return 'tierSwitchedOff';
  if (waves !== 'all' && wave.number > waves) return 'waveBeyondLimit';
  return undefined;
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

const areTiers = (value: unknown): value is Go['tiers'] =>
  value === 'all' || (Array.isArray(value) && value.every((tier) => typeof tier === 'string'));

const areWaves = (value: unknown): value is Go['waves'] =>
  value === 'all' || (Number.isInteger(value) && Number(value) >= 0);
