/*
 * Goal: one rotation leaves one new key, whatever was lost on the way, and never takes a key from anybody.
 *
 * Method: one suite against the key service behind a real HTTP server and in memory.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { rotatorFor } from '../../../adapters/rotators/choose.ts';
import type { SecretValue } from '../../../core/secret-value.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import type { HttpResponse } from '../../../rehearsal/targets/http-target.ts';
import { arn, failsSilently, fieldsOf, forbidden, hosts, inBothWorlds, losing, secretOf, toolsOn } from './worlds.ts';

const settings: RotatorSettings = {
  kind: 'http-api-key',
  strategy: 'overlap',
  allowedHosts: [hosts.keys, hosts.closed, 'odd.chromepay.example'],
  validityDays: 90,
};

inBothWorlds('the API key rotator', { postgres: false }, (world) => {
  const rotator = (network = world().network) => rotatorFor(settings, 'low', arn, toolsOn(network, world().clock));
  const holding = (client: string) => issuedValue(client, world().keys.issue(client, 'by hand'));
  const issuedValue = (client: string, key: { keyId: string; apiKey: string }, host: string = hosts.keys) =>
    secretOf({ host, client, ...key, team: 'orders' });
  const material = (old: SecretValue) => ({ token: 'v2', old, master: undefined });
  const labelsOf = (client: string) =>
    world()
      .keys.keysOf(client)
      .map(({ label }) => label);
  const accepts = (value: SecretValue) => world().keys.accepts(fieldsOf(value).apiKey);

  it('asks for a key under the token, and keeps the rest of the value and the old key', async () => {
    const old = holding('orders');
    const fresh = await rotator().create(material(old));

    assert.deepEqual(fieldsOf(fresh), {
      ...fieldsOf(old),
      keyId: fieldsOf(fresh).keyId,
      apiKey: fieldsOf(fresh).apiKey,
    });
    assert.deepEqual([accepts(old), accepts(fresh)], [true, true]);
    assert.deepEqual(labelsOf('orders'), ['by hand', 'v2']);
  });

  it('leaves one new key when an attempt ended between issuing and storing, once it is known which was stored', async () => {
    const old = holding('refunds');
    const orphan = await rotator().create(material(old));
    const fresh = await rotator().create(material(old));
    assert.deepEqual([accepts(old), accepts(orphan), accepts(fresh)], [true, true, true]);

    await rotator().set({ ...material(old), fresh });
    assert.deepEqual([accepts(old), accepts(orphan), accepts(fresh)], [true, false, true]);
    assert.deepEqual(labelsOf('refunds'), ['by hand', 'v2']);
  });

  it('takes no key from a second delivery of the same rotation: both go on with the one that was stored', async () => {
    const old = holding('twice');
    const first = await rotator().create(material(old));
    await rotator().create(material(old));
    await rotator().set({ ...material(old), fresh: first });
    await rotator().set({ ...material(old), fresh: first });
    assert.deepEqual([accepts(first), labelsOf('twice')], [true, ['by hand', 'v2']]);
  });

  it('leaves one new key when the answer to any of its requests was lost', async () => {
    const old = holding('payouts');
    const unlucky = (lost: string) => rotator(losing(world().network, (method) => method === lost));
    await failsSilently(unlucky('POST').create(material(old)), 'hunter2');
    const fresh = await rotator().create(material(old));
    for (const lost of ['GET', 'DELETE'])
      await failsSilently(unlucky(lost).set({ ...material(old), fresh }), 'hunter2');
    await rotator().set({ ...material(old), fresh });
    assert.deepEqual([accepts(fresh), labelsOf('payouts')], [true, ['by hand', 'v2']]);
  });

  it('removes no key of another rotation or client', async () => {
    const old = holding('audit');
    await rotator().create({ ...material(old), token: 'v1' });
    await rotator().create(material(holding('ledger')));
    await rotator().set({ ...material(old), fresh: await rotator().create(material(old)) });
    assert.deepEqual(
      [labelsOf('audit'), labelsOf('ledger')],
      [
        ['by hand', 'v1', 'v2'],
        ['by hand', 'v2'],
      ],
    );
  });

  it('removes no key that was used: somebody holds it', async () => {
    const old = holding('reports');
    const held = await rotator().create(material(old));
    await rotator().create({ token: 'v3', old: held, master: undefined });

    const fresh = await rotator().create(material(old));
    await rotator().set({ ...material(old), fresh });
    assert.deepEqual([accepts(held), accepts(fresh)], [true, true]);
  });

  it('never removes the key that it asks with, whatever its label', async () => {
    const old = issuedValue('vault', world().keys.issue('vault', 'v2'));
    await rotator().set({ ...material(old), fresh: await rotator().create(material(old)) });
    assert.equal(accepts(old), true);
  });

  it('has nothing to take back', async () => {
    const old = holding('quiet');
    await rotator(forbidden).revert({ ...material(old), fresh: old });
  });

  it('fails when the old key is turned away or nobody answers, and shows no key', async () => {
    const stale = issuedValue('orders', { keyId: 'key-0', apiKey: 'hunter2-stale' });
    assert.match((await failsSilently(rotator().create(material(stale)), 'hunter2')).message, /401/);

    const unreachable = issuedValue('orders', { keyId: 'key-0', apiKey: 'hunter2-stale' }, hosts.closed);
    assert.match((await failsSilently(rotator().create(material(unreachable)), 'hunter2')).message, /ECONNREFUSED/);
  });

  it('asks only hosts that are allowed (S14)', async () => {
    const outside = issuedValue('orders', { keyId: 'key-1', apiKey: 'hunter2' }, 'evil.example');
    await failsSilently(rotator(forbidden).create(material(outside)), 'hunter2');
    await failsSilently(rotator(forbidden).set({ ...material(outside), fresh: outside }), 'hunter2');
  });

  it('takes a key that is gone already for removed', async () => {
    const old = issuedValue('odd', { keyId: 'key-1', apiKey: 'hunter2' }, 'odd.chromepay.example');
    const answers: Record<string, HttpResponse> = {
      GET: { status: 200, content: { keys: [{ keyId: 'key-2', label: 'v2', lastUsedAt: null }] } },
      DELETE: { status: 404 },
      POST: { status: 201, content: { keyId: 'key-3', apiKey: 'hunter3' } },
    };
    await world().openHttp('odd.chromepay.example', ({ method }) => answers[method] ?? { status: 405 });
    const fresh = await rotator().create(material(old));
    assert.equal(fieldsOf(fresh).apiKey, 'hunter3');
    await rotator().set({ ...material(old), fresh });
  });

  it('fails when the answers make no sense, and quotes none of them', async () => {
    const old = issuedValue('odd', { keyId: 'key-1', apiKey: 'hunter2' }, 'odd.chromepay.example');
    const lists = [
      undefined,
      'hunter2',
      { keys: 'hunter2' },
      { keys: [null] },
      { keys: [{ keyId: 'k', label: 'other', lastUsedAt: null }] },
    ];
    for (const content of lists) {
      const asked: string[] = [];
      await world().openHttp('odd.chromepay.example', ({ method }) => {
        asked.push(method);
        return { status: 200, content };
      });
      await failsSilently(rotator().set({ ...material(old), fresh: old }), 'hunter2');
      assert.deepEqual(asked, ['GET']);
    }
    for (const content of [undefined, 'hunter2', { apiKey: 'hunter2' }]) {
      await world().openHttp('odd.chromepay.example', ({ method }) =>
        method === 'GET' ? { status: 200, content: { keys: [] } } : { status: 201, content },
      );
      await failsSilently(rotator().create(material(old)), 'hunter2');
    }
  });
});
