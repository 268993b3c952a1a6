/*
 * Goal: the targets do what `rehearsal/targets/targets.md` says of them.
 *
 * Method: requests as they arrive on the wire, without a client that could share a mistake with the target.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { signatureOf } from '../../../adapters/http-request.ts';
import { instant } from '../../../core/instant.ts';
import { KeyService } from '../../../rehearsal/targets/key-service.ts';
import { SignatureService } from '../../../rehearsal/targets/signature-service.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

/** 2026-11-18T19:15:00Z */
const start = instant(1_795_029_300_000);

describe('the key service', () => {
  const build = () => {
    const clock = new VirtualTime(start);
    const made = ['first', 'second', 'third'];
    const service = new KeyService(clock, () => made.shift() ?? assert.fail('no key left'));
    const ask = (apiKey: string, method: string, path: string, body = '') =>
      service.target({ method, path, headers: { authorization: `Bearer ${apiKey}` }, body });
    service.issue('orders', 'by hand');
    return { clock, service, ask };
  };

  it('knows a client by any of its keys, and nobody else', () => {
    const { ask, service } = build();
    assert.deepEqual(ask('first', 'POST', '/v1/keys', '{"label":"v2"}'), {
      status: 201,
      content: { keyId: 'key-2', apiKey: 'second' },
    });
    assert.deepEqual(ask('first', 'GET', '/v1/whoami').content, { client: 'orders', keyId: 'key-1' });
    assert.deepEqual(ask('second', 'GET', '/v1/whoami').content, { client: 'orders', keyId: 'key-2' });
    assert.equal(ask('third', 'GET', '/v1/whoami').status, 401);
    assert.equal(service.target({ method: 'GET', path: '/v1/whoami', headers: {}, body: '' }).status, 401);
  });

  it('lists the keys of the client, by label if asked, with when each was last used', async () => {
    const { ask, clock } = build();
    ask('first', 'POST', '/v1/keys', '{"label":"v2"}');
    await clock.run(clock.sleep(1_000));
    assert.deepEqual(ask('first', 'GET', '/v1/keys?label=v2').content, {
      keys: [{ keyId: 'key-2', label: 'v2', status: 'active', createdAt: start, lastUsedAt: null }],
    });
    assert.deepEqual(ask('first', 'GET', '/v1/keys').content, {
      keys: [
        { keyId: 'key-1', label: 'by hand', status: 'active', createdAt: start, lastUsedAt: start + 1_000 },
        { keyId: 'key-2', label: 'v2', status: 'active', createdAt: start, lastUsedAt: null },
      ],
    });
  });

  it('turns a key away while it is inactive, and for good once it is removed', () => {
    const { ask, service } = build();
    ask('first', 'POST', '/v1/keys', '{"label":"v2"}');
    const steps = [
      ['POST', '/v1/keys/key-2/deactivate', 204, false],
      ['POST', '/v1/keys/key-2/deactivate', 204, false],
      ['POST', '/v1/keys/key-2/reactivate', 204, true],
      ['DELETE', '/v1/keys/key-2', 204, false],
      ['DELETE', '/v1/keys/key-2', 404, false],
      ['POST', '/v1/keys/key-2/reactivate', 404, false],
    ] as const;
    for (const [method, path, status, accepted] of steps) {
      assert.equal(ask('first', method, path).status, status);
      assert.equal(service.accepts('second'), accepted);
      assert.equal(ask('second', 'GET', '/v1/whoami').status, accepted ? 200 : 401);
    }
  });

  it('tells of what requests do to keys, and how they stood before, and not of what is done at the console', () => {
    const { ask, service } = build();
    ask('first', 'POST', '/v1/keys', '{"label":"v2"}');
    const told: unknown[] = [];
    service.onManaged(({ did, key: { keyId, status } }) => told.push([did, keyId, status]));
    ask('first', 'POST', '/v1/keys/key-2/deactivate');
    assert.deepEqual([service.reactivate('orders', 'key-2'), service.reactivate('orders', 'key-2')], [true, false]);
    assert.equal(service.accepts('second'), true);
    ask('first', 'DELETE', '/v1/keys/key-2');
    ask('first', 'DELETE', '/v1/keys/key-2');
    service.remove('orders', 'key-1');
    assert.deepEqual(told, [
      ['deactivated', 'key-2', 'active'],
      ['removed', 'key-2', 'active'],
    ]);
  });

  it('shows a client nothing of another, and lets it change nothing there', () => {
    const { ask, service } = build();
    service.issue('refunds', 'by hand');
    assert.equal(ask('first', 'DELETE', '/v1/keys/key-2').status, 404);
    assert.equal(ask('first', 'POST', '/v1/keys/key-2/deactivate').status, 404);
    assert.deepEqual(ask('first', 'GET', '/v1/keys?label=nothing').content, { keys: [] });
    assert.equal(service.accepts('second'), true);
  });

  it('refuses on cue what it has just issued, and still lists it as active', () => {
    const { ask, service } = build();
    service.refuse('orders');
    ask('first', 'POST', '/v1/keys', '{"label":"v2"}');
    service.trust('orders');
    ask('first', 'POST', '/v1/keys', '{"label":"v3"}');

    assert.deepEqual(
      ['first', 'second', 'third'].map((apiKey) => service.accepts(apiKey)),
      [true, false, true],
    );
    assert.equal(service.keysOf('orders')[1]?.status, 'active');
    assert.equal(ask('second', 'GET', '/v1/whoami').status, 401);
  });

  it('answers what it does not know with a status, and issues nothing without a label', () => {
    const { ask } = build();
    assert.equal(ask('first', 'POST', '/v1/keys', '{"label":7}').status, 400);
    assert.equal(ask('first', 'POST', '/v1/keys', 'text').status, 400);
    assert.equal(ask('first', 'PATCH', '/v1/keys/key-1').status, 405);
    assert.equal(ask('first', 'GET', '/elsewhere').status, 404);
  });
});

describe('the signature service', () => {
  /** 32 bytes of zero, and 32 of one. */
  const zeros = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const ones = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE';
  const build = () => {
    const service = new SignatureService(new VirtualTime(start));
    service.register('orders', 'v1', zeros);
    return service;
  };
  const headers = {
    'x-client': 'orders',
    'x-key-id': 'v1',
    'x-timestamp': '1795029300',
    'x-signature': '21546cffb5146cab16bccf2dbed7a28b050ce716c162ce94f359607fd9337a60',
  };
  const whoami = { method: 'GET', path: '/v1/whoami', headers, body: '' };
  const sign = (method: string, path: string, body: string, timestamp = '1795029300') => {
    const signature = signatureOf(zeros, timestamp, { method, path, body });
    return { method, path, headers: { ...headers, 'x-timestamp': timestamp, 'x-signature': signature }, body };
  };

  it('knows a client by a signature that another program made', () => {
    assert.deepEqual(build().target(whoami), { status: 200, content: { client: 'orders', keyId: 'v1' } });
    assert.equal(
      signatureOf(zeros, '1795029300', { method: 'PUT', path: '/v1/keys/v2', body: '{"signingKey":"x"}' }),
      '99fed6ce0fe23bc2f0cf3600bab72b2bcd5926d8d896008b966dd957188ab567',
    );
  });

  it('takes no signature for anything but what was signed', () => {
    const service = build();
    const put = sign('PUT', '/v1/keys/v2', JSON.stringify({ signingKey: ones }));
    const forged = [
      { ...whoami, method: 'POST' },
      { ...whoami, path: '/v1/whoami?x' },
      { ...whoami, body: 'x' },
      { ...whoami, headers: { ...headers, 'x-timestamp': '1795029301' } },
      { ...whoami, headers: { ...headers, 'x-client': 'refunds' } },
      { ...whoami, headers: { ...headers, 'x-key-id': 'v2' } },
      { ...whoami, headers: { ...headers, 'x-signature': '' } },
      { ...whoami, headers: {} },
      { ...put, path: '/v1/keys/v3' },
      { ...put, body: JSON.stringify({ signingKey: zeros }) },
    ];
    for (const request of forged) assert.equal(service.target(request).status, 401);
  });

  it('takes no signature that is more than five minutes old or early', () => {
    const statusAt = (timestamp: string) => build().target(sign('GET', '/v1/whoami', '', timestamp)).status;
    assert.deepEqual(['1795029000', '1795029600'].map(statusAt), [200, 200]);
    assert.deepEqual(['1795028999', '1795029601', '', 'NaN', '1795029300.0'].map(statusAt), [401, 401, 401, 401, 401]);
  });

  it('registers a key once, says so when it is there already, and never overwrites one', () => {
    const service = build();
    const register = (signingKey: string) =>
      service.target(sign('PUT', '/v1/keys/v2', JSON.stringify({ signingKey }))).status;
    assert.deepEqual([register(ones), register(ones), register(zeros)], [201, 200, 409]);
    assert.equal(service.accepts('orders', 'v2', ones), true);
    assert.equal(service.accepts('orders', 'v2', zeros), false);
    assert.deepEqual([register('short'), register('')], [400, 400]);
  });

  it('turns a key away once it is deactivated or removed, or when told to refuse it', () => {
    const service = build();
    service.register('orders', 'v2', ones);
    service.target(sign('POST', '/v1/keys/v2/deactivate', ''));
    assert.equal(service.accepts('orders', 'v2', ones), false);
    service.target(sign('POST', '/v1/keys/v2/reactivate', ''));
    assert.equal(service.accepts('orders', 'v2', ones), true);
    service.target(sign('DELETE', '/v1/keys/v2', ''));
    assert.equal(service.accepts('orders', 'v2', ones), false);

    service.refuse('orders');
    assert.equal(service.target(sign('PUT', '/v1/keys/v3', JSON.stringify({ signingKey: ones }))).status, 201);
    assert.equal(service.accepts('orders', 'v3', ones), false);
  });
});
