import { readFileSync } from 'node:fs';

import type { Settings } from '../core/settings.ts';
import type { SettingsInput } from '../lib/settings.ts';

/** Where an example stands, in the inventory of the ChromePay fleet. */
export const chromepayInventory = new URL('../rehearsal/chromepay/inventory.json', import.meta.url);

const listed: { SecretList: { Tags: { Key: string; Value: string }[] }[] } = JSON.parse(
  readFileSync(chromepayInventory, 'utf8'),
);
const services = listed.SecretList.flatMap(({ Tags }) =>
  Tags.filter(({ Key }) => Key === 'keyturn:health').map(({ Value }) => Value),
);

/** Settings that fit the ChromePay fleet. Every test that needs some starts from these. */
export const chromepaySettings: Settings = {
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
  batchSize: 10,
  concurrency: 1,
  bakeTimeSeconds: 300,
  approvalTimeoutSeconds: 86_400,
  planValiditySeconds: 172_800,
  minimumAgeHours: 24,
  windows: [{ days: ['tue', 'wed', 'thu'], from: '02:00', to: '05:00', timeZone: 'UTC' }],
  freezes: [],
  writesPerSecond: 10,
  schedules: {
    audit: { expression: 'cron(0 6 * * ? *)', timeZone: 'UTC', enabled: true },
    rotation: { expression: 'cron(15 19 ? * WED *)', timeZone: 'UTC', enabled: false },
    retirement: { expression: 'cron(15 19 ? * THU *)', timeZone: 'UTC', enabled: false },
  },
  retirement: {
    graceDays: 7,
    deleteAfterDays: 7,
  },
  driftLook: { expression: 'cron(0 5 * * ? *)', timeZone: 'UTC', enabled: true },
  exemptPatterns: [],
  rotators: {
    postgres: {
      kind: 'postgres',
      strategy: 'alternate',
      allowedHosts: ['127.0.0.1'],
      validityDays: 90,
      masters: {
        low: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/low/postgres-AbCdE1',
        medium: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2',
        high: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/high/postgres-AbCdE3',
      },
    },
    'http-api-key': { kind: 'http-api-key', strategy: 'overlap', allowedHosts: ['127.0.0.1'], validityDays: 90 },
    'hmac-key': { kind: 'hmac-key', strategy: 'overlap', allowedHosts: ['127.0.0.1'], validityDays: 90 },
  },
  probes: { postgres: { kind: 'postgres' }, http: { kind: 'http' } },
  health: Object.fromEntries(services.map((service) => [service, `https://${service}.chromepay.example/health`])),
  alarms: [],
  approvers: [{ name: 'First-approver', email: 'first-approver@example.com' }],
  requesters: [],
  channels: {},
  secretKeyArns: [],
  retentionDays: 400,
};

/** The same, as a configuration file would say it. */
export const settingsInput = chromepaySettings as unknown as SettingsInput;

export const settingsWith = (overrides: Partial<Settings>): Settings => ({ ...chromepaySettings, ...overrides });
