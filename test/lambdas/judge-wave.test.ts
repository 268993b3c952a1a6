import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { canonicalJson } from '../../core/canonical.ts';
import type { Batch } from '../../core/plan.ts';
import { contradictionFound } from '../../core/verdict/contradiction.ts';
import { arnOf, canary, key1, key2, key3, RunWorld, run } from './run-world.ts';

const verdictKey = 'runs/run-of-november/verdicts/1-baked.json';
const linesKey = 'runs/run-of-november/waves/1.jsonl';
const probeKey = (phase: string, index = 0) => `runs/run-of-november/probes/1/${phase}/${index}.json`;
const bakedEvent = { run, wave: 1, phase: 'baked' };

/** The verdict on a wave that was rotated well, but for one thing. */
async function verdictOf(alter: (world: RunWorld) => unknown, more: ConstructorParameters<typeof RunWorld>[0] = {}) {
  const world = await (await new RunWorld(more).approved()).baked();
  await alter(world);
  world.calls.length = 0;
  const judged = await world.judgeWave(bakedEvent);
  assert.deepEqual(
    world.calls.filter((call) => !/^(fetch|deposit|health|alarms)/.test(call)),
    [],
    'it reaches no secret',
  );
  const { verdict, reasons } = world.document(verdictKey);
  assert.deepEqual(judged, { next: verdict === 'sound' ? 'go on' : 'back', reasons });
  return [judged.next, ...judged.reasons];
}

const rewrite = (edit: (batches: Batch[]) => unknown[]) => (world: RunWorld) =>
  world.archive.texts.set(linesKey, edit(world.batches(1)).map(canonicalJson).join('\n'));

const calls = (world: RunWorld) =>
  world.logged.filter((line) => (line as { message: string }).message === contradictionFound);

describe('S10 a contradiction', () => {
  it('calls people when the judge finds it, and sends the wave back', async () => {
    const world = await (await new RunWorld().approved()).baked();
    const probed = world.document(probeKey('baked'));
    const moved = probed.sightings.map((one: { name: string }) =>
      one.name === key1 ? { ...one, versionId: 'v9' } : one,
    );
    world.archive.texts.set(probeKey('baked'), JSON.stringify({ ...probed, sightings: moved }));
    assert.equal((await world.judgeWave(bakedEvent)).next, 'back');
    const found = { run, wave: 1, phase: 'baked', contradictions: [`claimContradicted: ${key1}`] };
    assert.deepEqual(calls(world), [{ level: 'error', message: contradictionFound, ...found }]);
  });

  it('is no mere failure, which sends the wave back and calls nobody', async () => {
    const world = await new RunWorld().approved();
    world.fleet.refusing.add(key2);
    await world.baked();
    assert.equal((await world.judgeWave(bakedEvent)).next, 'back');
    await world.turnWave('roll back');
    await world.judgeWave({ run, wave: 1, phase: 'rolledBack' });
    assert.deepEqual(calls(world), []);
  });
});

describe('judging a wave after its bake', () => {
  it('finds it sound when claims, sightings, services and alarms all are', async () => {
    const world = await (await new RunWorld().approved()).baked();

    assert.deepEqual(await world.judgeWave(bakedEvent), { next: 'go on', reasons: [] });
    assert.deepEqual(world.document(verdictKey), {
      wave: 1,
      judgedAt: Date.UTC(2026, 10, 19, 2, 30),
      verdict: 'sound',
      reasons: [],
      secrets: [key1, key2, key3].map((name) => ({ arn: arnOf(name), name, kind: 'rotated' })),
      verification: { claims: 3, confirmed: 3, contradicted: 0 },
    });
  });

  it('asks each service of the wave once, and every alarm that the configuration names', async () => {
    const world = await (await new RunWorld().approved()).baked();
    await world.judgeWave(bakedEvent);
    assert.deepEqual(
      world.calls.filter((call) => /^(health|alarms)/.test(call)),
      ['health orders', 'alarms checkout-errors'],
    );
  });

  for (const [what, alter, reason] of [
    ['a service is not well', ({ health }) => health.set('orders', 'unhealthy'), 'serviceUnhealthy: orders'],
    ['a service cannot be asked', ({ health }) => health.set('orders', 'unknown'), 'serviceUnknown: orders'],
    [
      'an alarm rings',
      (world) => Object.assign(world, { ringing: ['checkout-errors'] }),
      'alarmRinging: checkout-errors',
    ],
    ['the alarms cannot be read', (world) => Object.assign(world, { ringing: undefined }), 'alarmsUnreadable: all'],
  ] as [string, (world: RunWorld) => unknown, string][]) {
    it(`sends it back when ${what} (S6)`, async () => {
      assert.deepEqual(await verdictOf(alter), ['back', reason]);
    });
  }

  it('does not care for the services of other waves', async () => {
    assert.deepEqual(await verdictOf(({ health }) => health.set('ledger', 'unhealthy')), ['go on']);
  });

  it('sends it back when a target has come to reject what it accepted before the bake (S6)', async () => {
    const world = await new RunWorld().approved();
    await world.turnWave('rotate');
    world.fleet.refusing.add(key2);
    await world.probeBatch({ phase: 'baked', run, batch: world.batch() });
    assert.deepEqual(await world.judgeWave(bakedEvent), {
      next: 'back',
      reasons: [`doubt: batch 0: rejected: ${key2}`],
    });
  });

  it('doubts a wave that nobody probed, right after its rotation or after its bake (S6)', async () => {
    const unprobed = ({ archive }: RunWorld) => archive.texts.delete(probeKey('rotated'));
    assert.deepEqual(await verdictOf(unprobed), ['back', 'doubt: batch 0: noAnswer']);

    const unbaked = ({ archive }: RunWorld) => archive.texts.delete(probeKey('baked'));
    assert.deepEqual(await verdictOf(unbaked), [
      'back',
      ...[key1, key2, key3].map((name) => `doubt: batch 0: unreadable: ${name}`),
    ]);
  });

  it('holds what was claimed right after the rotation against what is seen now (S10)', async () => {
    const contradicted = (world: RunWorld) => {
      const probed = world.document(probeKey('baked'));
      probed.sightings[1].versionId = 'v1';
      world.archive.texts.set(probeKey('baked'), JSON.stringify(probed));
    };
    assert.deepEqual(await verdictOf(contradicted), ['back', `doubt: batch 0: claimContradicted: ${key2}`]);
  });

  it('sends back a wave of whose file a batch is not the planned one (S1)', async () => {
    const forged = rewrite(([batch]) => [{ ...batch, secrets: batch?.secrets.slice(1) }]);
    assert.deepEqual(await verdictOf(forged), ['back', 'batchNotInPlan: batch 0']);
  });

  it('sends back a wave whose file holds a batch of another wave (S1)', async () => {
    const mixed = async (world: RunWorld) => {
      const [other] = world.batches(2);
      rewrite((batches) => [...batches, other])(world);
    };
    assert.deepEqual(await verdictOf(mixed), ['back', 'batchNotInPlan: batch 0']);
  });

  it('sends back a wave of whose file a batch is missing (S1)', async () => {
    const more = { batchSize: 2 };
    assert.deepEqual(
      await verdictOf(
        rewrite(([first]) => [first]),
        more,
      ),
      ['back', 'batchMissing: batch 1'],
    );
    assert.deepEqual(
      await verdictOf(
        rewrite(([, second]) => [second]),
        more,
      ),
      ['back', 'batchMissing: batch 0'],
    );
  });

  it('fails, so that the workflow sends the wave back, when a line is no batch (S6)', async () => {
    const world = await (await new RunWorld().approved()).baked();
    world.archive.texts.set(linesKey, 'forged');
    await assert.rejects(world.judgeWave(bakedEvent), SyntaxError);
    assert.equal(world.document(verdictKey), undefined);
  });

  it('gives the verdict that it deposited when it is delivered again, whatever has changed since (S11)', async () => {
    const world = await (await new RunWorld().approved()).baked();
    world.health.set('orders', 'unhealthy');
    const first = await world.judgeWave(bakedEvent);
    world.health.set('orders', 'healthy');
    assert.deepEqual(await world.judgeWave(bakedEvent), first);

    const sound = await (await new RunWorld().approved()).baked();
    await sound.judgeWave(bakedEvent);
    const before = sound.archive.texts.get(verdictKey);
    sound.health.set('orders', 'unhealthy');
    assert.deepEqual(await sound.judgeWave(bakedEvent), { next: 'go on', reasons: [] });
    assert.equal(sound.archive.texts.get(verdictKey), before);
  });

  it('counts what drifted as left alone, and nothing of it as claimed (S3)', async () => {
    const world = await new RunWorld().approved();
    world.fleet.tag(key2, { expirationDate: '2027-02-28' });
    await world.baked();
    assert.equal((await world.judgeWave(bakedEvent)).next, 'go on');
    const { secrets, verification } = world.document(verdictKey);
    assert.deepEqual([secrets[1].kind, secrets[1].reason], ['leftAlone', 'notDue']);
    assert.deepEqual(verification, { claims: 2, confirmed: 2, contradicted: 0 });
  });

  it('tells no value (S12)', async () => {
    const world = await (await new RunWorld().approved()).baked();
    await world.judgeWave(bakedEvent);
    assert.ok(!world.said.includes(canary));
  });
});
