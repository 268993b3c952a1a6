import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Instant, instant } from '../../../core/instant.ts';
import type { SecretEntry } from '../../../core/inventory.ts';
import {
  type Contradiction,
  contradictions,
  countFleet,
  judgeAgain,
} from '../../../core/selection/second-judgement.ts';
import type { SelectedSecret } from '../../../core/selection/selection.ts';
import type { Settings } from '../../../core/settings.ts';
import { arnOf, asOf, at, entryWith, selectedWith, tagsWith } from '../../entries.ts';
import { lowFunction, nativeRotations, plugged, pluggedEntry, pluggedSettings, pluggedTags } from '../../plugged.ts';
import { chromepaySettings, settingsWith } from '../../settings.ts';

const against = (
  candidate: SelectedSecret,
  entries: readonly SecretEntry[],
  settings: Settings = chromepaySettings,
  now: Instant = asOf,
) => judgeAgain([candidate], entries, settings, now).map(({ contradiction }) => contradiction);

const twice = (key: string, value: string) => [...tagsWith(), { key, value }];

describe('the second judgement', () => {
  it('confirms a candidate of which the list says the same', () => {
    assert.deepEqual(judgeAgain([selectedWith()], [entryWith()], chromepaySettings, asOf), []);
  });

  it('confirms an empty selection', () => {
    assert.deepEqual(judgeAgain([], [entryWith()], chromepaySettings, asOf), []);
  });

  it('names the candidate, and everything that contradicts it', () => {
    const { name, arn } = selectedWith();
    const changed = entryWith({ owningService: 'rds', versions: { 'version-3': ['AWSCURRENT'] } });
    assert.deepEqual(judgeAgain([selectedWith()], [changed], chromepaySettings, asOf), [
      { name, arn, contradiction: 'versionDiffers' },
      { name, arn, contradiction: 'owned' },
    ]);
  });

  it('does not mind what a list says of other secrets', () => {
    const other = entryWith({ name: 'prod/low/x', tags: [], owningService: 'rds' });
    assert.deepEqual(against(selectedWith(), [other, entryWith(), other]), []);
  });
});

/** One case for every contradiction: what the fresh list, or the configuration, says otherwise. */
const cases: readonly (readonly [string, Contradiction, Partial<SecretEntry>, Partial<Settings>?])[] = [
  [
    'the ARN is of another secret',
    'identityDiffers',
    { arn: arnOf('prod/low/orders/api-key').replace('q0mPiF', 'AAAAAA') },
  ],
  [
    'the tier’s path moved',
    'pathDiffers',
    {},
    { tiers: [{ name: 'low', path: 'prod/lowest/', approvals: 1, holdBefore: false }] },
  ],
  [
    'two tiers’ paths hold it',
    'pathDiffers',
    {},
    { tiers: [...chromepaySettings.tiers, { name: 'all', path: 'prod/', approvals: 1, holdBefore: false }] },
  ],
  ['its tier tag changed', 'tierDiffers', { tags: tagsWith({ tier: 'high' }) }],
  ['its tier tag is gone', 'tierDiffers', { tags: tagsWith({ tier: undefined }) }],
  ['its tier tag is there twice', 'tierDiffers', { tags: twice('keyturn:tier', 'low') }],
  ['its rotator tag changed', 'rotatorDiffers', { tags: tagsWith({ rotator: 'hmac-key' }) }],
  ['its probe tag changed', 'probeDiffers', { tags: tagsWith({ probe: 'postgres' }) }],
  ['its health tag changed', 'serviceDiffers', { tags: tagsWith({ health: 'payments' }) }],
  ['its expiration tag changed', 'expirationDiffers', { tags: tagsWith({ expirationDate: '2026-11-12' }) }],
  ['its expiration tag is there twice', 'expirationDiffers', { tags: twice('expiration_date', '2026-11-13') }],
  [
    'its rotator has another strategy',
    'rotatorUnfit',
    {},
    {
      rotators: {
        'http-api-key': { kind: 'http-api-key', strategy: 'replace' as 'overlap', allowedHosts: [], validityDays: 90 },
      },
    },
  ],
  ['its probe cannot try its credential', 'probeUnfit', {}, { probes: { http: { kind: 'postgres' } } }],
  ['its service is no longer configured', 'serviceUnknown', {}, { health: {} }],
  ['it has become exempt', 'untouchable', {}, { exemptPatterns: ['prod/*/api-key'] }],
  ['another version is AWSCURRENT', 'versionDiffers', { versions: { 'version-3': ['AWSCURRENT'] } }],
  ['no version is AWSCURRENT', 'versionDiffers', { versions: {} }],
  ['two versions are AWSCURRENT', 'versionDiffers', { versions: { 'version-2': ['AWSCURRENT'], b: ['AWSCURRENT'] } }],
  ['a rotation is in flight', 'inFlight', { versions: { 'version-2': ['AWSCURRENT'], b: ['AWSPENDING'] } }],
  ['another service owns it', 'owned', { owningService: 'rds' }],
  ['it is a managed external secret', 'owned', { managedType: 'SalesforceClientSecret' }],
  ['its native rotation is on', 'owned', { rotationEnabled: true }],
  ['it is a replica', 'replica', { primaryRegion: 'us-east' }],
  ['it is scheduled for deletion', 'deleted', { deletedAt: at('2026-11-18T00:00:00Z') }],
  ['a freeze has been on', 'frozen', {}, { freezes: [{ from: instant(asOf - 1), to: instant(asOf + 1), why: 'Q4' }] }],
  ['a freeze is on', 'frozen', {}, { freezes: [{ from: asOf, to: instant(asOf + 1), why: 'Black Friday' }] }],
];

describe('a candidate is contradicted when', () => {
  for (const [what, contradiction, entry, settings] of cases) {
    it(`${what}: ${contradiction}`, () => {
      assert.deepEqual(against(selectedWith(), [entryWith(entry)], settingsWith(settings ?? {})), [contradiction]);
    });
  }

  it('its ARN is that of no secret of its name, whatever plan and list agree on: identityDiffers', () => {
    const own = arnOf('prod/low/orders/api-key');
    for (const arn of [
      arnOf('prod/low/orders/other'),
      arnOf('secret:prod/low/orders/api-key'),
      own.replace(':secret:', ':more:secret:'),
      `${own}x`,
      own.slice(0, -1),
      own.replace('q0mPiF', 'q0m-iF'),
      own.replace('q0mPiF', 'q-0mPiFA'),
    ]) {
      assert.deepEqual(against(selectedWith({ arn }), [entryWith({ arn })], chromepaySettings), ['identityDiffers']);
    }
  });

  it('a tag of it says nothing, as plan and list agree: serviceDiffers', () => {
    for (const service of ['', ' ']) {
      const list = [entryWith({ tags: tagsWith({ health: service }) })];
      const settings = settingsWith({ health: { [service]: 'https://orders.chromepay.example/health' } });
      assert.deepEqual(against(selectedWith({ service }), list, settings), ['serviceDiffers']);
    }
  });

  it('the list does not have it: missing', () => {
    assert.deepEqual(against(selectedWith(), []), ['missing']);
  });

  it('the list has it twice, as it is or under another ARN: listedTwice', () => {
    const entry = entryWith();
    const twin = entryWith({ arn: `${entry.arn.slice(0, -6)}AAAAAA` });
    assert.deepEqual(against(selectedWith(), [entry, entry]), ['listedTwice']);
    assert.deepEqual(against(selectedWith(), [entry, twin]), ['listedTwice']);
  });

  it('the plan has it twice: plannedTwice', () => {
    assert.deepEqual(
      judgeAgain([selectedWith(), selectedWith()], [entryWith()], chromepaySettings, asOf).map(
        ({ contradiction }) => contradiction,
      ),
      ['plannedTwice', 'plannedTwice'],
    );
  });

  for (const [what, entry, whose] of nativeRotations) {
    const expected = whose === 'ours' ? [] : ['functionDiffers'];
    it(`its rotator is a function, and it ${what}: ${expected}`, () => {
      const candidate = selectedWith({ ...pluggedTags, strategy: 'alternate' });
      assert.deepEqual(against(candidate, [pluggedEntry(entry)], pluggedSettings), expected);
    });
  }

  it('its rotator has no function for its tier: rotatorUnfit', () => {
    const settings = settingsWith({ rotators: { plugged: { ...plugged, functions: { high: lowFunction } } } });
    const candidate = selectedWith({ ...pluggedTags, strategy: 'alternate' });
    const entry = pluggedEntry({ rotationEnabled: false });
    assert.deepEqual(against(candidate, [entry], settings), ['rotatorUnfit']);
  });

  it('its rotator has no master for its tier: rotatorUnfit', () => {
    const postgres = { rotator: 'postgres', probe: 'postgres' };
    const candidate = selectedWith({ ...postgres, strategy: 'alternate' });
    const entries = [entryWith({ tags: tagsWith(postgres) })];
    const rotator = chromepaySettings.rotators['postgres'];
    assert(rotator?.strategy === 'alternate');
    assert.deepEqual(against(candidate, entries), []);
    assert.deepEqual(
      against(candidate, entries, settingsWith({ rotators: { postgres: { ...rotator, masters: { high: 'arn' } } } })),
      ['rotatorUnfit'],
    );
    assert.deepEqual(
      against(
        candidate,
        entries,
        settingsWith({ rotators: { postgres: { ...rotator, masters: { low: candidate.arn } } } }),
      ),
      ['untouchable'],
    );
  });

  it('it is the token that Keyturn reaches people by: untouchable', () => {
    const { arn } = selectedWith();
    const withToken = (tokenSecretArn: string) =>
      against(selectedWith(), [entryWith()], settingsWith({ channels: { slack: { channel: 'C1', tokenSecretArn } } }));
    assert.deepEqual([withToken(arn), withToken(`${arn}x`)], [['untouchable'], []]);
  });

  it('its name fits an exempt pattern from end to end, no part of it twice', () => {
    const isExempt = (pattern: string) =>
      against(selectedWith(), [entryWith()], settingsWith({ exemptPatterns: [pattern] })).includes('untouchable');
    for (const pattern of ['*', 'prod/*/orders/*', 'prod/low/orders/api-key', 'prod/low/orders/*api-key', '*o*r*d*key'])
      assert.equal(isExempt(pattern), true, pattern);
    for (const pattern of ['', 'prod', 'orders', 'prod/low/orders/api-key*key', '*orders*orders*', '*key*api*'])
      assert.equal(isExempt(pattern), false, pattern);
  });

  it('its tag is a word of JavaScript', () => {
    const candidate = selectedWith({ rotator: 'constructor', probe: 'toString', service: '__proto__' });
    const tags = tagsWith({ rotator: 'constructor', probe: 'toString', health: '__proto__' });
    assert.deepEqual(against(candidate, [entryWith({ tags })]), ['rotatorUnfit', 'probeUnfit', 'serviceUnknown']);
  });

  it('it failed in an earlier run and was not released: quarantined', () => {
    const judged = judgeAgain([selectedWith()], [entryWith()], chromepaySettings, asOf, [
      selectedWith().arn,
      'arn:other',
    ]);
    assert.deepEqual(
      judged.map(({ contradiction }) => contradiction),
      ['quarantined'],
    );
  });

  it('any contradiction there is says so: each has a case here', () => {
    const reached = new Set<string>([
      'functionDiffers',
      'missing',
      'listedTwice',
      'plannedTwice',
      'notDue',
      'quarantined',
      // Of a restore: test/lambdas/restore.test.ts has them.
      ...['returnsTo', 'notOfRun', 'returnsElsewhere', 'forgotten', 'notAskedFor'],
      // Of a retirement: test/core/past-runs/retire-selection.test.ts has them.
      ...['retires', 'retiresNothing', 'oldIsCurrent', 'notReplaced', 'notDeactivated', 'graceNotOver'],
      ...cases.map(([, key]) => key),
    ]);
    assert.deepEqual(
      Object.keys(contradictions).filter((key) => !reached.has(key)),
      [],
    );
  });
});

describe('whether a candidate has expired', () => {
  const isConfirmed = (expirationDate: string, now: string) =>
    against(
      selectedWith({ expirationDate }),
      [entryWith({ tags: tagsWith({ expirationDate }) })],
      chromepaySettings,
      at(now),
    ).length === 0;

  it('is so on the day after, and not on the day itself', () => {
    assert.equal(isConfirmed('2026-11-17', '2026-11-17T23:59:59.999Z'), false);
    assert.equal(isConfirmed('2026-11-17', '2026-11-18T00:00:00Z'), true);
  });

  it('is so after the moment, and not at it, whatever offset it is written with', () => {
    assert.equal(isConfirmed('2026-11-18T14:15:00-05:00', '2026-11-18T19:15:00Z'), false);
    assert.equal(isConfirmed('2026-11-18T14:15:00-05:00', '2026-11-18T19:15:00.001Z'), true);
  });

  it('is not so for days that do not exist, and for words', () => {
    for (const text of [
      '2026-02-30',
      '2025-02-29',
      '2026-00-01',
      '2026-01-00',
      '2026-04-31',
      '2025-06-31',
      '2025-09-31',
      '2025-11-31',
      '2026-010-1',
      'soon',
      '1',
      '2026-1-1',
      '2026-02-30T00:00:00Z',
      '2026-01-01T00:00:00',
      '9999-12-31T23:59:00-14:00',
    ])
      assert.equal(isConfirmed(text, '2026-11-18T19:15:00Z'), false, text);
  });

  it('is so for the first and the last days of months and years, leap years too', () => {
    for (const text of [
      ...['2024-02-29', '2000-02-29', '2025-02-28', '2026-01-31', '2025-12-01', '2026-01-01'],
      ...['2025-06-30', '2025-09-30', '2025-11-30', '2025-12-31', '2026-11-17T10:00Z'],
    ])
      assert.equal(isConfirmed(text, '2026-11-18T19:15:00Z'), true, text);
    assert.equal(isConfirmed('1900-02-29', '2026-11-18T19:15:00Z'), false);
  });
});

describe('the fleet, counted a second time', () => {
  it('is what lies under the tiers’ paths, and the services that its health tags name', () => {
    const entries = [
      entryWith(),
      entryWith(),
      entryWith({ name: 'prod/high/x', tags: tagsWith({ health: 'auth-service' }) }),
      entryWith({ name: 'prod/high/y', tags: tagsWith({ health: '' }) }),
      entryWith({ name: 'corp/vpn', tags: tagsWith({ health: 'vpn' }) }),
    ];
    assert.deepEqual(countFleet(entries, chromepaySettings), { secrets: 3, services: 2 });
  });
});
