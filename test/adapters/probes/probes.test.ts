/*
 * Goal: a probe says what the target said, and `unknown` whenever it said nothing that makes sense.
 *
 * Method: one suite against real servers on loopback and against the simulated ones.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { proberFor } from '../../../adapters/probes/choose.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import { forbidden, hosts, inBothWorlds, secretOf } from '../rotators/worlds.ts';

const base = { allowedHosts: [...Object.values(hosts), 'odd.chromepay.example'], validityDays: 90 };
const logins: RotatorSettings = { ...base, kind: 'postgres', strategy: 'replace' };
const apiKeys: RotatorSettings = { ...base, kind: 'http-api-key', strategy: 'overlap' };
const signingKeys: RotatorSettings = { ...base, kind: 'hmac-key', strategy: 'overlap' };
/** 32 bytes each. */
const signingKey = 'hunter2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const otherKey = 'hunter3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

inBothWorlds('the PostgreSQL probe', { postgres: true }, (world) => {
  const ask = (username: string, password: string, host: string = hosts.database) =>
    proberFor({ kind: 'postgres' }, logins, 'low', world()).ask(
      secretOf({ engine: 'postgres', host, username, password, dbname: 'postgres' }),
    );

  it('tells a password that works from one that does not, and from a login that is not there', async () => {
    await world().postgres.admit([{ username: 'app', password: 'hunter2' }]);
    assert.equal(await ask('app', 'hunter2'), 'accepted');
    assert.equal(await ask('app', 'hunter3'), 'rejected');
    assert.equal(await ask('nobody', 'hunter2'), 'rejected');
  });

  it('takes a login that is shut out for rejected, until it is let in again', async () => {
    await world().postgres.admit([{ username: 'shut', password: 'hunter2' }]);
    await world().postgres.refuse('shut');
    assert.equal(await ask('shut', 'hunter2'), 'rejected');
    await world().postgres.trust('shut');
    assert.equal(await ask('shut', 'hunter2'), 'accepted');
  });

  it('knows nothing when there is no connection left, or no server', async () => {
    await world().postgres.admit([{ username: 'busy', password: 'hunter2' }]);
    await world().postgres.exhaust('busy');
    assert.equal(await ask('busy', 'hunter2'), 'unknown');
    assert.equal(await ask('app', 'hunter2', hosts.closed), 'unknown');
  });

  it('knows nothing any more when the server is gone', async () => {
    world().close(hosts.database);
    assert.equal(await ask('app', 'hunter2'), 'unknown');
  });
});

inBothWorlds('the HTTP probe', { postgres: false }, (world) => {
  const ask = (settings: RotatorSettings, fields: Readonly<Record<string, string>>) =>
    proberFor({ kind: 'http' }, settings, 'low', world()).ask(secretOf(fields));

  it('tells an API key that works from one that does not', async () => {
    const key = world().keys.issue('orders', 'by hand');
    const value = { host: hosts.keys, client: 'orders', ...key };
    assert.equal(await ask(apiKeys, value), 'accepted');
    assert.equal(await ask(apiKeys, { ...value, apiKey: 'hunter3' }), 'rejected');
  });

  it('tells a signing key that works from one that does not', async () => {
    world().signatures.register('orders', 'v1', signingKey);
    const value = { host: hosts.signatures, client: 'orders', keyId: 'v1', signingKey };
    assert.equal(await ask(signingKeys, value), 'accepted');
    assert.equal(await ask(signingKeys, { ...value, signingKey: otherKey }), 'rejected');
    assert.equal(await ask(signingKeys, { ...value, keyId: 'v2' }), 'rejected');
    assert.equal(await ask(signingKeys, { ...value, client: 'refunds' }), 'rejected');
  });

  it('finds out a target that takes a new key and refuses it when used', async () => {
    world().keys.refuse('payouts');
    world().signatures.refuse('payouts');
    const key = world().keys.issue('payouts', 'v2');
    world().signatures.register('payouts', 'v2', signingKey);

    assert.equal(await ask(apiKeys, { host: hosts.keys, client: 'payouts', ...key }), 'rejected');
    const value = { host: hosts.signatures, client: 'payouts', keyId: 'v2', signingKey };
    assert.equal(await ask(signingKeys, value), 'rejected');
  });

  it('does not take the key of another client for that of this one', async () => {
    const key = world().keys.issue('refunds', 'by hand');
    assert.equal(await ask(apiKeys, { host: hosts.keys, client: 'orders', ...key }), 'unknown');
  });

  it('knows nothing unless the answer makes sense', async () => {
    const value = { host: 'odd.chromepay.example', client: 'orders', keyId: 'key-1', apiKey: 'hunter2' };
    const answers = [
      { status: 200 },
      { status: 200, content: 'orders' },
      { status: 200, content: { client: 'refunds' } },
      { status: 204 },
      { status: 302, content: { client: 'orders' } },
      { status: 404 },
      { status: 429 },
      { status: 500 },
      { status: 503, content: { client: 'orders' } },
    ];
    for (const answer of answers) {
      await world().openHttp('odd.chromepay.example', () => answer);
      assert.equal(await ask(apiKeys, value), 'unknown', JSON.stringify(answer));
    }
    for (const status of [401, 403]) {
      await world().openHttp('odd.chromepay.example', () => ({ status }));
      assert.equal(await ask(apiKeys, value), 'rejected');
    }
  });

  it('knows nothing of a key that no header can carry', async () => {
    const value = { host: hosts.keys, client: 'orders', keyId: 'key-1', apiKey: 'hunter2' };
    assert.equal(await ask(apiKeys, { ...value, apiKey: 'hunter2\r\nx-admin: 1' }), 'unknown');
    assert.equal(await ask(apiKeys, { ...value, host: hosts.closed }), 'unknown');
  });
});

describe('any probe', () => {
  const nowhere = { network: forbidden, clock: { now: () => assert.fail(), sleep: () => assert.fail() } };

  it('sends nothing to a host that its rotator may not have, nor a value that it cannot read (S14)', async () => {
    const key = { host: 'evil.example', client: 'orders', keyId: 'key-1', apiKey: 'hunter2' };
    const http = proberFor({ kind: 'http' }, apiKeys, 'low', nowhere);
    assert.equal(await http.ask(secretOf(key)), 'unknown');
    assert.equal(await http.ask(new SecretValue('hunter2')), 'unknown');
  });

  it('knows nothing of a credential that is not its kind', async () => {
    const login = secretOf({ engine: 'postgres', host: hosts.database, username: 'app', password: 'hunter2' });
    const key = secretOf({ host: hosts.keys, client: 'orders', keyId: 'key-1', apiKey: 'hunter2' });
    assert.equal(await proberFor({ kind: 'http' }, logins, 'low', nowhere).ask(login), 'unknown');
    assert.equal(await proberFor({ kind: 'postgres' }, apiKeys, 'low', nowhere).ask(key), 'unknown');
  });
});
