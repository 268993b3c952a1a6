/*
 * Goal: the services of a rehearsal notice what a client would notice, and say so at their health addresses.
 *
 * Method: two secrets of one service, at a key service that turns credentials away or does not.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Account } from '../../../rehearsal/account/account.ts';
import { SecretsManagerReplica } from '../../../rehearsal/aws/secrets-manager.ts';
import { armFleet, entriesOf, type InventoryEntry } from '../../../rehearsal/day/fleet.ts';
import { Services } from '../../../rehearsal/day/services.ts';
import { seeded } from '../../../rehearsal/seed.ts';
import { simulateEstate } from '../../../rehearsal/targets/estate.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';
import { arnOf, asOf } from '../../entries.ts';
import { settingsWith } from '../../settings.ts';

const settings = settingsWith({ health: { orders: 'https://orders.example/health' } });

const entry = (name: string, tags: Readonly<Record<string, string>> = {}): InventoryEntry => ({
  ARN: arnOf(name),
  Name: name,
  Tags: Object.entries({
    'keyturn:rotator': 'http-api-key',
    'keyturn:probe': 'http',
    'keyturn:health': 'orders',
    ...tags,
  }).map(([Key, Value]) => ({ Key, Value })),
  SecretVersionsToStages: { 'version-1': ['AWSCURRENT'] },
});

async function build(entries: readonly InventoryEntry[]) {
  const time = new VirtualTime(asOf);
  const random = seeded(1);
  const place = { clock: time, account: '111122223333', region: 'us-east-1' };
  const account = new Account({ ...place, roles: [], functions: [], resourcePolicies: new Map() }, time);
  const secretsManager = new SecretsManagerReplica({ ...place, random });
  account.register(secretsManager);
  const estate = simulateEstate(time, { postgres: 'db', keys: '127.0.0.1', signatures: 'signatures' }, random);
  const secrets = await armFleet(entries, settings, estate, secretsManager);
  const services = new Services({ time, account, secretsManager, estate, settings, secrets, random });
  await services.start();
  const health = async () =>
    (await estate.network.fetch('https://orders.example/health', { method: 'GET', timeoutMs: 1_000 })).status;
  return { time, secretsManager, estate, secrets, services, health };
}

const first = entry('prod/low/orders/api-key');

describe('a service', () => {
  it('authenticates every five minutes with each of its secrets, and is well', async () => {
    const { time, services, health } = await build([first, entry('prod/low/orders/other-key')]);
    await time.run(time.sleep(3_600_000));
    assert.ok(services.authentications >= 24 && services.authentications <= 26, `${services.authentications}`);
    assert.deepEqual([services.failures, await health()], [0, 200]);
  });

  it('comes as rarely as it is told to, and soon again when it is told that', async () => {
    const { time, services } = await build([first]);
    services.pace(43_200_000);
    await time.run(time.sleep(7 * 86_400_000));
    assert.ok(services.authentications >= 13 && services.authentications <= 17, `${services.authentications}`);
    const before = services.authentications;
    services.pace();
    await time.run(time.sleep(3_600_000));
    assert.ok(services.authentications >= before + 11, `${services.authentications - before}`);
  });

  it('that reads a value which its target rejects is ill, until it reads one that works', async () => {
    const { time, secretsManager, services, health } = await build([first]);
    const good = String(secretsManager.value(arnOf('prod/low/orders/api-key')));
    secretsManager.seed(first, { 'version-1': { value: JSON.stringify({ ...JSON.parse(good), apiKey: 'wrong' }) } });
    await time.run(time.sleep(600_000));
    assert.deepEqual([services.failures > 0, await health()], [true, 503]);
    assert.deepEqual([...(services.records.get('orders')?.failing ?? [])], ['prod/low/orders/api-key']);

    secretsManager.seed(first, { 'version-1': { value: good } });
    await time.run(time.sleep(600_000));
    assert.equal(await health(), 200);
  });

  it('that cannot read its secret fails, and goes on trying', async () => {
    const { time, secretsManager, services } = await build([first]);
    secretsManager.seed({ ...first, SecretVersionsToStages: {} });
    await time.run(time.sleep(3_600_000));
    assert.equal(services.failures, services.authentications);
    assert.ok(services.failures > 10);
  });

  it('tries once more when the run has ended', async () => {
    const { time, services } = await build([first]);
    await time.run(services.finish());
    assert.equal(services.authentications, 1);
  });
});

describe('a secret without a client', () => {
  it('is one that nobody can read, or whose tags do not say what it is for', async () => {
    const { secrets, secretsManager } = await build([
      first,
      entry('prod/low/orders/no-rotator', { 'keyturn:rotator': 'unheard-of' }),
      entry('prod/low/orders/inherited', { 'keyturn:rotator': 'constructor', 'keyturn:probe': 'toString' }),
      { ...entry('prod/low/orders/deleted'), DeletedDate: '2026-11-25T00:00:00Z' },
      { ...entry('prod/low/orders/empty'), SecretVersionsToStages: {} },
      entry('elsewhere/orders/api-key'),
    ]);
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ['prod/low/orders/api-key'],
    );
    assert.equal(secretsManager.value(arnOf('elsewhere/orders/api-key')), '{"note":"nobody knows what this is for"}');
  });
});

describe('the entries of an inventory', () => {
  it('are those of all pages, with moments in seconds read as dates', () => {
    const pages = '{"SecretList":[{"Name":"a","CreatedDate":1795029300}]}{"SecretList":[{"Name":"b"}]}';
    assert.deepEqual(entriesOf(pages), [{ Name: 'a', CreatedDate: '2026-11-18T19:15:00.000Z' }, { Name: 'b' }]);
  });
});
