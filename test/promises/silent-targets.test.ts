/*
 * Goal: a target that is down keeps no secret of another from being looked at, or from going back (S4, S6).
 *
 * Method: the steps over ports in memory, on a batch as large as the settings allow, all but the last secret of which are of
 * targets that let whoever asks wait for five seconds and then say nothing. Lambda ends both functions after 300 seconds.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CandidateBatch, Fact } from '../../core/planning/draft.ts';
import type { Prober } from '../../core/ports.ts';
import { probeBatch } from '../../lambdas/probe-batch/step.ts';
import { arnOf, key1, key2, key3, RunWorld, run } from '../lambdas/run-world.ts';

const names = Array.from({ length: 20 }, (_, index) => `prod/low/orders/${String(index).padStart(2, '0')}`);
const last = names[19] ?? '';

class Slow extends RunWorld {
  constructor() {
    const caps = { secrets: 60, percentOfFleet: 100, secretsPerDay: 60 };
    super(
      { batchSize: 20, waveSizes: [20], caps },
      names.map((name) => ({ name })),
    );
    for (const name of [key1, key2, key3]) this.fleet.forget(name);
  }

  override get ports() {
    const ports = super.ports;
    const { fleet } = this;
    const proberFor = (): Prober => ({
      ask: async (value) => {
        if (fleet.silent.has(JSON.parse(value.reveal()).client)) await ports.clock.sleep(5_000);
        return fleet.proberFor().ask(value);
      },
    });
    return { ...ports, proberFor };
  }

  /** All of their targets go down but the last one's. */
  goDown(): void {
    for (const name of names) if (name !== last) this.fleet.silent.add(name);
  }

  /** How many seconds some work takes. */
  async seconds(work: () => Promise<unknown>): Promise<number> {
    const began = this.now;
    await work();
    return (this.now - began) / 1_000;
  }
}

const candidates = (more: object = {}): CandidateBatch => ({
  run,
  index: 0,
  tier: 'low',
  secrets: names.map((name) => ({
    name,
    arn: arnOf(name),
    tier: 'low',
    service: 'orders',
    rotator: 'http-api-key',
    strategy: 'overlap',
    probe: 'http',
    currentVersion: 'v1',
    expirationDate: '2026-11-01',
    daysOverdue: 17,
    ...more,
  })),
});

describe('while targets are down', () => {
  for (const [mode, more] of [
    ['rotation', {}],
    ['restore', { before: { version: 'v1', expirationDate: '2026-11-01' } }],
  ] as const) {
    it(`the preflight of a ${mode} ends in time, and says of the secret beside them that it works (S4)`, async () => {
      const world = new Slow();
      world.goDown();
      const batch = candidates(more);
      const seconds = await world.seconds(() => world.probeBatch({ phase: 'preflight', run, batch }));
      assert.ok(seconds < 290, `${seconds} seconds`);
      const facts: Fact[] = world.document('runs/run-of-november/preflight/0.json');
      assert.deepEqual(
        facts.map(({ answer }) => answer),
        [...Array(19).fill('unknown'), 'accepted'],
      );
    });
  }

  it('a service that says nothing of a key is not asked besides how the old one stands (S7)', async () => {
    const world = new Slow();
    world.goDown();
    let asked = 0;
    const standings = {
      compare: () => 'apart' as const,
      ask: async () => {
        asked += 1;
        return { state: 'active', lastUsed: 'never' } as const;
      },
    };
    const old = { version: 'v1', retirement: 'deactivate', replacedBy: run, replacedAt: 0, unusedSince: 0 };
    const look = probeBatch({ ...world.ports, standingsFor: () => standings });
    const seconds = await world.seconds(() => look({ phase: 'preflight', run, batch: candidates({ old }) }));
    assert.ok(seconds < 290, `${seconds} seconds`);
    const facts: Fact[] = world.document('runs/run-of-november/preflight/0.json');
    assert.deepEqual([asked, facts[0]?.old?.state, facts[0]?.old?.identity], [1, 'unknown', 'apart']);
    assert.deepEqual([facts[19]?.old?.state, facts[19]?.old?.lastUsed], ['active', 'never']);
  });

  it('what was rotated beside them still goes back before the time to write is over (S6)', async () => {
    const world = await new Slow().approved();
    await world.turnWave('rotate');
    assert.equal(
      world.fleet.labels(last)['AWSCURRENT'],
      world.batch().secrets.find(({ name }) => name === last)?.newVersion,
    );
    world.goDown();
    const answer = await world.turn('roll back');
    const claims = answer.kind === 'turned' ? answer.claims : [];
    const said = claims.map((claim) => (claim.kind === 'failed' ? claim.reason : claim.kind));
    assert.deepEqual(said, [...Array(19).fill('oldUnknown'), 'back']);
    assert.equal(world.fleet.labels(last)['AWSCURRENT'], 'v1');
  });
});
