import { readFileSync } from 'node:fs';

import { secretEntry } from '../../adapters/secret-entry.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { instant } from '../../core/instant.ts';
import { judgeCaps } from '../../core/limits/caps.ts';
import type { OldCredential, Run } from '../../core/plan.ts';
import type { OldFact } from '../../core/planning/draft.ts';
import { makePlan, type Plan } from '../../core/planning/plan-making.ts';
import { type SelectedSecret, select } from '../../core/selection/selection.ts';
import type { Settings } from '../../core/settings.ts';

/* Plans that wait for an approval: that of the ChromePay fleet, and a small one. */

export const run = 'audit-and-rotate-1' as Run;
export const asOf = instant(Date.UTC(2026, 10, 18, 19, 15));

const daily = { expression: 'cron(0 6 * * ? *)', timeZone: 'UTC', enabled: false };

export const settings: Settings = {
  stage: 'prod',
  tiers: [
    { name: 'low', path: 'prod/low/', approvals: 1, holdBefore: false },
    { name: 'medium', path: 'prod/medium/', approvals: 1, holdBefore: false },
    { name: 'high', path: 'prod/high/', approvals: 1, holdBefore: false },
  ],
  tagKeys: {
    expirationDate: 'expiration_date',
    tier: 'keyturn:tier',
    rotator: 'keyturn:rotator',
    probe: 'keyturn:probe',
    health: 'keyturn:health',
  },
  caps: { secrets: 60, percentOfFleet: 40, secretsPerDay: 100 },
  waveSizes: [5, 20],
  batchSize: 5,
  concurrency: 1,
  bakeTimeSeconds: 900,
  approvalTimeoutSeconds: 6 * 3_600,
  planValiditySeconds: 24 * 3_600,
  minimumAgeHours: 24,
  windows: [{ days: ['thu'], from: '02:00', to: '05:00', timeZone: 'UTC' }],
  freezes: [],
  writesPerSecond: 10,
  schedules: { audit: daily, rotation: daily, retirement: daily },
  retirement: { graceDays: 7, deleteAfterDays: 7 },
  driftLook: { expression: 'cron(0 5 * * ? *)', timeZone: 'UTC', enabled: true },
  exemptPatterns: [],
  rotators: {
    postgres: {
      kind: 'postgres',
      strategy: 'alternate',
      allowedHosts: ['db.example.com'],
      validityDays: 90,
      masters: { low: 'arn:low', medium: 'arn:medium', high: 'arn:high' },
    },
    'http-api-key': {
      kind: 'http-api-key',
      strategy: 'overlap',
      allowedHosts: ['keys.example.com'],
      validityDays: 90,
    },
    'hmac-key': { kind: 'hmac-key', strategy: 'overlap', allowedHosts: ['keys.example.com'], validityDays: 90 },
  },
  probes: { postgres: { kind: 'postgres' }, http: { kind: 'http' } },
  health: {},
  alarms: [],
  approvers: [
    { name: 'requester', email: 'requester@example.com' },
    { name: 'first-approver', email: 'first-approver@example.com' },
    { name: 'second-approver', email: 'second-approver@example.com' },
  ],
  requesters: [],
  channels: {},
  secretKeyArns: [],
  retentionDays: 400,
};

/** Settings in which every plan needs two people. */
export const byTwo = { tiers: settings.tiers.map((tier) => ({ ...tier, approvals: 2 })) };

/** The fleet of the incident, as its inventory lists it. */
export function chromePayPlan(): Plan {
  const inventory = new URL('../../rehearsal/chromepay/inventory.json', import.meta.url);
  const { SecretList }: { SecretList: Parameters<typeof secretEntry>[0][] } = JSON.parse(
    readFileSync(inventory, 'utf8'),
  );
  const entries = SecretList.map(secretEntry);
  const services = entries.flatMap(({ tags }) => tags.filter(({ key }) => key === 'service').map(({ value }) => value));
  const health = Object.fromEntries(services.map((name) => [name, `https://health.example.com/${name}`]));
  const { fleet, selected, leftAlone } = select(entries, { ...settings, health }, asOf);
  return planOf(selected, leftAlone, fleet);
}

/** A plan of what is given, whose preflight found nothing wrong. */
export function planOf(
  selected: readonly SelectedSecret[],
  leftAlone: Parameters<typeof makePlan>[0]['draft']['leftAlone'],
  fleet: { readonly secrets: number; readonly services: number },
  said: { readonly requestedBy?: string; readonly why?: string; readonly run?: Run; readonly undoes?: Run } = {},
): Plan {
  const { requestedBy = 'requester', why = 'The keys of the quarter are due', run: named = run, undoes } = said;
  const restore = undoes && { of: undoes, secrets: undefined };
  const retires = selected.some(({ old }) => old !== undefined);
  const mode = undoes !== undefined ? 'restore' : retires ? 'retire' : 'rotate';
  return makePlan({
    draft: { run: named, mode, requestedBy, why, asOf, restore, selected, leftAlone },
    facts: selected.map(({ arn, name, currentVersion, expirationDate, before, old }) => ({
      arn,
      name,
      versionId: currentVersion,
      createdAt: instant((Date.parse(expirationDate) || asOf) - 90 * 86_400_000),
      malformed: undefined,
      account: arn,
      answer: 'accepted' as const,
      ...(old === undefined ? {} : { old: outOfUse(arn, old) }),
      ...(before === undefined ? {} : { before: { kind: 'fit' as const, answer: 'accepted' as const } }),
    })),
    fleet,
    guardrails: judgeCaps(settings.caps, { selected: selected.length, fleet: fleet.secrets }),
    settings,
    hash: sha256,
    previous: [],
    now: asOf,
  });
}

/** What a preflight sees of an old credential that nobody uses. It was last used when it was replaced, to the day. */
const outOfUse = (arn: string, { retirement, replacedAt }: OldCredential): OldFact =>
  retirement === 'deactivate'
    ? { identity: 'apart', state: 'active', lastUsed: replacedAt, answer: 'unasked', account: `old of ${arn}` }
    : { identity: 'apart', state: 'inactive', lastUsed: 'never', answer: 'rejected', account: `old of ${arn}` };

export const candidate = (name: string, more: Partial<SelectedSecret> = {}): SelectedSecret => ({
  name,
  arn: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`,
  tier: 'low',
  service: 'billing',
  rotator: 'http-api-key',
  strategy: 'overlap',
  probe: 'http',
  currentVersion: 'version-1',
  expirationDate: '2026-11-13',
  daysOverdue: 5,
  ...more,
});

/** Two secrets of one tier: one wave of one batch. */
export const smallPlan = (said: { readonly requestedBy?: string; readonly why?: string } = {}): Plan =>
  planOf(
    [candidate('prod/low/billing/key-1'), candidate('prod/low/billing/key-2')],
    [{ name: 'prod/low/billing/key-3', arn: 'arn:3', reason: 'notDue', reasons: ['notDue'] }],
    { secrets: 5, services: 1 },
    said,
  );

/** Old credentials whose time has come: two to be deactivated, and one, long out of use, to be deleted. */
export function retirementPlan(): Plan {
  const replaced = { version: 'version-0', replacedBy: 'rotation-of-november' as Run };
  const deactivate: OldCredential = {
    ...replaced,
    retirement: 'deactivate',
    replacedAt: instant(Date.UTC(2026, 10, 9, 3)),
    unusedSince: instant(Date.UTC(2026, 10, 11)),
  };
  const remove: OldCredential = {
    ...replaced,
    retirement: 'delete',
    replacedAt: instant(Date.UTC(2026, 9, 20, 3)),
    unusedSince: instant(Date.UTC(2026, 9, 25)),
    deactivatedBy: 'retirement-of-november' as Run,
    deactivatedAt: instant(Date.UTC(2026, 10, 1, 3)),
  };
  return planOf(
    [
      candidate('prod/low/billing/key-1', { old: deactivate }),
      candidate('prod/low/billing/key-2', { old: remove }),
      candidate('prod/low/billing/key-3', { old: deactivate }),
    ],
    [{ name: 'prod/low/billing/key-4', arn: 'arn:4', reason: 'replacedLately', reasons: ['replacedLately'] }],
    { secrets: 127, services: 50 },
  );
}
