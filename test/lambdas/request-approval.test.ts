import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { sha256 } from '../../adapters/sha256.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import { ApprovalWorld, asOf, run, settings, smallPlan } from './approval-world.ts';

const event = (world: ApprovalWorld, requestedBy = 'ada') => ({
  run,
  digest: world.depositPlan(smallPlan({ requestedBy })),
  requestedBy,
  taskToken: 'task-token',
});

describe('asking for an approval', () => {
  it('asks everyone who may approve, and not the one who asked (S1)', async () => {
    const world = new ApprovalWorld();

    assert.deepEqual(await world.requestApproval(event(world)), { asked: ['grace', 'joan'] });
    assert.deepEqual(
      world.announced.map(({ to }) => to),
      ['grace', 'joan'],
    );
  });

  it('gives everyone a link of their own, which the desk knows by its hash only', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));

    const links = ['grace', 'joan'].map((approver) => world.pathFor(approver).split('/').at(-1) ?? '');
    assert.equal(new Set(links).size, 2);
    assert.deepEqual(
      world.pending.get(run)?.invitations.map(({ linkHash }) => linkHash),
      links.map((link) => sha256(link)),
    );
    for (const link of links) assert.ok(!inspect(world.pending, { depth: 9 }).includes(link));
  });

  it('lays the plan on the desk until the run stops waiting', async () => {
    const world = new ApprovalWorld();
    const { digest } = event(world);
    await world.requestApproval({ ...event(world) });

    const { invitations, taskToken, ...pending } = world.pending.get(run) ?? assert.fail('nothing was laid');
    assert.equal(taskToken.reveal(), 'task-token');
    assert.deepEqual(pending, {
      run,
      digest,
      requestedBy: 'ada',
      askedAt: asOf,
      answerBy: Date.UTC(2026, 10, 19, 1, 15),
      expiresAt: Date.UTC(2026, 10, 19, 19, 15),
    });
  });

  it('keeps the task token out of every message and every log line (S12)', async () => {
    const world = new ApprovalWorld();
    const answer = await world.requestApproval(event(world));

    assert.ok(!JSON.stringify([world.announced, world.logged, answer]).includes('task-token'));
    assert.ok(!inspect(world.pending, { depth: 9 }).includes('task-token'));
  });

  it('keeps links out of its answer and its log', async () => {
    const world = new ApprovalWorld();
    const answer = await world.requestApproval(event(world));
    const link = world.pathFor('grace').split('/').at(-1) ?? '';

    assert.ok(!JSON.stringify([world.logged, answer]).includes(link));
  });

  it('asks again with new links when it is called again, and the old ones die', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));
    const old = world.pathFor('grace');
    await world.requestApproval({ ...event(world), taskToken: 'second-token' });

    assert.equal((await world.get(old)).statusCode, 404);
    assert.equal((await world.get(world.pathFor('grace'))).statusCode, 200);
    assert.equal(world.pending.get(run)?.taskToken.reveal(), 'second-token');
  });

  it('lays the plan before it tells anybody', async () => {
    const world = new ApprovalWorld();
    const announcer = { announce: async () => assert.equal(world.pending.size, 1) };
    await requestApproval({ ...world.ports, announcer })(event(world));
  });

  it('fails when nobody but the one who asked may approve, and tells nobody', async () => {
    const world = new ApprovalWorld();
    const alone = requestApproval({
      ...world.ports,
      settings: { ...settings, approvers: settings.approvers.slice(0, 1) },
    });

    await assert.rejects(alone(event(world)), {
      name: 'NoEligibleApproverError',
      message: /nobody but 'ada'.* configure another approver/,
    });
    assert.deepEqual([world.announced, world.pending.size], [[], 0]);
  });

  it('fails when the archived plan is not the one that it was asked about', async () => {
    for (const change of [
      { digest: `sha256:${'0'.repeat(64)}` },
      { requestedBy: 'somebody-else' },
      { run: 'another-run' },
    ]) {
      const world = new ApprovalWorld();
      await assert.rejects(world.requestApproval({ ...event(world), ...change }), /OtherPlanError|NotInArchiveError/);
      assert.deepEqual(world.announced, []);
    }
  });

  it('refuses an event that is not one, without quoting it', async () => {
    const world = new ApprovalWorld();
    const wrong = { ...event(world), run: '../../etc', taskToken: 'very-secret-token' };
    await assert.rejects(world.requestApproval(wrong), (error: Error) => !String(error).includes('very-secret-token'));
  });
});
