import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { canonicalJson } from '../../core/canonical.ts';
import { key1, key2, key3, RunWorld, run } from './run-world.ts';

const backEvent = { run, wave: 1, phase: 'rolledBack' };
const verdictKey = 'runs/run-of-november/verdicts/1-rolledBack.json';
const linesKey = 'runs/run-of-november/waves/1.jsonl';
const kindsOf = (world: RunWorld): unknown[] =>
  world.document(verdictKey).secrets.map(({ kind }: { kind: string }) => kind);

/** A wave whose second secret its target refused. */
async function failed(): Promise<RunWorld> {
  const world = await new RunWorld().approved();
  world.fleet.refusing.add(key2);
  return world.turnWave('rotate');
}

describe('judging a wave that was sent back', () => {
  it('ends as rolled back when every secret is seen on its recorded version, and says what sent it (S6)', async () => {
    const world = await (await failed()).turnWave('roll back');

    assert.deepEqual(await world.judgeWave(backEvent), {
      next: 'end',
      outcome: 'rolled-back',
      reasons: [`batch 0: failed: ${key2}: newRejected`],
    });
    assert.deepEqual(kindsOf(world), ['rolledBack', 'rolledBack', 'untouched']);
    assert.deepEqual(world.document(verdictKey).verdict, 'back');
    assert.deepEqual(world.document(verdictKey).verification, { claims: 1, confirmed: 1, contradicted: 0 });
  });

  it('quotes the verdict after the bake when that sent it back', async () => {
    const world = await (await new RunWorld().approved()).baked();
    world.health.set('orders', 'unhealthy');
    await world.judgeWave({ run, wave: 1, phase: 'baked' });
    await world.turnWave('roll back');

    assert.deepEqual(await world.judgeWave(backEvent), {
      next: 'end',
      outcome: 'rolled-back',
      reasons: ['serviceUnhealthy: orders'],
    });
    assert.deepEqual(kindsOf(world), ['rolledBack', 'rolledBack', 'rolledBack']);
  });

  it('never says nothing of why: a step that failed before anybody judged leaves no reason behind, and a lost verdict none', async () => {
    const unjudged = { next: 'end', outcome: 'rolled-back', reasons: ['unjudged: wave 1'] };
    // No probe after the bake came to its end, or nobody could judge.
    const unseen = await (await (await new RunWorld().approved()).turnWave('rotate')).turnWave('roll back');
    assert.deepEqual(await unseen.judgeWave(backEvent), unjudged);

    // It was judged sound, and the workflow did not hear of it.
    const unheard = await (await new RunWorld().approved()).baked();
    await unheard.judgeWave({ run, wave: 1, phase: 'baked' });
    await unheard.turnWave('roll back');
    assert.deepEqual(await unheard.judgeWave(backEvent), unjudged);

    await unheard.closeRun({
      run,
      startedAt: '2026-11-18T19:15:00Z',
      mode: 'rotate',
      requestedBy: 'requester',
      ...unjudged,
    });
    assert.match(
      unheard.announced[0]?.text ?? '',
      /a step failed before anybody knew whether it is sound; the execution says which/,
    );
  });

  it('asks no service and no alarm, and reaches no secret: nothing may keep a wave from being back (S8)', async () => {
    const world = await (await failed()).turnWave('roll back');
    world.calls.length = 0;
    await world.judgeWave(backEvent);
    assert.deepEqual(
      world.calls.filter((call) => !/^(fetch|deposit) /.test(call)),
      [],
    );
  });

  it('halts the run when a secret could not be sent back, and calls it held (S6)', async () => {
    const world = await failed();
    world.fleet.silent.add(key1);
    await world.turnWave('roll back');

    const judged = await world.judgeWave(backEvent);
    assert.deepEqual(judged, {
      next: 'end',
      outcome: 'halted',
      reasons: [`batch 0: failed: ${key2}: newRejected`, `held: ${key1}: oldUnknown`],
    });
    assert.deepEqual(kindsOf(world), ['held', 'rolledBack', 'untouched']);
  });

  it('believes no claim to be back that is not seen to be so (S10)', async () => {
    const world = await failed();
    const answer = await world.turn('roll back');
    world.fleet.held(key1).labels.set('AWSCURRENT', world.batch().secrets[0]?.newVersion ?? '');
    await world.probeBatch({ phase: 'rolledBack', run, batch: world.batch(), answer });

    const judged = await world.judgeWave(backEvent);
    assert.deepEqual(judged.next === 'end' && [judged.outcome, judged.reasons.at(-1)], [
      'halted',
      `held: ${key1}: claimContradicted: ${key1}`,
    ]);
  });

  it('holds everything of a batch that nobody probed, or that gave no answer (S6)', async () => {
    const world = await failed();
    const unprobed = await world.judgeWave(backEvent);
    assert.equal(unprobed.next === 'end' && unprobed.outcome, 'halted');
    assert.deepEqual(kindsOf(world), ['held', 'held', 'held']);
    assert.deepEqual(
      world.document(verdictKey).secrets.map(({ reason }: { reason: string }) => reason),
      ['noAnswer', 'noAnswer', 'noAnswer'],
    );

    const dead = await failed();
    const answer = { kind: 'failed', error: 'Lambda.Unknown' };
    await dead.probeBatch({ phase: 'rolledBack', run, batch: dead.batch(), answer });
    await dead.judgeWave(backEvent);
    assert.deepEqual(kindsOf(dead), ['held', 'held', 'held']);
    assert.equal(dead.document(verdictKey).secrets[0].reason, 'noAnswer: Lambda.Unknown');
  });

  it('halts the run when somebody tampered with a batch, though nothing of it was touched (S1)', async () => {
    const world = await new RunWorld().approved();
    const [batch] = world.batches(1);
    const forged = { ...batch, secrets: batch?.secrets.map((secret) => ({ ...secret, newVersion: 'v9' })) };
    world.archive.texts.set(linesKey, canonicalJson(forged));
    await (await world.turnWave('rotate')).turnWave('roll back');

    const judged = await world.judgeWave(backEvent);
    assert.deepEqual(judged, {
      next: 'end',
      outcome: 'halted',
      reasons: ['batch 0: notStarted: batchNotInPlan'],
    });
    assert.deepEqual(kindsOf(world), ['untouched', 'untouched', 'untouched']);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('holds what was rotated and can no longer be sent back because its batch was altered in between (S1)', async () => {
    const world = await new RunWorld().approved();
    await world.turnWave('rotate');
    const [batch] = world.batches(1);
    const forged = { ...batch, secrets: batch?.secrets.map((secret) => ({ ...secret, currentVersion: 'v9' })) };
    world.archive.texts.set(linesKey, canonicalJson(forged));
    await world.turnWave('roll back');

    const judged = await world.judgeWave(backEvent);
    assert.equal(judged.next === 'end' && judged.outcome, 'halted');
    assert.deepEqual(kindsOf(world), ['held', 'held', 'held']);
  });

  it('holds a batch that has vanished from the wave’s file: nobody knows whether it is back (S1)', async () => {
    const world = await new RunWorld({ batchSize: 2 }).approved();
    await world.turnWave('rotate');
    world.archive.texts.set(linesKey, canonicalJson(world.batch(1, 0)));
    await world.turnWave('roll back');

    const judged = await world.judgeWave(backEvent);
    assert.deepEqual(judged, { next: 'end', outcome: 'halted', reasons: ['batchMissing: batch 1'] });
  });

  it('rolls back, and does not halt, a wave that the switch or another batch stopped (S8)', async () => {
    const world = await new RunWorld({ batchSize: 2 }).approved();
    world.fleet.refusing.add(key1);
    await (await world.turnWave('rotate')).turnWave('roll back');

    const judged = await world.judgeWave(backEvent);
    assert.equal(judged.next === 'end' && judged.outcome, 'rolled-back');
    assert.deepEqual(judged.reasons, [
      `batch 0: failed: ${key1}: newRejected`,
      'batch 1: notStarted: goAheadWithdrawn',
    ]);
    assert.deepEqual(kindsOf(world), ['rolledBack', 'untouched', 'untouched']);
    assert.equal(world.fleet.labels(key3)['AWSCURRENT'], 'v1');
  });

  it('gives the verdict that it deposited when it is delivered again (S11)', async () => {
    const world = await failed();
    const first = await world.judgeWave(backEvent);
    await world.turnWave('roll back');
    assert.deepEqual(await world.judgeWave(backEvent), first);
  });
});
