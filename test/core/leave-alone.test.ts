import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SecretEntry } from '../../core/inventory.ts';
import { judgeEntry, type LeaveAloneReason, leaveAloneReasons } from '../../core/selection/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { arnOf, asOf, at, entryWith, tagsWith } from '../entries.ts';
import { lowFunction, nativeRotations, plugged, pluggedEntry, pluggedSettings, pluggedTags } from '../plugged.ts';
import { chromepaySettings, settingsWith } from '../settings.ts';

const reasonsFor = (entry: SecretEntry, settings: Settings = chromepaySettings): readonly string[] => {
  const judgement = judgeEntry(entry, settings, asOf);
  return judgement.kind === 'leftAlone' ? judgement.reasons : [judgement.kind];
};

const twice = (key: string, value: string, other = value) => [
  ...tagsWith().filter((tag) => tag.key !== key),
  { key, value },
  { key, value: other },
];

/** One case for every reason: what is otherwise about a secret that would be selected. */
const cases: readonly (readonly [string, LeaveAloneReason, Partial<SecretEntry>, Partial<Settings>?])[] = [
  ['its ARN carries another name', 'arnContradictsName', { arn: arnOf('prod/low/orders/api-key-2') }],
  ['its ARN lies under another path', 'arnContradictsName', { arn: arnOf('prod/high/orders/api-key') }],
  [
    'its ARN lacks the six characters',
    'arnContradictsName',
    { arn: arnOf('x').replace('x-q0mPiF', 'prod/low/orders/api-key') },
  ],
  [
    'its ARN is of another service',
    'arnContradictsName',
    { arn: arnOf('prod/low/orders/api-key').replace('secretsmanager', 'ssm') },
  ],
  ['its name fits an exempt pattern', 'exempt', {}, { exemptPatterns: ['prod/*/orders/*'] }],
  ['its name is exempt as it is', 'exempt', {}, { exemptPatterns: ['prod/low/orders/api-key'] }],
  [
    'a rotator needs it as a master',
    'master',
    { arn: arnOf('prod/low/orders/api-key') },
    {
      rotators: {
        ...chromepaySettings.rotators,
        other: {
          kind: 'postgres',
          strategy: 'alternate',
          allowedHosts: [],
          validityDays: 90,
          masters: { low: arnOf('prod/low/orders/api-key') },
        },
      },
    },
  ],
  [
    'it is the token that Keyturn reaches people by',
    'keyturnsOwn',
    { arn: arnOf('prod/low/orders/api-key') },
    { channels: { slack: { channel: 'C012ABCDEF', tokenSecretArn: arnOf('prod/low/orders/api-key') } } },
  ],
  ['it is scheduled for deletion', 'scheduledForDeletion', { deletedAt: at('2026-11-17T00:00:00Z') }],
  ['another service owns it', 'ownedByService', { owningService: 'rds' }],
  ['it is a managed external secret', 'managedExternal', { managedType: 'SalesforceClientSecret' }],
  ['it is a replica', 'replica', { primaryRegion: 'eu-west-1' }],
  ['its native rotation is on', 'nativeRotation', { rotationEnabled: true }],
  [
    'its rotator is a function, and its native rotation is off',
    'otherFunction',
    { tags: tagsWith(pluggedTags) },
    pluggedSettings,
  ],
  [
    'Secrets Manager itself is about to rotate it',
    'rotatesItself',
    pluggedEntry({ nextRotation: 'unknown' }),
    pluggedSettings,
  ],
  ['it is tagged but lies under no tier’s path', 'outsideTiers', { name: 'staging/low/orders/api-key' }],
  ['it has no tier', 'noTier', { tags: tagsWith({ tier: undefined }) }],
  ['its tier is empty', 'emptyTier', { tags: tagsWith({ tier: '' }) }],
  ['its tier is blank', 'emptyTier', { tags: tagsWith({ tier: ' ' }) }],
  ['it has two tiers', 'twoTiers', { tags: twice('keyturn:tier', 'low', 'high') }],
  ['it has one tier twice', 'twoTiers', { tags: twice('keyturn:tier', 'low') }],
  ['nobody configured its tier', 'unknownTier', { tags: tagsWith({ tier: 'critical' }) }],
  ['its tier is misspelt', 'unknownTier', { tags: tagsWith({ tier: 'Low' }) }],
  ['its path contradicts its tier', 'tierContradictsPath', { tags: tagsWith({ tier: 'high' }) }],
  [
    'it lies under the paths of two tiers',
    'tierContradictsPath',
    {},
    { tiers: [...chromepaySettings.tiers, { name: 'all', path: 'prod/', approvals: 1, holdBefore: false }] },
  ],
  ['it has no rotator', 'noRotator', { tags: tagsWith({ rotator: undefined }) }],
  ['its rotator is empty', 'emptyRotator', { tags: tagsWith({ rotator: '' }) }],
  ['it has two rotators', 'twoRotators', { tags: twice('keyturn:rotator', 'http-api-key', 'hmac-key') }],
  ['nobody configured its rotator', 'unknownRotator', { tags: tagsWith({ rotator: 'https://evil.example' }) }],
  ['its rotator is a word of JavaScript', 'unknownRotator', { tags: tagsWith({ rotator: 'constructor' }) }],
  [
    'its rotator has no master for its tier',
    'noMaster',
    { tags: tagsWith({ rotator: 'postgres', probe: 'postgres' }) },
    {
      rotators: {
        postgres: {
          kind: 'postgres',
          strategy: 'alternate',
          allowedHosts: [],
          validityDays: 90,
          masters: { high: arnOf('masters/high') },
        },
      },
    },
  ],
  [
    'its rotator has no function for its tier',
    'noFunction',
    { tags: tagsWith(pluggedTags) },
    {
      rotators: {
        plugged: { ...plugged, functions: { high: lowFunction } },
      },
    },
  ],
  ['it has no probe', 'noProbe', { tags: tagsWith({ probe: undefined }) }],
  ['its probe is empty', 'emptyProbe', { tags: tagsWith({ probe: '' }) }],
  ['it has two probes', 'twoProbes', { tags: twice('keyturn:probe', 'http') }],
  ['nobody configured its probe', 'unknownProbe', { tags: tagsWith({ probe: 'ping' }) }],
  ['its probe is a word of JavaScript', 'unknownProbe', { tags: tagsWith({ probe: 'toString' }) }],
  ['its probe speaks another language than its rotator', 'probeUnfit', { tags: tagsWith({ probe: 'postgres' }) }],
  ['it has no service', 'noHealth', { tags: tagsWith({ health: undefined }) }],
  ['its service is empty', 'emptyHealth', { tags: tagsWith({ health: '' }) }],
  ['it has two services', 'twoHealths', { tags: twice('keyturn:health', 'orders', 'payments') }],
  ['nobody configured its service', 'unknownHealth', { tags: tagsWith({ health: 'teapot' }) }],
  ['its service is a word of JavaScript', 'unknownHealth', { tags: tagsWith({ health: '__proto__' }) }],
  ['no version is AWSCURRENT', 'noCurrentVersion', { versions: { 'version-1': ['AWSPREVIOUS'] } }],
  ['it has no versions', 'noCurrentVersion', { versions: {} }],
  ['two versions are AWSCURRENT', 'twoCurrentVersions', { versions: { a: ['AWSCURRENT'], b: ['AWSCURRENT'] } }],
  ['a rotation is in flight', 'rotationInFlight', { versions: { a: ['AWSCURRENT'], b: ['AWSPENDING'] } }],
  ['it has no expiration date', 'noExpirationDate', { tags: tagsWith({ expirationDate: undefined }) }],
  ['its expiration date is empty', 'emptyExpirationDate', { tags: tagsWith({ expirationDate: '' }) }],
  ['it has two expiration dates', 'twoExpirationDates', { tags: twice('expiration_date', '2026-11-13', '2027-11-13') }],
  ['it has one expiration date twice', 'twoExpirationDates', { tags: twice('expiration_date', '2026-11-13') }],
  [
    'its expiration date does not exist',
    'malformedExpirationDate',
    { tags: tagsWith({ expirationDate: '2026-02-30' }) },
  ],
  ['its expiration date is a word', 'malformedExpirationDate', { tags: tagsWith({ expirationDate: 'soon' }) }],
  ['it is not due', 'notDue', { tags: tagsWith({ expirationDate: '2026-11-19' }) }],
  [
    'a freeze is on',
    'frozen',
    {},
    { freezes: [{ from: at('2026-11-18T19:15:00Z'), to: at('2026-11-18T19:15:01Z'), why: 'Black Friday' }] },
  ],
];

describe('a secret is left alone when', () => {
  for (const [what, reason, entry, settings] of cases) {
    it(`${what}: ${reason}`, () => {
      assert.deepEqual(reasonsFor(entryWith(entry), settingsWith(settings ?? {})), [reason]);
    });
  }

  it('any reason there is says so: each has a case here, but for being listed twice or quarantined', () => {
    const reached = new Set<string>(['duplicate', 'quarantined', ...cases.map(([, reason]) => reason)]);
    assert.deepEqual(
      Object.keys(leaveAloneReasons).filter((reason) => !reached.has(reason)),
      [],
    );
  });
});

describe('S4 the secret of a plugged function', () => {
  const reasons = { ours: 'selected', other: 'otherFunction', soon: 'rotatesItself' };

  for (const [what, entry, whose] of nativeRotations) {
    it(`that ${what} is ${whose === 'ours' ? 'selected' : `left alone: ${reasons[whose]}`}`, () => {
      assert.deepEqual(reasonsFor(pluggedEntry(entry), pluggedSettings), [reasons[whose]]);
    });
  }

  it('whose tags are unclear is rotated natively, and by nobody else', () => {
    const unclear = pluggedEntry({ tags: tagsWith({ ...pluggedTags, tier: 'high' }) });
    assert.deepEqual(reasonsFor(unclear, pluggedSettings), ['nativeRotation', 'tierContradictsPath']);
  });
});

describe('an exempt pattern', () => {
  const isExempt = (pattern: string, name = 'prod/low/orders/api-key') =>
    reasonsFor(entryWith({ name }), settingsWith({ exemptPatterns: [pattern] })).includes('exempt');

  it('fits names from end to end, with any characters for an asterisk', () => {
    assert.equal(isExempt('prod/low/*'), true);
    assert.equal(isExempt('*/api-key'), true);
    assert.equal(isExempt('prod/*/orders/*key'), true);
    assert.equal(isExempt('*'), true);
    assert.equal(isExempt('orders'), false);
    assert.equal(isExempt('prod/low'), false);
    assert.equal(isExempt('prod/low/orders/api-key*x'), false);
  });

  it('takes every other character as it is', () => {
    assert.equal(isExempt('prod.low.orders.api-key'), false);
    assert.equal(isExempt('prod/low/orders/api-ke+'), false);
    assert.equal(isExempt('prod/low/a.b+c', 'prod/low/a.b+c'), true);
  });
});
