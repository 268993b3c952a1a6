import type { Instant } from '../../../core/instant.ts';
import type { PlannedSecret, Run } from '../../../core/plan.ts';
import type { Settings } from '../../../core/settings.ts';
import { at, selectedWith } from '../../entries.ts';
import { chromepaySettings } from '../../settings.ts';
import { Documents } from './finished-runs.ts';

export const rotation = 'rotation-1' as Run;
export const retirement = 'retirement-1' as Run;
export const settings: Settings = { ...chromepaySettings, retirement: { graceDays: 7, deleteAfterDays: 14 } };
/** Seven days and fourteen days before `asOf`, 2026-11-18T19:15:00Z. */
export const [weekAgo, twoWeeksAgo] = [at('2026-11-11T19:15:00Z'), at('2026-11-04T19:15:00Z')];
export const justAfter = (moment: Instant) => (moment + 1) as Instant;

export const rotated: PlannedSecret = {
  ...selectedWith({ currentVersion: 'version-1' }),
  newVersion: 'version-2',
  currentSince: at('2026-08-01T00:00:00Z'),
};
export const unusedSince = at('2026-10-20T00:00:00Z');
export const deactivatedThen: PlannedSecret = {
  ...selectedWith(),
  newVersion: 'version-2',
  currentSince: at('2026-10-01T00:00:00Z'),
  old: {
    version: 'version-1',
    retirement: 'deactivate',
    replacedBy: rotation,
    replacedAt: at('2026-10-01T00:00:00Z'),
    unusedSince,
  },
};

export const rotatedAt = (endedAt: Instant, kind = 'rotated') =>
  new Documents().add(rotation, 'rotate', rotated, kind, endedAt);
export const deactivatedAt = (endedAt: Instant, kind = 'deactivated') =>
  rotatedAt(at('2026-10-01T00:00:00Z')).add(retirement, 'retire', deactivatedThen, kind, endedAt);
