/*
 * Goal: S2 a wrong selection stops the run; S3 what changed since is left alone; S4 whatever is unclear is left alone;
 * S14 what tags and values say is never followed.
 *
 * Method: whole runs over fleets in which one thing is wrong. What was left alone, why, and that nothing of it changed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Network } from '../../adapters/network.ts';
import type { InventoryEntry } from '../../rehearsal/day/fleet.ts';
import type { Scene } from '../../rehearsal/day/scenario.ts';
import { scenarios } from '../../rehearsal/day/scenarios.ts';
import { operate, when } from '../rehearsal/day/people.ts';
import {
  changed,
  chromepay,
  fewEntries,
  moved,
  type Played,
  played,
  printed,
  synthesised,
} from '../rehearsal/day/played.ts';

const assembly = synthesised();

const first = 'prod/low/clickstream-ingest/api-key-2';
const second = 'prod/low/sandbox-gateway/api-key-1';
const third = 'prod/low/sandbox-gateway/api-key-2';

type Change = (entry: InventoryEntry) => InventoryEntry;

const fleetWith = (changes: Readonly<Record<string, Change>>) =>
  printed(fewEntries.map((entry) => (changes[entry.Name ?? ''] ?? ((same: InventoryEntry) => same))(entry)));

const tagged =
  (key: string, value: string | undefined): Change =>
  (entry) => ({
    ...entry,
    Tags: (entry.Tags ?? []).flatMap((tag) =>
      tag.Key !== key ? [tag] : value === undefined ? [] : [{ Key: key, Value: value }],
    ),
  });

const withField =
  (fields: Partial<InventoryEntry>): Change =>
  (entry) => ({ ...entry, ...fields });

const begunElsewhere: Change = (entry) => ({
  ...entry,
  SecretVersionsToStages: { ...entry.SecretVersionsToStages, 'begun-by-somebody-else-and-not-ended': ['AWSPENDING'] },
});

const reasonsIn = ({ report }: Played): Record<string, string> =>
  Object.fromEntries(
    report.leftAloneSecrets.filter(({ reason }) => reason !== 'notDue').map(({ name, reason }) => [name, reason]),
  );

describe('S2 a wrong selection', () => {
  it('S2 over a cap is refused with zero writes, whatever is in it', async () => {
    const day = await played(assembly, { scenario: scenarios['inverted-filter'] ?? {} });
    assert.deepEqual([day.report.outcome, day.report.writesToSecrets, changed(day)], ['refused', 0, []]);
    assert.equal(day.report.reasons[0], 'percentOfFleet: 64.29 of at most 40 % of the fleet');
  });

  it('S2 under the caps is refused with zero writes by the second judgement alone', async () => {
    const day = await played(assembly, { inventory: chromepay, scenario: scenarios['small-inverted-filter'] ?? {} });
    assert.deepEqual([day.report.outcome, day.report.writesToSecrets, changed(day)], ['refused', 0, []]);
    assert.deepEqual(day.report.reasons, ['secondJudgement: 12 of at most 0 contradictions', 'notDue: 12']);
  });

  it('S2 that somebody wrote into the archive in place of the draft is refused', async () => {
    const forge = ({ cloud, run }: Scene) => {
      const key = `runs/${run}/draft.json`;
      const draft = JSON.parse(cloud.s3.text(cloud.archiveBucket, key) ?? '{}');
      const [one, ...others] = draft.selected;
      const { name, arn } = draft.leftAlone[0];
      const forged = { ...one, name, arn, currentVersion: cloud.secretsManager.labels(arn)['AWSCURRENT'] };
      cloud.s3.tamper(cloud.archiveBucket, key, JSON.stringify({ ...draft, selected: [forged, ...others] }));
    };
    const begin = async (scene: Scene) => when('Confirm plan', () => forge(scene));
    const day = await played(assembly, { scenario: { outcome: 'refused', begin } });
    assert.deepEqual([day.report.outcome, day.report.writesToSecrets, changed(day)], ['refused', 0, []]);
    assert.ok(day.report.reasons.includes('expirationDiffers: 1'), day.report.reasons.join());
  });
});

describe('S3 a secret that changed since it was planned', () => {
  it('S3 is left alone and reported, and the others of its batch are rotated', async () => {
    const arnOf = (name: string) => fewEntries.find(({ Name }) => Name === name)?.ARN ?? '';
    const drift = (scene: Scene) => {
      const tag = (name: string, Key: string, Value: string) =>
        operate(scene, 'TagResource', { SecretId: arnOf(name), Tags: [{ Key, Value }] });
      const { secretsManager } = scene.cloud;
      operate(scene, 'PutSecretValue', {
        SecretId: arnOf(first),
        SecretString: secretsManager.value(arnOf(first)),
        ClientRequestToken: 'somebody-else-rotated-this-secret-0',
      });
      tag(second, 'expiration_date', '2027-01-01');
      tag(third, 'keyturn:probe', 'postgres');
    };
    const begin = async (scene: Scene) => when('Rotate batch', () => drift(scene));
    const day = await played(assembly, { scenario: { begin } });

    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 7]);
    assert.deepEqual(
      Object.fromEntries(
        day.report.secrets.filter(({ kind }) => kind === 'leftAlone').map(({ name, reason }) => [name, reason]),
      ),
      { [first]: 'versionMoved', [second]: 'notDue', [third]: 'probeUnfit' },
    );
    assert.deepEqual(
      moved(day).filter((name) => [second, third].some((left) => left === name)),
      [],
    );
    const labels = day.scene.cloud.secretsManager.labels(arnOf(first));
    assert.equal(labels['AWSCURRENT'], 'somebody-else-rotated-this-secret-0');
  });
});

describe('S4 whatever is unclear', () => {
  const unclear: readonly [reason: string, change: Change][] = [
    ['noExpirationDate', tagged('expiration_date', undefined)],
    ['malformedExpirationDate', tagged('expiration_date', '2026-02-30')],
    ['malformedExpirationDate', tagged('expiration_date', 'soon')],
    ['noTier', tagged('keyturn:tier', undefined)],
    ['tierContradictsPath', tagged('keyturn:tier', 'high')],
    ['unknownTier', tagged('keyturn:tier', 'lowest')],
    ['noRotator', tagged('keyturn:rotator', undefined)],
    ['emptyProbe', tagged('keyturn:probe', '')],
    ['noHealth', tagged('keyturn:health', undefined)],
    ['scheduledForDeletion', withField({ DeletedDate: '2026-11-25T00:00:00Z' })],
    ['ownedByService', withField({ OwningService: 'rds' })],
    ['managedExternal', withField({ Type: 'SalesforceClientSecret' })],
    ['replica', withField({ PrimaryRegion: 'eu-west-1' })],
    ['nativeRotation', withField({ RotationEnabled: true })],
    ['rotationInFlight', begunElsewhere],
    ['noCurrentVersion', withField({ SecretVersionsToStages: {} })],
  ];

  it('S4 is left alone and reported with its reason, and the others are rotated', async () => {
    // A handful to a fleet, each in the place of one that is due: runs are what takes time here.
    const places = [first, second, third, 'prod/low/office-directory/db-reader', 'prod/low/data-catalog/db-reader-1'];
    for (let from = 0; from < unclear.length; from += places.length) {
      const some = unclear.slice(from, from + places.length);
      const inventory = fleetWith(Object.fromEntries(some.map(([, change], index) => [places[index], change])));
      const day = await played(assembly, { inventory });
      assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 10 - some.length]);
      assert.deepEqual(reasonsIn(day), Object.fromEntries(some.map(([reason], index) => [places[index], reason])));
      assert.deepEqual(
        changed(day).filter((name) => places.slice(0, some.length).includes(name)),
        [],
      );
    }
  });
});

describe('S14 what tags say', () => {
  it('S14 is a name of the configuration or nothing: an address in a tag is never called', async () => {
    const day = await contacted({
      [first]: tagged('keyturn:rotator', 'https://evil.example/rotate'),
      [second]: tagged('keyturn:probe', 'https://evil.example/probe'),
      [third]: tagged('keyturn:health', 'https://evil.example/health'),
      'prod/high/orders/api-key-2': tagged('keyturn:rotator', 'constructor'),
    });
    assert.deepEqual(reasonsIn(day), {
      [first]: 'unknownRotator',
      [second]: 'unknownProbe',
      [third]: 'unknownHealth',
      'prod/high/orders/api-key-2': 'unknownRotator',
    });
  });
});

/** Plays a run that must call nobody but the hosts of the configuration. */
async function contacted(changes: Readonly<Record<string, Change>>, begin = (_: Scene) => {}): Promise<Played> {
  const hosts = new Set<string>();
  const watch = async (scene: Scene) => {
    begin(scene);
    const { network } = scene.estate as { network: Network };
    const { fetch, connectPostgres } = network;
    Object.assign(network, {
      fetch: (...[url, init]: Parameters<Network['fetch']>) => {
        hosts.add(new URL(url).host);
        return fetch.call(network, url, init);
      },
      connectPostgres: (door: Parameters<Network['connectPostgres']>[0]) => {
        hosts.add(door.host);
        return connectPostgres.call(network, door);
      },
    });
    return {};
  };
  const day = await played(assembly, { inventory: fleetWith(changes), scenario: { begin: watch } });
  assert.ok(hosts.size > 3);
  assert.deepEqual(
    [...hosts].filter((host) => !host.endsWith('.chromepay.example')),
    [],
  );
  return day;
}

describe('S14 what a value says', () => {
  it('S14 leads nowhere but to the hosts that the configuration allows for its rotator', async () => {
    const day = await contacted({}, (scene) => {
      for (const [name, host] of [
        ['prod/high/orders/api-key-2', 'evil.example'],
        ['prod/medium/kyc-lookup/vendor-key-1', 'db.chromepay.example'],
        ['prod/low/office-directory/db-reader', 'keys.chromepay.example'],
      ] as const) {
        const entry = fewEntries.find(({ Name }) => Name === name) ?? {};
        const { secretsManager } = scene.cloud;
        const value = { ...JSON.parse(String(secretsManager.value(entry.ARN ?? ''))), host };
        const current = secretsManager.labels(entry.ARN ?? '')['AWSCURRENT'] ?? '';
        secretsManager.seed(entry, { [current]: { value: JSON.stringify(value) } });
      }
    });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 7]);
    assert.deepEqual(new Set(Object.values(reasonsIn(day))), new Set(['valueMalformed']));
  });
});
