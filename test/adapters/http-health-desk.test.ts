import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { HttpHealthDesk } from '../../adapters/http-health-desk.ts';
import { type HttpInit, type Network, TargetError } from '../../adapters/network.ts';

const address = 'https://orders.chromepay.example/health';

function deskOver(answer: () => number) {
  const asked: (readonly [string, HttpInit])[] = [];
  const network: Network = {
    fetch: async (url, init) => {
      asked.push([url, init]);
      return { status: answer(), text: () => assert.fail('what a service says beside its status is not read') };
    },
    connectPostgres: () => assert.fail('health is asked for over HTTP'),
  };
  return { asked, desk: new HttpHealthDesk(network, { orders: address }) };
}

describe('the health of a service', () => {
  it('is asked for at the address of the configuration, for five seconds and without a word about us', async () => {
    const { asked, desk } = deskOver(() => 200);
    await desk.ask('orders');
    assert.deepEqual(asked, [[address, { method: 'GET', timeoutMs: 5_000 }]]);
  });

  it('is good from 200 to 299, and bad otherwise', async () => {
    for (const [status, health] of [
      [199, 'unhealthy'],
      [200, 'healthy'],
      [204, 'healthy'],
      [299, 'healthy'],
      [300, 'unhealthy'],
      [404, 'unhealthy'],
      [503, 'unhealthy'],
    ] as const) {
      assert.equal(await deskOver(() => status).desk.ask('orders'), health, String(status));
    }
  });

  it('is unknown when the service does not answer', async () => {
    const { desk } = deskOver(() => {
      throw new TargetError('orders.chromepay.example', 'ECONNREFUSED');
    });
    assert.equal(await desk.ask('orders'), 'unknown');
  });

  it('is unknown, and nobody is asked, when the configuration has no address for it (S14)', async () => {
    const { asked, desk } = deskOver(() => 200);
    for (const service of ['refunds', '', 'constructor', '__proto__', 'https://evil.example/health']) {
      assert.equal(await desk.ask(service), 'unknown', service);
    }
    assert.deepEqual(asked, []);
  });
});
