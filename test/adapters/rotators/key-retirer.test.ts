/*
 * Goal: an old key is taken out of use, and nothing else is; and asking how it stands never counts as a use of it.
 *
 * Method: one suite for both kinds of keys, against their services behind a real HTTP server and in memory.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { proberFor } from '../../../adapters/probes/choose.ts';
import { retirerFor } from '../../../adapters/rotators/choose.ts';
import type { SecretValue } from '../../../core/secret-value.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import { failsSilently, forbidden, hosts, inBothWorlds, losing, secretOf, type World } from './worlds.ts';

const kinds = ['http-api-key', 'hmac-key'] as const;
const at = Date.parse('2026-11-18T19:15:00Z');
const odd = 'odd.chromepay.example';

for (const kind of kinds) {
  const host = kind === 'hmac-key' ? hosts.signatures : hosts.keys;
  const settings: RotatorSettings = {
    kind,
    strategy: 'overlap',
    allowedHosts: [host, hosts.closed, odd],
    validityDays: 90,
  };

  inBothWorlds(`the retirer of a ${kind}`, { postgres: false }, (world) => {
    const retirer = (network = world().network) => {
      const made = retirerFor(settings, 'low', { network, clock: world().clock });
      assert(made !== undefined);
      return made;
    };
    const asks = (value: SecretValue) =>
      proberFor({ kind: 'http' }, settings, 'low', { network: world().network, clock: world().clock }).ask(value);
    /** Two keys of one client, the older first. */
    const pairOf = (client: string) => ({
      old: keyOf(world(), kind, client, 'v1'),
      current: keyOf(world(), kind, client, 'v2'),
    });

    it('tells how a key stands without using it', async () => {
      const pair = pairOf('orders');
      assert.deepEqual(await retirer().ask(pair), { state: 'active', lastUsed: 'never' });

      assert.equal(await asks(pair.old), 'accepted');
      await world().clock.run(world().clock.sleep(60_000));
      const seen = await retirer().ask(pair);
      assert.equal(seen.state, 'active');
      assert(typeof seen.lastUsed === 'number' && seen.lastUsed >= at && seen.lastUsed <= world().clock.now() - 60_000);
      assert.deepEqual(await retirer().ask(pair), seen);
    });

    it('deactivates the old key, and no other; and again', async () => {
      const pair = pairOf('refunds');
      await retirer().deactivate(pair);
      await retirer().deactivate(pair);
      assert.deepEqual([await asks(pair.old), await asks(pair.current)], ['rejected', 'accepted']);
      assert.deepEqual(await retirer().ask(pair), { state: 'inactive', lastUsed: 'never' });
    });

    it('reactivates it, and again', async () => {
      const pair = pairOf('payouts');
      await retirer().deactivate(pair);
      await retirer().reactivate(pair);
      await retirer().reactivate(pair);
      assert.deepEqual([await asks(pair.old), await asks(pair.current)], ['accepted', 'accepted']);
    });

    it('removes it for good, and again; then it is gone, and does not come back', async () => {
      const pair = pairOf('audit');
      await retirer().deactivate(pair);
      await retirer().remove(pair);
      await retirer().remove(pair);
      assert.deepEqual([await asks(pair.old), await asks(pair.current)], ['rejected', 'accepted']);
      assert.equal((await retirer().ask(pair)).state, 'gone');
      await failsSilently(retirer().reactivate(pair), 'hunter2');
    });

    it('has done it when the answer was lost, and says nothing of it', async () => {
      const pair = pairOf('lost');
      await failsSilently(retirer(losing(world().network, (method) => method === 'POST')).deactivate(pair), 'hunter2');
      assert.equal((await retirer().ask(pair)).state, 'inactive');
    });

    it('never touches a key that both versions hold', async () => {
      const { current } = pairOf('one-key');
      const pair = { old: current, current };
      assert.equal(retirer().compare(pair), 'same');
      for (const touch of [retirer().deactivate, retirer().reactivate, retirer().remove])
        await failsSilently(touch(pair), 'hunter2');
      assert.equal(await asks(current), 'accepted');
    });

    it('asks nobody about two keys that are not of one client', async () => {
      const pair = { old: pairOf('here').old, current: pairOf('there').current };
      assert.equal(retirer(forbidden).compare(pair), 'unreadable');
      assert.deepEqual(await retirer(forbidden).ask(pair), { state: 'unknown', lastUsed: 'unknown' });
      await failsSilently(retirer(forbidden).deactivate(pair), 'hunter2');
    });

    it('does not know how a key stands when the service cannot be asked', async () => {
      const { old, current } = pairOf('silent');
      const moved = (value: SecretValue) => secretOf({ ...JSON.parse(value.reveal()), host: hosts.closed });
      const pair = { old: moved(old), current: moved(current) };
      assert.deepEqual(await retirer().ask(pair), { state: 'unknown', lastUsed: 'unknown' });
    });

    for (const [says, key, standing] of [
      ['no use', { status: 'active' }, { state: 'active', lastUsed: 'unknown' }],
      ['a use in other words', { status: 'active', lastUsedAt: 'yesterday' }, { state: 'active', lastUsed: 'unknown' }],
      ['another status', { status: 'expired', lastUsedAt: null }, { state: 'unknown', lastUsed: 'never' }],
    ] as const) {
      it(`does not guess when a service says ${says}`, async () => {
        const { old, current } = pairOf(`guess ${says}`);
        const { keyId } = JSON.parse(old.reveal());
        await world().openHttp(odd, () => ({ status: 200, content: { keys: [{ keyId, ...key }] } }));
        const moved = (value: SecretValue) => secretOf({ ...JSON.parse(value.reveal()), host: odd });
        assert.deepEqual(await retirer().ask({ old: moved(old), current: moved(current) }), standing);
      });
    }
  });
}

describe('a target that holds one credential at a time', () => {
  it('has nothing to retire', () => {
    const base = { kind: 'postgres', allowedHosts: [hosts.database], validityDays: 90 } as const;
    const tools = { network: forbidden, clock: { now: () => assert.fail(), sleep: () => assert.fail() } };
    assert.equal(retirerFor({ ...base, strategy: 'replace' }, 'low', tools), undefined);
    assert.equal(retirerFor({ ...base, strategy: 'alternate', masters: {} }, 'low', tools), undefined);
  });
});

function keyOf({ keys, signatures }: World, kind: (typeof kinds)[number], client: string, label: string): SecretValue {
  if (kind === 'http-api-key') return secretOf({ host: hosts.keys, client, ...keys.issue(client, label) });
  const signingKey = Buffer.from(`hunter2 ${client} ${label}`.padEnd(32).slice(0, 32)).toString('base64url');
  signatures.register(client, label, signingKey);
  return secretOf({ host: hosts.signatures, client, keyId: label, signingKey });
}
