import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../core/instant.ts';
import { renewExpiry } from '../../lambdas/renew-expiry/step.ts';
import { arnOf, at, key1, key2, key3, RunWorld, run } from './run-world.ts';

const verdictKey = 'runs/run-of-november/verdicts/1-baked.json';
const renewalKey = (attempt: number) => `runs/run-of-november/renewals/1/${attempt}.json`;

/** A wave that was rotated and judged. */
async function judged(before: (world: RunWorld) => void = () => {}, after: (world: RunWorld) => void = () => {}) {
  const world = await new RunWorld().approved();
  before(world);
  await world.baked();
  after(world);
  await world.judgeWave({ run, wave: 1, phase: 'baked' });
  world.calls.length = 0;
  return world;
}

describe('renewing the expiry of a wave', () => {
  it('moves the tag of every secret that was rotated, counted from the verdict, and writes nothing else', async () => {
    const world = await judged();

    assert.deepEqual(await world.renewExpiry(), { renewed: 3 });
    assert.deepEqual(
      world.renewed,
      [key1, key2, key3].map((name) => [arnOf(name), '2027-02-17']),
    );
    assert.deepEqual(world.fleet.writes.length, 3);
    assert.ok(!world.calls.some((call) => /^(read|describe|list|stage)/.test(call)));
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith('deposit')),
      [`deposit ${renewalKey(1)}`],
    );
  });

  it('leaves the tag of what was left alone: it is still due (S3)', async () => {
    const world = await judged(({ fleet }) => fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-01T00:00:00Z')));

    assert.deepEqual(await world.renewExpiry(), { renewed: 2 });
    assert.ok(!world.renewed.some(([arn]) => arn === arnOf(key2)));
  });

  it('renews nothing of a wave that is not sound, or that was not judged (S6)', async () => {
    const unsound = await judged(undefined, ({ health }) => health.set('orders', 'unknown'));
    await assert.rejects(unsound.renewExpiry(), /was judged unsound; only a sound wave is renewed/);
    assert.deepEqual(unsound.renewed, []);

    const unjudged = await (await new RunWorld().approved()).baked();
    await assert.rejects(unjudged.renewExpiry(), { name: 'NotInArchiveError' });
    assert.deepEqual(unjudged.renewed, []);
  });

  it('renews nothing of another wave than the one that was judged', async () => {
    const world = await judged();
    await assert.rejects(world.renewExpiry({ run, wave: 2 }), { name: 'NotInArchiveError' });
    assert.deepEqual(world.renewed, []);
  });

  it('renews nothing that the plan does not have, whatever the verdict says (S1)', async () => {
    const world = await judged();
    const verdict = world.document(verdictKey);
    const stranger = { arn: 'arn:stranger', name: 'stranger', kind: 'rotated' };
    world.archive.texts.set(verdictKey, JSON.stringify({ ...verdict, secrets: [...verdict.secrets, stranger] }));
    assert.deepEqual(await world.renewExpiry(), { renewed: 3 });
  });

  it('renews nothing once the wave went back, or its run was settled: an execution that is redriven comes too late (S11)', async () => {
    for (const end of ['verdicts/1-rolledBack.json', 'verdicts/1-recovered.json', 'recovery.json']) {
      const world = await judged();
      world.archive.texts.set(`runs/run-of-november/${end}`, '{}');
      await assert.rejects(world.renewExpiry(), /was sent back since, or its run was settled; start a new run/, end);
      assert.deepEqual(world.renewed, []);
    }
  });

  it('renews a wave of a run that had reported itself before it died (S11)', async () => {
    const world = await judged();
    world.archive.texts.set('runs/run-of-november/report.json', '{}');
    assert.deepEqual(await world.renewExpiry(), { renewed: 3 });
  });

  it('writes the same dates when it is delivered again, days later (S11)', async () => {
    const world = await judged();
    await world.renewExpiry();
    world.now = at('2026-11-25T00:00:00Z');
    await world.renewExpiry();
    assert.deepEqual(world.renewed.slice(3), world.renewed.slice(0, 3));
  });

  it('tries every tag, whatever became of the others, says which it could not move, and then fails', async () => {
    const world = await judged();
    const renew = async (arn: string, date: string) => {
      if (arn === arnOf(key2)) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      return world.ports.tags.renew(arn, date);
    };
    await assert.rejects(renewExpiry({ ...world.ports, tags: { renew } })({ run, wave: 1 }), {
      name: 'TagsNotMovedError',
      message: /^1 tags of wave 1 of run run-of-november could not be moved/,
    });
    assert.deepEqual(
      world.renewed.map(([arn]) => arn),
      [key1, key3].map(arnOf),
    );
    assert.deepEqual(world.document(renewalKey(1)), {
      goal: 'renew',
      moved: [key1, key3].map(arnOf),
      failed: [{ arn: arnOf(key2), name: key2, error: 'AccessDeniedException' }],
    });
  });

  it('says beside it what became of them when it is called again, and the same dates are written (S11)', async () => {
    const world = await judged();
    const renew = async () => assert.fail('no');
    await assert.rejects(renewExpiry({ ...world.ports, tags: { renew } })({ run, wave: 1 }), {
      name: 'TagsNotMovedError',
    });
    assert.deepEqual(await world.renewExpiry(), { renewed: 3 });
    assert.deepEqual(
      [1, 2].map((attempt) => world.document(renewalKey(attempt)).failed.length),
      [3, 0],
    );
    assert.equal(new Map(world.renewed).size, 3);
  });

  it('stops trying in time to say what became of each, and not a moment before', async () => {
    const late = async (seconds: number) => {
      const world = await judged();
      const renew = async (arn: string, date: string) => {
        await world.ports.tags.renew(arn, date);
        if (arn === arnOf(key1)) world.now = instant(world.now + seconds * 1_000);
      };
      await renewExpiry({ ...world.ports, tags: { renew } })({ run, wave: 1 }).catch(() => {});
      return world.document(renewalKey(1)).failed.map(({ error }: { error: string }) => error);
    };
    assert.deepEqual([await late(239), await late(240)], [[], ['outOfTime', 'outOfTime']]);
  });

  it('moves no tag to a date that nobody knows, when the rotator is configured no more', async () => {
    const world = await judged();
    const rotators = { ...world.settings.rotators };
    delete (rotators as Record<string, unknown>)['http-api-key'];
    const step = renewExpiry({ ...world.ports, settings: { ...world.settings, rotators } });
    await assert.rejects(step({ run, wave: 1 }), { name: 'TagsNotMovedError' });
    assert.ok(world.document(renewalKey(1)).failed.every(({ error }: { error: string }) => error === 'noSuchRotator'));
  });
});

describe('putting the expiry of a wave back', () => {
  const recoveredKey = 'runs/run-of-november/verdicts/1-recovered.json';
  const putBack = { goal: 'put back', run, wave: 1 };
  const recovered = (...kinds: readonly string[]) =>
    JSON.stringify({
      wave: 1,
      secrets: [key1, key2, key3].map((name, index) => ({ arn: arnOf(name), name, kind: kinds[index] })),
    });

  it('writes what the plan recorded, for what went back and nothing else (S11)', async () => {
    const world = await judged();
    world.archive.texts.set(recoveredKey, recovered('rolledBack', 'held', 'untouched'));
    assert.deepEqual(await world.renewExpiry(putBack), { renewed: 1 });
    assert.deepEqual(world.renewed, [[arnOf(key1), '2026-11-13']]);
  });

  it('writes nothing for a wave that was never renewed, since it was not sound', async () => {
    const unsound = await judged(undefined, ({ health }) => health.set('orders', 'unknown'));
    const unjudged = await (await new RunWorld().approved()).baked();
    for (const world of [unsound, unjudged]) {
      world.archive.texts.set(recoveredKey, recovered('rolledBack', 'rolledBack', 'rolledBack'));
      assert.deepEqual(await world.renewExpiry(putBack), { renewed: 0 });
      assert.deepEqual(world.renewed, []);
    }
  });

  it('says of which it could not, and tries the others', async () => {
    const world = await judged();
    world.archive.texts.set(recoveredKey, recovered('rolledBack', 'rolledBack', 'held'));
    const renew = async (arn: string, date: string) =>
      arn === arnOf(key1) ? assert.fail('no') : world.ports.tags.renew(arn, date);
    await assert.rejects(renewExpiry({ ...world.ports, tags: { renew } })(putBack), { name: 'TagsNotMovedError' });
    assert.deepEqual(world.renewed, [[arnOf(key2), '2026-11-13']]);
    const { goal, failed } = world.document(renewalKey(1));
    assert.deepEqual([goal, failed.map(({ name }: { name: string }) => name)], ['put back', [key1]]);
  });

  it('writes nothing before it is known what went back', async () => {
    const world = await judged();
    await assert.rejects(world.renewExpiry(putBack), { name: 'NotInArchiveError' });
    assert.deepEqual(world.renewed, []);
  });
});
