import { instant } from '../core/instant.ts';
import type { SecretEntry } from '../core/inventory.ts';
import type { RotatorSettings } from '../core/settings.ts';
import { asOf, entryWith, tagsWith } from './entries.ts';
import { chromepaySettings, settingsWith } from './settings.ts';

/** The function that is plugged in for tier low. */
export const lowFunction = 'arn:aws:lambda:us-east-1:111122223333:function:rotate-low';
export const otherFunction = 'arn:aws:lambda:us-east-1:111122223333:function:rotate-other';

/** A rotator that is a rotation function, of tier low alone. */
export const plugged = {
  kind: 'rotation-function',
  strategy: 'alternate',
  allowedHosts: ['db.chromepay.example'],
  validityDays: 90,
  functions: { low: lowFunction },
  masters: { low: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/low/postgres-AbCdE1' },
} as const satisfies RotatorSettings;

export const pluggedSettings = settingsWith({ rotators: { ...chromepaySettings.rotators, plugged } });

export const pluggedTags = { rotator: 'plugged', probe: 'postgres' } as const;

/** A secret that a plugged function may rotate, some of it otherwise. */
export const pluggedEntry = (overrides: Partial<SecretEntry> = {}): SecretEntry =>
  entryWith({
    tags: tagsWith(pluggedTags),
    rotationEnabled: true,
    rotationFunction: lowFunction,
    nextRotation: 'never',
    ...overrides,
  });

const days = (count: number) => count * 24 * 60 * 60 * 1_000;

/** Why a plugged function's secret must be left to somebody else: what is otherwise about it, and whether it is. */
export const nativeRotations: readonly (readonly [string, Partial<SecretEntry>, 'ours' | 'other' | 'soon'])[] = [
  ['names the function and has no schedule', {}, 'ours'],
  ['is to rotate by itself in 30 days', { nextRotation: instant(asOf + days(30)) }, 'ours'],
  ['is to rotate by itself a moment before that', { nextRotation: instant(asOf + days(30) - 1) }, 'soon'],
  ['should have rotated by itself already', { nextRotation: instant(asOf - 1) }, 'soon'],
  ['has a schedule without a date', { nextRotation: 'unknown' }, 'soon'],
  ['names another function', { rotationFunction: otherFunction }, 'other'],
  ['names a version of the function', { rotationFunction: `${lowFunction}:7` }, 'other'],
  ['names no function', { rotationFunction: undefined }, 'other'],
  ['has its native rotation off', { rotationEnabled: false }, 'other'],
];
