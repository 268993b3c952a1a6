/*
 * Goal: registering a signing key twice is registering it once, and no key of anybody is overwritten.
 *
 * Method: one suite against the signature service behind a real HTTP server and in memory.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { rotatorFor } from '../../../adapters/rotators/choose.ts';
import type { SecretValue } from '../../../core/secret-value.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import { arn, failsSilently, fieldsOf, forbidden, hosts, inBothWorlds, secretOf, toolsOn } from './worlds.ts';

const settings: RotatorSettings = {
  kind: 'hmac-key',
  strategy: 'overlap',
  allowedHosts: [hosts.signatures, hosts.closed],
  validityDays: 90,
};
/** 32 bytes each. */
const oldKey = 'hunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const newKey = 'hunter3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

inBothWorlds('the signing key rotator', { postgres: false }, (world) => {
  const rotator = (network = world().network) => rotatorFor(settings, 'low', arn, toolsOn(network, world().clock));
  const valueFor = (client: string, keyId: string, signingKey: string, host: string = hosts.signatures) =>
    secretOf({ host, client, keyId, signingKey, team: 'orders' });
  const turning = (client: string) => {
    world().signatures.register(client, 'v1', oldKey);
    return {
      token: 'v2',
      old: valueFor(client, 'v1', oldKey),
      fresh: valueFor(client, 'v2', newKey),
      master: undefined,
    };
  };
  const accepts = (value: SecretValue) => {
    const { client, keyId, signingKey } = fieldsOf(value);
    return world().signatures.accepts(client, keyId, signingKey);
  };

  it('chooses 32 bytes under the token, and keeps the rest of the value', async () => {
    const old = valueFor('orders', 'v1', oldKey);
    const fresh = fieldsOf(await rotator(forbidden).create({ token: 'v2', old, master: undefined }));
    assert.equal(Buffer.from(fresh.signingKey, 'base64url').length, 32);
    assert.deepEqual(fresh, { ...fieldsOf(old), keyId: 'v2', signingKey: fresh.signingKey });
  });

  it('registers the new key beside the old one, twice as well as once', async () => {
    const material = turning('orders');
    await rotator().set(material);
    await rotator().set(material);
    assert.deepEqual([accepts(material.old), accepts(material.fresh)], [true, true]);
    assert.equal(world().signatures.keysOf('orders').length, 2);
  });

  it('fails when another key was registered under the token, and leaves that alone', async () => {
    const material = turning('taken');
    await rotator().set(material);
    const other = { ...material, fresh: valueFor('taken', 'v2', oldKey) };
    assert.match((await failsSilently(rotator().set(other), oldKey, newKey)).message, /409/);
    assert.equal(accepts(material.fresh), true);
  });

  it('has nothing to take back', async () => {
    await rotator(forbidden).revert(turning('quiet'));
  });

  it('fails when the old key is turned away or nobody answers, and shows no key', async () => {
    const material = turning('stale');
    const wrong = { ...material, old: valueFor('stale', 'v1', newKey) };
    assert.match((await failsSilently(rotator().set(wrong), oldKey, newKey)).message, /401/);

    const unreachable = {
      ...material,
      old: valueFor('stale', 'v1', oldKey, hosts.closed),
      fresh: valueFor('stale', 'v2', newKey, hosts.closed),
    };
    assert.match((await failsSilently(rotator().set(unreachable), oldKey, newKey)).message, /ECONNREFUSED/);
  });

  it('refuses another client or host than the old key has, and a host that is not allowed (S14)', async () => {
    const material = turning('own');
    const refused = [
      { ...material, fresh: valueFor('other', 'v2', newKey) },
      { ...material, fresh: valueFor('own', 'v2', newKey, hosts.closed) },
      { ...material, old: valueFor('own', 'v1', oldKey, 'evil.example') },
    ];
    for (const wrong of refused) await failsSilently(rotator(forbidden).set(wrong), oldKey, newKey);
  });
});
