import { instant } from '../../../core/instant.ts';
import type { Batch, PlannedSecret, Run } from '../../../core/plan.ts';
import type { BatchAnswer, Claim } from '../../../core/verdict/claim.ts';
import type { Sighting } from '../../../core/verdict/probe.ts';
import { selectedWith } from '../../entries.ts';

/* A batch of two secrets, what was claimed of it, and what was seen. */

export const run = 'run-1' as Run;

export const plannedWith = (overrides: Partial<PlannedSecret> = {}): PlannedSecret => ({
  ...selectedWith(),
  newVersion: 'version-3',
  currentSince: instant(0),
  ...overrides,
});

export const [a, b] = [
  plannedWith({ name: 'prod/low/a', arn: 'arn:a', service: 'orders' }),
  plannedWith({ name: 'prod/low/b', arn: 'arn:b', service: 'ledger' }),
];

export const batch: Batch = { run, wave: 1, index: 0, tier: 'low', secrets: [a, b] };

export const turned = (...claims: readonly Claim[]): BatchAnswer => ({ kind: 'turned', claims });
export const rotated = ({ arn, name }: PlannedSecret, versionId = 'version-3'): Claim => ({
  arn,
  name,
  kind: 'rotated',
  versionId,
});
export const back = ({ arn, name }: PlannedSecret, touched = true, versionId = 'version-2'): Claim => ({
  arn,
  name,
  kind: 'back',
  versionId,
  touched,
});
export const leftAlone = ({ arn, name }: PlannedSecret, reason = 'notDue'): Claim => ({
  arn,
  name,
  kind: 'leftAlone',
  reason,
});
export const failed = ({ arn, name }: PlannedSecret): Claim => ({ arn, name, kind: 'failed', reason: 'newRejected' });

export const seen = (
  { arn, name }: PlannedSecret,
  versionId: string | undefined = 'version-3',
  answer: Sighting['answer'] = 'accepted',
): Sighting => ({ arn, name, versionId, answer });
export const unseen = ({ arn, name }: PlannedSecret): Sighting => ({
  arn,
  name,
  versionId: undefined,
  answer: 'unknown',
});
