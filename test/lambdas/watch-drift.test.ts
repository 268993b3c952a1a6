/*
 * Goal: what changed behind Keyturn's back since a run is reported by name, once, and nothing is touched; what did not change
 * is no news.
 *
 * Method: a run that was rotated, verified and closed, and the days after it, on which somebody acts or nobody does.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { driftFound } from '../../core/past-runs/drift.ts';
import type { Batch, Run } from '../../core/plan.ts';
import { watchDrift } from '../../lambdas/watch-drift/step.ts';
import { asked, at, canary, key1, key2, key3, login, RunWorld, run } from './run-world.ts';

const { why: _, ...known } = asked;
const days = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => `${day}T05:00:00.000Z`);
const [first = '', second = '', third = ''] = days;

/** A run that rotated wave 1 and wave 2, closed. */
async function afterRun(): Promise<RunWorld> {
  const world = await new RunWorld().approved();
  for (const wave of [1, 2]) {
    await world.baked(wave);
    await world.judgeWave({ run, wave, phase: 'baked' });
    await world.renewExpiry({ run, wave });
  }
  await world.closeRun({ ...known, outcome: 'completed', reasons: [] });
  world.announced.length = 0;
  world.logged.length = 0;
  world.calls.length = 0;
  return world;
}

async function look(world: RunWorld, day: string) {
  world.now = at(day);
  return world.watchDrift({ at: day });
}

const drifted = (world: RunWorld, day: string): unknown[] =>
  world.document(`drift/${day}.json`).found.map(({ name, kind }: { name: string; kind: string }) => [name, kind]);
const called = (world: RunWorld) =>
  world.logged.filter((line) => (line as { message: string }).message === driftFound).length;

describe('a look at the secrets of the last runs', () => {
  it('is silent when all are as they were left, and leaves a report all the same', async () => {
    const world = await afterRun();
    assert.deepEqual(await look(world, first), { looked: 4, drifted: 0, told: 0 });
    assert.deepEqual([drifted(world, first), world.announced, called(world)], [[], [], 0]);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('names a secret that somebody rotated by hand, and tells people once', async () => {
    const world = await afterRun();
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    assert.deepEqual(await look(world, first), { looked: 4, drifted: 1, told: 1 });
    assert.deepEqual(drifted(world, first), [[key2, 'labelMoved']]);
    assert.match(
      world.announced[0]?.text ?? '',
      new RegExp(`${key2}: AWSCURRENT is on another version than the run left it on \\(run `),
    );
    assert.match(world.announced[0]?.text ?? '', new RegExp(`Report: drift/${first.replace('.', '\\.')}\\.json`));
    assert.equal(called(world), 1);

    assert.deepEqual(await look(world, second), { looked: 4, drifted: 1, told: 0 });
    assert.deepEqual([world.announced.length, called(world), drifted(world, second).length], [1, 1, 1]);
    assert.deepEqual(world.fleet.writes, [], 'nothing is touched');
  });

  it('names one whose target rejects what is current, and one that cannot be read', async () => {
    const world = await afterRun();
    const { AWSCURRENT = '' } = world.fleet.labels(key1);
    world.fleet.accepted.delete(world.fleet.held(key1).values.get(AWSCURRENT)?.text ?? '');
    world.fleet.unreadable.add(login);
    await look(world, first);
    assert.deepEqual(drifted(world, first), [
      [key1, 'rejected'],
      [login, 'unreadable'],
    ]);
  });

  it('says of a secret whose rotator is no longer configured only that it moved, if it did', async () => {
    const world = await afterRun();
    const less = { ...world.settings, rotators: {} };
    Object.defineProperty(world, 'settings', { value: less });
    assert.deepEqual(await look(world, first), { looked: 4, drifted: 0, told: 0 });
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-20T12:00:00Z'));
    await look(world, second);
    assert.deepEqual(drifted(world, second), [[key2, 'labelMoved']]);
  });

  it('takes a silent target for no news', async () => {
    const world = await afterRun();
    world.fleet.silent.add(key3);
    assert.deepEqual(await look(world, first), { looked: 4, drifted: 0, told: 0 });
  });

  it('tells of a drift again that was mended and came back, and of another one of the same secret', async () => {
    const world = await afterRun();
    const { AWSCURRENT: left = '' } = world.fleet.labels(key2);
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    await look(world, first);
    world.fleet.held(key2).labels.set('AWSCURRENT', left);
    assert.deepEqual(await look(world, second), { looked: 4, drifted: 0, told: 0 });
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-21T12:00:00Z'));
    assert.equal((await look(world, third)).told, 1);
    world.fleet.change(key2, 'v10', ['AWSCURRENT'], at('2026-11-22T12:00:00Z'));
    assert.equal((await look(world, '2026-11-23T05:00:00.000Z')).told, 1);
  });

  it('passes over what a run under way may be touching, and remembers what was told of it', async () => {
    const world = await afterRun();
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    await look(world, first);
    world.lockedBy = run;
    assert.deepEqual(await look(world, second), { looked: 0, drifted: 0, told: 0 });
    world.lockedBy = undefined;
    assert.deepEqual(await look(world, third), { looked: 4, drifted: 1, told: 0 });
  });

  it('looks 14 days back, and no millisecond more', async () => {
    const world = await afterRun();
    const { endedAt = 0 } = world.history.content?.[0] ?? {};
    const edge = (millis: number) => new Date(endedAt + 14 * 86_400_000 + millis).toISOString();
    assert.equal((await look(world, edge(-1))).looked, 4);
    assert.equal((await look(world, edge(0))).looked, 0);
  });

  it('does not look at what only an audit planned', async () => {
    const world = await afterRun();
    const [rotation] = world.history.content ?? [];
    world.history.content = [{ ...(rotation ?? assert.fail()), mode: 'audit', run: 'audit' as Run }];
    assert.equal((await look(world, first)).looked, 0);
  });

  it('fails, so that an alarm rings, when nobody can say which runs there were, or what was told', async () => {
    for (const register of ['history', 'knownDrift'] as const) {
      const world = await afterRun();
      world[register].content = undefined;
      await assert.rejects(look(world, first));
      assert.deepEqual(world.announced, []);
    }
  });

  it('tells what was seen in one tier, and then fails, when nobody can look at another', async () => {
    const world = await afterRun();
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    world.fleet.change(login, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    const { lookout } = world.ports;
    const look = async (batch: Batch) => {
      if (batch.tier === 'medium') throw new Error('no function looks at tier medium; deploy it anew');
      return lookout.look(batch);
    };
    world.now = at(first);
    const half = watchDrift({ ...world.ports, lookout: { look } });
    await assert.rejects(half({ at: first }), /nobody looked at 1 secret: no function looks at tier medium/);
    assert.deepEqual(drifted(world, first), [[key2, 'labelMoved']]);
    assert.deepEqual([world.document(`drift/${first}.json`).looked, called(world), world.announced.length], [3, 1, 1]);

    // What is known already is told once, also when the other half is seen later.
    assert.equal((await world.watchDrift({ at: second })).told, 1);
    assert.match(world.announced[1]?.text ?? '', new RegExp(login));
  });

  it('says no value of anything, and reads none itself (S9, S12)', async () => {
    const world = await afterRun();
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-19T12:00:00Z'));
    await look(world, first);
    assert.ok(!world.said.includes(canary));
  });

  it('refuses an event that does not say when', async () => {
    await assert.rejects((await afterRun()).watchDrift({}), { name: 'ZodError' });
  });
});
