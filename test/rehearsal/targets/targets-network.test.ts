import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { TargetError } from '../../../adapters/network.ts';
import { instant } from '../../../core/instant.ts';
import { type HttpTarget, serve } from '../../../rehearsal/targets/http-target.ts';
import { LoopbackNetwork } from '../../../rehearsal/targets/loopback-network.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

/** 2026-11-18T19:15:00Z */
const start = instant(1_795_029_300_000);

describe('the loopback network', () => {
  const asking = { method: 'GET', timeoutMs: 5_000 } as const;
  const withServer = async (
    target: HttpTarget,
    use: (network: LoopbackNetwork, clock: VirtualTime) => Promise<void>,
  ) => {
    const clock = new VirtualTime(start);
    const network = new LoopbackNetwork(clock);
    const server = await serve(target);
    network.open('health.chromepay.example', server.port);
    try {
      await use(network, clock);
    } finally {
      await server.stop();
    }
  };

  it('leads a host to its server, with path, query, headers and body', async () => {
    await withServer(
      ({ method, path, headers, body }) => ({ status: 207, content: [method, path, headers['x'], body] }),
      async (network) => {
        const answer = await network.fetch('https://health.chromepay.example/a?b=c', {
          ...asking,
          method: 'POST',
          headers: { X: 'y' },
          body: 'z',
        });
        assert.deepEqual([answer.status, await answer.text()], [207, '["POST","/a?b=c","y","z"]']);
      },
    );
  });

  it('leads any other host nowhere, and one that was closed', async () => {
    await withServer(
      () => ({ status: 200 }),
      async (network) => {
        const gone = (error: unknown) => error instanceof TargetError && error.code === 'ECONNREFUSED';
        await assert.rejects(network.fetch('https://elsewhere.example/', asking), gone);
        network.close('health.chromepay.example');
        await assert.rejects(network.fetch('https://health.chromepay.example/', asking), gone);
      },
    );
  });

  it('lets no virtual time pass while a server works', async () => {
    await withServer(
      () => ({ status: 200 }),
      async (network, clock) => {
        const first = await clock.run(
          Promise.race([
            network.fetch('https://health.chromepay.example/', asking).then(() => 'answer'),
            clock.sleep(1).then(() => 'clock'),
          ]),
        );
        assert.deepEqual([first, clock.now()], ['answer', start]);
      },
    );
  });

  it('answers 500 for a target that fails', async () => {
    await withServer(
      () => assert.fail('it fails'),
      async (network) => {
        assert.equal((await network.fetch('https://health.chromepay.example/', asking)).status, 500);
      },
    );
  });
});
