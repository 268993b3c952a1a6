import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { isDue } from '../../core/due.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { SecretEntry, Tag } from '../../core/inventory.ts';
import { type Contradiction, contradictions, countFleet, judgeAgain } from '../../core/second-judgement.ts';
import { type SelectedSecret, select } from '../../core/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { arnOf, asOf, at, entryWith, selectedWith, tagsWith } from '../entries.ts';
import { chromepaySettings, settingsWith } from '../settings.ts';

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
  ['the tier’s path moved', 'pathDiffers', {}, { tiers: [{ name: 'low', path: 'prod/lowest/' }] }],
  [
    'two tiers’ paths hold it',
    'pathDiffers',
    {},
    { tiers: [...chromepaySettings.tiers, { name: 'all', path: 'prod/' }] },
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

  it('its tag is a word of JavaScript', () => {
    const candidate = selectedWith({ rotator: 'constructor', probe: 'toString', service: '__proto__' });
    const tags = tagsWith({ rotator: 'constructor', probe: 'toString', health: '__proto__' });
    assert.deepEqual(against(candidate, [entryWith({ tags })]), ['rotatorUnfit', 'probeUnfit', 'serviceUnknown']);
  });

  it('any contradiction there is says so: each has a case here', () => {
    const reached = new Set<string>([
      'missing',
      'listedTwice',
      'plannedTwice',
      'notDue',
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
    for (const text of ['2024-02-29', '2000-02-29', '2025-02-28', '2026-01-31', '2025-12-01', '2026-01-01'])
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

/*
 * Goal: neither judgement can be wrong alone.
 *
 * Method: lists of secrets with anything wrong about them. What the first selects the second confirms, and whatever the
 * first leaves alone, the second contradicts when it is put before it all the same.
 */
describe('of any list of secrets', () => {
  const usually = <Value>(value: Value, ...others: Value[]) =>
    fc.oneof(
      { weight: 12, arbitrary: fc.constant(value) },
      { weight: 1, arbitrary: fc.constantFrom(value, ...others) },
    );
  const days = ['2026-11-17', '2026-11-18', '2026-11-19', '2024-02-29', '2026-02-30', '2026-11-31', 'soon', '', ' '];
  const moments = [
    '2026-11-18T19:15:00Z',
    '2026-11-18T19:14:59.999Z',
    '2026-11-18T14:14:00-05:00',
    '2026-11-18T25:00Z',
  ];
  const asTags = (key: string, value: fc.Arbitrary<string>): fc.Arbitrary<Tag[]> =>
    fc.oneof(
      { weight: 15, arbitrary: value.map((text) => [{ key, value: text }]) },
      {
        weight: 1,
        arbitrary: fc.array(
          value.map((text) => ({ key, value: text })),
          { maxLength: 2 },
        ),
      },
    );

  const entries = fc
    .record({
      name: usually('low', 'medium', 'high', 'lowest').chain((tier) =>
        fc.stringMatching(/^[ab]{1,4}$/).map((name) => `prod/${tier}/${name}`),
      ),
      suffix: usually('q0mPiF', 'AAAAAA', 'short', '-_-_-_'),
      stranger: usually(false, true),
      expirationDate: asTags('expiration_date', fc.constantFrom(...days, ...moments)),
      tier: asTags('keyturn:tier', usually('low', 'medium', 'high', 'critical', '')),
      rotator: asTags('keyturn:rotator', usually('http-api-key', 'postgres', 'hmac-key', 'constructor', '')),
      probe: asTags('keyturn:probe', usually('http', 'postgres', 'toString', '')),
      health: asTags('keyturn:health', usually('orders', 'fraud-detection', 'teapot', '__proto__', '')),
      pending: usually<string | undefined>(undefined, 'version-1', 'version-2'),
      current: usually<readonly string[]>(['version-2'], [], ['version-1'], ['version-1', 'version-2']),
      rotationEnabled: usually(false, true),
      owningService: usually<string | undefined>(undefined, 'rds', ''),
      managedType: usually<string | undefined>(undefined, 'SalesforceClientSecret'),
      primaryRegion: usually<string | undefined>(undefined, 'us-east-1', 'eu-west-1', 'us-east'),
      deletedAt: usually<Instant | undefined>(undefined, at('2026-11-01T00:00:00Z')),
    })
    .map((given): SecretEntry => {
      const labels = (id: string) => [
        ...(given.current.includes(id) ? ['AWSCURRENT'] : []),
        ...(given.pending === id ? ['AWSPENDING'] : []),
      ];
      return {
        arn: `${arnOf(given.stranger ? 'prod/low/stranger' : given.name).slice(0, -6)}${given.suffix}`,
        name: given.name,
        tags: [given.expirationDate, given.tier, given.rotator, given.probe, given.health].flat(),
        versions: { 'version-1': labels('version-1'), 'version-2': labels('version-2') },
        rotationEnabled: given.rotationEnabled,
        owningService: given.owningService,
        managedType: given.managedType,
        primaryRegion: given.primaryRegion,
        deletedAt: given.deletedAt,
      };
    });
  const lists = fc.array(entries, { maxLength: 12 });
  const overrides = fc.record({
    exemptPatterns: fc.array(fc.constantFrom('prod/*/a', '*b*b', 'prod/medium/*', 'a*', 'prod/low/ab'), {
      maxLength: 1,
    }),
    freezes: usually<Settings['freezes']>(
      [],
      [{ from: instant(asOf - 1), to: asOf, why: 'over' }],
      [{ from: asOf, to: instant(asOf + 1), why: 'on' }],
    ),
  });

  /** What a first judgement that had lost its mind would make of an entry. */
  const candidateOf = (entry: SecretEntry): SelectedSecret => {
    const tag = (key: string) => entry.tags.find((found) => found.key === key)?.value ?? '';
    const current = Object.entries(entry.versions).find(([, labels]) => labels.includes('AWSCURRENT'));
    return {
      name: entry.name,
      arn: entry.arn,
      tier: tag('keyturn:tier'),
      service: tag('keyturn:health'),
      rotator: tag('keyturn:rotator'),
      strategy: tag('keyturn:rotator') === 'postgres' ? 'alternate' : 'overlap',
      probe: tag('keyturn:probe'),
      currentVersion: current?.[0] ?? '',
      expirationDate: tag('expiration_date'),
      daysOverdue: 1,
    };
  };

  it('the second judgement confirms everything that the first selects', () => {
    fc.assert(
      fc.property(lists, overrides, (list, override) => {
        const given = settingsWith(override);
        assert.deepEqual(judgeAgain(select(list, given, asOf).selected, list, given, asOf), []);
      }),
      { numRuns: 500 },
    );
  });

  it('the second judgement contradicts everything that the first leaves alone', () => {
    fc.assert(
      fc.property(lists, overrides, (list, override) => {
        const given = settingsWith(override);
        const { selected } = select(list, given, asOf);
        for (const entry of list) {
          if (selected.some(({ arn }) => arn === entry.arn)) continue;
          assert.notDeepEqual(judgeAgain([candidateOf(entry)], list, given, asOf), []);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a first judgement with the due rule inverted is contradicted in every single selection', () => {
    fc.assert(
      fc.property(lists, overrides, (list, override) => {
        const given = settingsWith(override);
        const { selected } = select(list, given, asOf, (expiration, now) => !isDue(expiration, now));
        const contradicted = judgeAgain(selected, list, given, asOf);
        assert.deepEqual(
          contradicted.map(({ arn, contradiction }) => [arn, contradiction]),
          selected.map(({ arn }) => [arn, 'notDue']),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('both judgements find the same names exempt', () => {
    const patterns = fc.array(fc.constantFrom('*', '*', 'a', 'b', 'ab', 'prod/low/'), { maxLength: 7 });
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{1,6}$/), patterns, (ending, pattern) => {
        const entry = entryWith({ name: `prod/low/${ending}` });
        const given = settingsWith({ exemptPatterns: [pattern.join('')] });
        const { leftAlone } = select([entry], given, asOf);
        const contradicted = judgeAgain([candidateOf(entry)], [entry], given, asOf);
        assert.deepEqual(
          contradicted.map(({ contradiction }) => contradiction),
          leftAlone.map(({ reason }) => (reason === 'exempt' ? 'untouchable' : reason)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('both judgements count the same fleet', () => {
    fc.assert(
      fc.property(lists, overrides, (list, override) => {
        const given = settingsWith(override);
        assert.deepEqual(countFleet(list, given), select(list, given, asOf).fleet);
      }),
    );
  });
});
