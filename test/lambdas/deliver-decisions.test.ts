import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import { ApprovalWorld, asOf, run, smallPlan } from './approval-world.ts';

const approve = { decision: 'approved', count: '2' };

/** A plan that was answered, with a run that has not heard of it. */
async function unheard(answer: Readonly<Record<string, string>> = approve) {
  const world = new ApprovalWorld();
  const digest = await world.ask(smallPlan());
  world.callback = 'lost';
  assert.equal((await world.post(world.pathFor('grace'), answer)).statusCode, 202);
  assert.deepEqual(world.told, []);
  world.callback = 'delivered';
  return { world, digest };
}

describe('S11 a decision whose run has not heard of it', () => {
  it('is told to it, as it is on record', async () => {
    const { world, digest } = await unheard();
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [run] });
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'approved', digest } }]);
  });

  it('may be a rejection', async () => {
    const { world, digest } = await unheard({ decision: 'rejected', reason: 'a freeze begins' });
    await world.deliverDecisions({ sweep: true });
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'rejected', digest } }]);
  });

  it('is told until the moment at which nobody waits for it any more, and not from then on', async () => {
    const { world } = await unheard();
    const { answerBy } = world.pending.get(run) ?? assert.fail();
    world.now = answerBy;
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual(world.told, []);

    world.now = instant(answerBy - 1);
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [run] });
  });

  it('is no news to a run that heard of it: nobody is woken twice', async () => {
    const { world } = await unheard();
    world.callback = 'closed';
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual(world.warnings, []);
  });

  it('of another run is told, too, when one cannot be; and the sweep fails, so that people hear of it', async () => {
    const { world } = await unheard();
    const gone = 'gone' as Run;
    const pending = world.pending.get(run) ?? assert.fail();
    world.pending.clear();
    world.pending.set(gone, { ...pending, run: gone });
    world.pending.set(run, pending);
    const fetch = world.archive.fetch.bind(world.archive);
    world.archive.fetch = (key) =>
      key === archiveKeys.decision(gone) ? Promise.reject(new Error('lost')) : fetch(key);

    await assert.rejects(world.deliverDecisions({ sweep: true }), /not told of their decisions: gone;/);
    assert.equal(world.told.length, 1);
  });
});

describe('S1 a plan without a decision of its own', () => {
  it('is left waiting when nothing is decided', async () => {
    const world = new ApprovalWorld();
    await world.ask(smallPlan());
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual([world.told, world.archive.texts.has(archiveKeys.decision(run))], [[], false]);
  });

  for (const [what, otherwise] of [
    ['another run', { run: 'another-run' }],
    ['another plan', { digest: `sha256:${'0'.repeat(64)}` }],
  ] as const) {
    it(`is left waiting when what is on record is about ${what}`, async () => {
      const { world } = await unheard();
      const key = archiveKeys.decision(run);
      const { decision, seal } = JSON.parse(world.archive.texts.get(key) ?? '');
      world.archive.texts.set(key, JSON.stringify({ decision: { ...decision, ...otherwise }, seal }));
      assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
      assert.deepEqual(world.told, []);
    });
  }

  it('is not touched by anybody who asks for something else', async () => {
    const { world } = await unheard();
    for (const event of [undefined, {}, { sweep: false }, { run }]) await assert.rejects(world.deliverDecisions(event));
    assert.deepEqual([world.told, world.now], [[], asOf]);
  });
});
