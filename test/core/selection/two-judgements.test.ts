import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { type Instant, instant } from '../../../core/instant.ts';
import type { SecretEntry, Tag } from '../../../core/inventory.ts';
import { isDue } from '../../../core/selection/due.ts';
import { countFleet, judgeAgain } from '../../../core/selection/second-judgement.ts';
import { type SelectedSecret, select } from '../../../core/selection/selection.ts';
import type { Settings } from '../../../core/settings.ts';
import { arnOf, asOf, at, entryWith, tagsWith } from '../../entries.ts';
import { lowFunction, otherFunction, plugged, pluggedTags } from '../../plugged.ts';
import { chromepaySettings, settingsWith } from '../../settings.ts';

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
  const inThirtyDays = at('2026-12-18T19:15:00Z');
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
      isPlugged: fc.constantFrom(false, false, true),
      expirationDate: asTags('expiration_date', fc.constantFrom(...days, ...moments)),
      tier: asTags('keyturn:tier', usually('low', 'medium', 'high', 'critical', '')),
      rotator: asTags('keyturn:rotator', usually('http-api-key', 'postgres', 'hmac-key', 'constructor', '')),
      probe: asTags('keyturn:probe', usually('http', 'postgres', 'toString', '')),
      health: asTags('keyturn:health', usually('orders', 'fraud-detection', 'teapot', '__proto__', '')),
      pending: usually<string | undefined>(undefined, 'version-1', 'version-2'),
      current: usually<readonly string[]>(['version-2'], [], ['version-1'], ['version-1', 'version-2']),
      rotationEnabled: usually(false, true),
      rotationFunction: fc.constantFrom(undefined, lowFunction, otherFunction),
      nextRotation: fc.constantFrom<SecretEntry['nextRotation']>(
        'never',
        'unknown',
        inThirtyDays,
        instant(inThirtyDays - 1),
      ),
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
      const tools = given.isPlugged
        ? tagsWith(pluggedTags).filter(({ key }) => key === 'keyturn:rotator' || key === 'keyturn:probe')
        : [given.rotator, given.probe].flat();
      return {
        arn: `${arnOf(given.stranger ? 'prod/low/stranger' : given.name).slice(0, -6)}${given.suffix}`,
        name: given.name,
        tags: [given.expirationDate, given.tier, tools, given.health].flat(),
        versions: { 'version-1': labels('version-1'), 'version-2': labels('version-2') },
        rotationEnabled: given.rotationEnabled !== given.isPlugged,
        rotationFunction: given.rotationFunction,
        nextRotation: given.nextRotation,
        owningService: given.owningService,
        managedType: given.managedType,
        primaryRegion: given.primaryRegion,
        deletedAt: given.deletedAt,
      };
    });
  const lists = fc.array(entries, { maxLength: 12 });
  const overrides = fc.record({
    rotators: fc.constant<Settings['rotators']>({ ...chromepaySettings.rotators, plugged }),
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
      strategy: ['postgres', 'plugged'].includes(tag('keyturn:rotator')) ? 'alternate' : 'overlap',
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
