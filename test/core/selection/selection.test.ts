import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SecretEntry } from '../../../core/inventory.ts';
import { judgeEntry, leaveAloneReasons, select } from '../../../core/selection/selection.ts';
import type { Settings } from '../../../core/settings.ts';
import { arnOf, asOf, at, entryWith, selectedWith, tagsWith } from '../../entries.ts';
import { chromepaySettings, settingsWith } from '../../settings.ts';

const reasonsFor = (entry: SecretEntry, settings: Settings = chromepaySettings): readonly string[] => {
  const judgement = judgeEntry(entry, settings, asOf);
  return judgement.kind === 'leftAlone' ? judgement.reasons : [judgement.kind];
};

describe('a secret about which everything is clear', () => {
  it('is selected when it is due, with all that its rotation needs to know', () => {
    assert.deepEqual(judgeEntry(entryWith(), chromepaySettings, asOf), { kind: 'selected', secret: selectedWith() });
  });

  it('is left alone when it is not due', () => {
    assert.deepEqual(
      judgeEntry(entryWith({ tags: tagsWith({ expirationDate: '2026-11-18' }) }), chromepaySettings, asOf),
      {
        kind: 'leftAlone',
        name: 'prod/low/orders/api-key',
        arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/orders/api-key-q0mPiF',
        reason: 'notDue',
        reasons: ['notDue'],
      },
    );
  });

  it('is selected whatever tags others put on it', () => {
    const tags = [...tagsWith(), { key: 'owner', value: 'payments' }, { key: 'owner', value: 'fraud' }];
    assert.deepEqual(reasonsFor(entryWith({ tags })), ['selected']);
  });

  it('is selected when an interrupted rotation left AWSPENDING on the version that is AWSCURRENT', () => {
    assert.deepEqual(reasonsFor(entryWith({ versions: { 'version-2': ['AWSCURRENT', 'AWSPENDING'] } })), ['selected']);
  });

  it('is selected when it has replicas elsewhere and is the original itself', () => {
    assert.deepEqual(reasonsFor(entryWith({ primaryRegion: 'us-east-1' })), ['selected']);
  });

  it('is selected in any partition of AWS', () => {
    const arn = 'arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:prod/low/orders/api-key-q0mPiF';
    assert.deepEqual(reasonsFor(entryWith({ arn })), ['selected']);
  });

  it('is selected by the rule that it is given, as in the incident', () => {
    const notYet = entryWith({ tags: tagsWith({ expirationDate: '2026-12-24' }) });
    const inverted = judgeEntry(notYet, chromepaySettings, asOf, () => true);
    assert(inverted.kind === 'selected');
    assert.equal(inverted.secret.daysOverdue, -36);
  });
});

describe('the reasons of one secret', () => {
  const wrong = entryWith({
    arn: arnOf('prod/low/orders/api-key-2'),
    tags: tagsWith({ tier: 'high', rotator: '', probe: undefined, health: 'teapot', expirationDate: '2027-01-01' }),
    owningService: 'rds',
    versions: {},
  });

  it('are all listed, what it is before what its tags say, and what its tags say before its state', () => {
    assert.deepEqual(reasonsFor(wrong), [
      'arnContradictsName',
      'ownedByService',
      'tierContradictsPath',
      'emptyRotator',
      'noProbe',
      'unknownHealth',
      'noCurrentVersion',
      'notDue',
    ]);
  });

  it('come in the order in which the closed set has them', () => {
    const order = Object.keys(leaveAloneReasons);
    const places = reasonsFor(wrong).map((reason) => order.indexOf(reason));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  it('begin with not being due even in a freeze, so that a freeze shows what it kept from being rotated', () => {
    const frozen = settingsWith({
      freezes: [{ from: at('2026-11-01T00:00:00Z'), to: at('2026-12-01T00:00:00Z'), why: 'Q4' }],
    });
    assert.deepEqual(reasonsFor(entryWith({ tags: tagsWith({ expirationDate: '2027-01-01' }) }), frozen), [
      'notDue',
      'frozen',
    ]);
    assert.deepEqual(reasonsFor(entryWith(), frozen), ['frozen']);
  });
});

describe('a secret that is not the fleet’s', () => {
  it('is outside when it lies under no tier’s path and has none of Keyturn’s tags', () => {
    const tags = [
      { key: 'expiration_date', value: '2026-11-13' },
      { key: 'owner', value: 'treasury' },
    ];
    assert.deepEqual(judgeEntry(entryWith({ name: 'corp/vpn', tags }), chromepaySettings, asOf), {
      kind: 'outside',
      name: 'corp/vpn',
      arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:corp/vpn-q0mPiF',
    });
  });

  for (const key of ['keyturn:tier', 'keyturn:rotator', 'keyturn:probe', 'keyturn:health']) {
    it(`is left alone with a reason when somebody put ${key} on it`, () => {
      const judgement = judgeEntry(
        entryWith({ name: 'corp/vpn', tags: [{ key, value: '' }] }),
        chromepaySettings,
        asOf,
      );
      assert.equal(judgement.kind === 'leftAlone' && judgement.reason, 'outsideTiers');
    });
  }

  it('is left alone with a reason when only its ARN lies under a tier’s path', () => {
    const judgement = judgeEntry(
      entryWith({ name: 'corp/vpn', arn: arnOf('prod/low/vpn'), tags: [] }),
      chromepaySettings,
      asOf,
    );
    assert.equal(judgement.kind === 'leftAlone' && judgement.reason, 'arnContradictsName');
  });

  it('does not begin with a path by having it somewhere in its name', () => {
    assert.equal(judgeEntry(entryWith({ name: 'old/prod/low/x', tags: [] }), chromepaySettings, asOf).kind, 'outside');
  });
});

describe('S4 a list', () => {
  const other = entryWith({ name: 'prod/high/orders/api-key', tags: tagsWith({ tier: 'high' }) });

  it('is sorted into selected, left alone and outside, and counted', () => {
    const outsider = entryWith({ name: 'corp/vpn', tags: [] });
    const notDue = entryWith({
      name: 'prod/low/x',
      tags: tagsWith({ expirationDate: '2027-01-01', health: 'auth-service' }),
    });
    const { fleet, selected, leftAlone, outside } = select(
      [other, outsider, entryWith(), notDue],
      chromepaySettings,
      asOf,
    );
    assert.deepEqual(fleet, { secrets: 3, services: 2 });
    assert.deepEqual(
      selected.map(({ name }) => name),
      ['prod/high/orders/api-key', 'prod/low/orders/api-key'],
    );
    assert.deepEqual(
      leftAlone.map(({ name, reason }) => [name, reason]),
      [['prod/low/x', 'notDue']],
    );
    assert.deepEqual(outside, [{ name: 'corp/vpn', arn: arnOf('corp/vpn') }]);
  });

  it('leaves a secret alone that it has twice, both times, with whatever else is wrong', () => {
    const owned = entryWith({ owningService: 'rds' });
    const { selected, leftAlone, fleet } = select([entryWith(), other, owned], chromepaySettings, asOf);
    assert.deepEqual(
      selected.map(({ name }) => name),
      ['prod/high/orders/api-key'],
    );
    assert.deepEqual(
      leftAlone.map(({ reasons }) => reasons),
      [['duplicate'], ['duplicate', 'ownedByService']],
    );
    assert.deepEqual(fleet.secrets, 2);
  });

  it('leaves two secrets alone that share a name', () => {
    const twin = entryWith({ arn: arnOf('prod/low/orders/api-key').replace('q0mPiF', 'AAAAAA') });
    const { selected, leftAlone } = select([entryWith(), twin], chromepaySettings, asOf);
    assert.deepEqual([selected, leftAlone.map(({ reason }) => reason)], [[], ['duplicate', 'duplicate']]);
  });

  it('leaves a secret alone whose ARN is on another entry, too, and says of both by name and ARN', () => {
    const { arn } = entryWith();
    const alias = entryWith({ name: 'prod/low/orders/alias', arn });
    const { selected, leftAlone } = select([entryWith(), alias], chromepaySettings, asOf);
    assert.deepEqual(
      [selected, leftAlone.map((one) => [one.name, one.arn, one.reason])],
      [
        [],
        [
          ['prod/low/orders/api-key', arn, 'duplicate'],
          ['prod/low/orders/alias', arn, 'duplicate'],
        ],
      ],
    );
  });

  it('that has the very same entry twice leaves it alone', () => {
    const entry = entryWith();
    assert.deepEqual(select([entry, entry], chromepaySettings, asOf).selected, []);
  });

  it('that is empty selects nothing', () => {
    assert.deepEqual(select([], chromepaySettings, asOf), {
      fleet: { secrets: 0, services: 0 },
      selected: [],
      leftAlone: [],
      outside: [],
    });
  });

  it('may have an outsider twice without anybody minding', () => {
    const outsider = entryWith({ name: 'corp/vpn', tags: [] });
    assert.equal(select([outsider, outsider], chromepaySettings, asOf).outside.length, 2);
  });
});
