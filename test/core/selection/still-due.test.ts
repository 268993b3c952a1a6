import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SecretEntry } from '../../../core/inventory.ts';
import type { CurrentVersion } from '../../../core/ports.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import { reasonToLeaveAlone } from '../../../core/selection/still-due.ts';
import { at, entryWith, tagsWith } from '../../entries.ts';
import { settingsWith } from '../../settings.ts';
import { plannedWith, run } from '../planning/batches.ts';

const now = at('2026-11-19T02:30:00Z');
const settings = settingsWith({ health: { orders: 'https://orders.example/health' }, minimumAgeHours: 24 });
const current = (more: Partial<CurrentVersion & { kind: 'read' }> = {}): CurrentVersion => ({
  kind: 'read',
  versionId: 'version-2',
  createdAt: at('2026-08-20T00:00:00Z'),
  value: new SecretValue('{}'),
  ...more,
});
const judged = (entry: Partial<SecretEntry> = {}, version: CurrentVersion | undefined = current()) =>
  reasonToLeaveAlone(plannedWith(), entryWith(entry), version, settings, now);
const withVersions = (versions: SecretEntry['versions'], version?: CurrentVersion) => judged({ versions }, version);

describe('a planned secret, judged once more (S3)', () => {
  it('is not left alone when it is as the plan recorded it', () => {
    assert.equal(judged(), undefined);
  });

  it('is when its version has moved, or none is current', () => {
    assert.equal(withVersions({ 'version-9': ['AWSCURRENT'], 'version-2': ['AWSPREVIOUS'] }), 'versionMoved');
    assert.equal(withVersions({ 'version-2': ['AWSPREVIOUS'] }), 'versionMoved');
  });

  it('is from one millisecond below the minimum age, and not at it', () => {
    assert.equal(judged({}, current({ createdAt: at('2026-11-18T02:30:00Z') })), undefined);
    assert.equal(judged({}, current({ createdAt: at('2026-11-18T02:30:00.001Z') })), 'tooYoung');
    assert.equal(judged({}, current({ createdAt: at('2027-01-01T00:00:00Z') })), 'tooYoung');
  });

  it('is when nobody could tell how old it is', () => {
    assert.equal(judged({}, { kind: 'unreadable', why: 'AccessDenied' }), 'unreadable');
    assert.equal(reasonToLeaveAlone(plannedWith(), entryWith(), undefined, settings, now), 'unreadable');
  });

  it('is when another version was current a moment ago: what is known is of that one', () => {
    assert.equal(judged({}, current({ versionId: 'version-1' })), 'versionMoved');
  });

  for (const [what, tags, reason] of [
    ['expiration, and is due no longer', { expirationDate: '2026-11-19' }, 'notDue'],
    ['expiration, and still is due', { expirationDate: '2026-11-12' }, 'planDiffers'],
    ['expiration, to nonsense', { expirationDate: 'soon' }, 'malformedExpirationDate'],
    ['rotator', { rotator: 'hmac-key' }, 'planDiffers'],
    ['rotator, to one that is none', { rotator: 'constructor' }, 'unknownRotator'],
    ['tier', { tier: 'high' }, 'tierContradictsPath'],
    ['service, to one that is none', { health: 'nobody' }, 'unknownHealth'],
    ['probe', { probe: undefined }, 'noProbe'],
  ] as const) {
    it(`is when its tags name another ${what}`, () => assert.equal(judged({ tags: tagsWith(tags) }), reason));
  }

  it('is when its tags name another service than the one whose health is judged', () => {
    const two = settingsWith({ health: { orders: 'https://orders.example', ledger: 'https://ledger.example' } });
    const entry = entryWith({ tags: tagsWith({ health: 'ledger' }) });
    assert.equal(reasonToLeaveAlone(plannedWith(), entry, current(), two, now), 'planDiffers');
  });

  it('is when its tags name another probe of the kind, or its tier goes by another name', () => {
    const probes = settingsWith({ ...settings, probes: { ...settings.probes, other: { kind: 'http' } } });
    const probed = entryWith({ tags: tagsWith({ probe: 'other' }) });
    assert.equal(reasonToLeaveAlone(plannedWith(), probed, current(), probes, now), 'planDiffers');
    const [low, ...others] = settings.tiers;
    assert.ok(low !== undefined);
    const renamed = settingsWith({ ...settings, tiers: [{ ...low, name: 'lowest' }, ...others] });
    const tiered = entryWith({ tags: tagsWith({ tier: 'lowest' }) });
    assert.equal(reasonToLeaveAlone(plannedWith(), tiered, current(), renamed, now), 'planDiffers');
  });

  it('is not for being fresh or young when it is restored or retired', () => {
    const expirationDate = '2027-02-16';
    const entry = entryWith({ tags: tagsWith({ expirationDate }) });
    const young = current({ createdAt: now });
    const before = { version: 'version-1', expirationDate: '2026-11-13' };
    const old = {
      version: 'version-1',
      retirement: 'deactivate',
      replacedBy: run,
      replacedAt: now,
      unusedSince: now,
    } as const;
    for (const [more, reason] of [
      [{ before }, undefined],
      [{ old }, undefined],
      [{}, 'notDue'],
    ] as const) {
      const secret = plannedWith({ expirationDate, ...more });
      assert.equal(reasonToLeaveAlone(secret, entry, young, settings, now), reason);
    }
  });

  it('is when its description is of another secret', () => {
    assert.equal(judged({ name: 'prod/low/orders/other', arn: plannedWith().arn }), 'arnContradictsName');
    assert.equal(judged({ name: 'prod/low/orders/other' }), 'notListed');
    assert.equal(judged({ name: 'elsewhere', tags: [] }), 'notListed');
  });

  it('is in a freeze that came after its approval (S4)', () => {
    const frozen = { ...settings, freezes: [{ from: now, to: at('2026-11-20T00:00:00Z'), why: 'incident' }] };
    assert.equal(reasonToLeaveAlone(plannedWith(), entryWith(), current(), frozen, now), 'frozen');
  });

  for (const [what, entry, reason] of [
    ['is scheduled for deletion', { deletedAt: at('2026-12-01T00:00:00Z') }, 'scheduledForDeletion'],
    ['has its native rotation switched on', { rotationEnabled: true }, 'nativeRotation'],
    ['belongs to another service', { owningService: 'rds' }, 'ownedByService'],
    ['is a managed external secret', { managedType: 'Salesforce' }, 'managedExternal'],
    ['is a replica', { primaryRegion: 'eu-west-1' }, 'replica'],
  ] as const) {
    it(`is when it ${what} by now (S4)`, () => assert.equal(judged(entry), reason));
  }
});

describe('what the run itself did before is no drift (S11)', () => {
  it('such as its own AWSPENDING', () => {
    assert.equal(withVersions({ 'version-2': ['AWSCURRENT'], 'version-3': ['AWSPENDING'] }), undefined);
  });

  it('such as its own new version, which is current already, and young', () => {
    const young = current({ versionId: 'version-3', createdAt: now });
    const promoted = { 'version-2': ['AWSPREVIOUS'], 'version-3': ['AWSCURRENT'] };
    assert.equal(withVersions(promoted, young), undefined);
    assert.equal(withVersions({ ...promoted, 'version-3': ['AWSCURRENT', 'AWSPENDING'] }, young), undefined);
  });

  it('but somebody else’s AWSPENDING is', () => {
    const theirs = { 'version-2': ['AWSCURRENT'], 'version-9': ['AWSPENDING'] };
    assert.equal(withVersions(theirs), 'rotationInFlight');
    assert.equal(withVersions({ ...theirs, 'version-3': [] }), 'rotationInFlight');
  });

  it('and changed tags are, even of a secret that was promoted already', () => {
    const versions = { 'version-2': ['AWSPREVIOUS'], 'version-3': ['AWSCURRENT'] };
    assert.equal(judged({ versions, tags: tagsWith({ rotator: 'hmac-key' }) }), 'planDiffers');
  });
});
