import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { instant } from '../../core/instant.ts';
import { ApprovalWorld, byTwo, run, smallPlan } from './approval-world.ts';

/** As EventBridge says that an answer has come in. */
const came = (approver: string, scope = 'plan') => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { object: { key: `runs/${run}/answers/${scope}/${approver}.json` } },
});

const people = ['ada', 'grace', 'joan', 'mary'].map((name) => ({ name, email: `${name}@example.com` }));

/** Ada asked. Two of the other three must approve. */
let world: ApprovalWorld;
let paths: Readonly<Record<string, string>>;

beforeEach(async () => {
  world = new ApprovalWorld({ ...byTwo, approvers: people });
  await world.ask(smallPlan({ requestedBy: 'ada' }));
  paths = Object.fromEntries(['grace', 'joan', 'mary'].map((name) => [name, world.pathFor(name)]));
  world.announced.length = 0;
  world.posted.length = 0;
});

const answer = (approver: string, fields: Readonly<Record<string, string>> = { decision: 'approved', count: '2' }) =>
  world.post(paths[approver] ?? '', fields);

const told = () => world.announced.map(({ to }) => to);

describe('an approval after which more must approve', () => {
  it('is told to those who have not answered, and to everybody without a link', async () => {
    await answer('grace');
    assert.deepEqual(await world.requestApproval(came('grace')), { asked: ['joan', 'mary'] });

    assert.deepEqual(told(), ['joan', 'mary']);
    assert.equal(world.posted.length, 1);
    for (const { subject, text } of [...world.announced, ...world.posted]) {
      assert.match(subject, /^Keyturn prod: 1 more must approve: rotate 2 secrets\? Answer by 2026-11-19 01:15 UTC$/);
      assert.match(text, /Approved already: by grace; 1 more must approve/);
    }
    assert.doesNotMatch(JSON.stringify(world.posted), /https?:|\/review\//);
  });

  it('comes with a link that works, and leaves those that were sent before alive', async () => {
    await answer('grace');
    await world.requestApproval(came('grace'));

    assert.notEqual(world.pathFor('joan'), paths['joan']);
    for (const path of [paths['joan'] ?? '', world.pathFor('joan')])
      assert.equal((await world.get(path)).statusCode, 200);
    await world.post(world.pathFor('joan'), { decision: 'approved', count: '2' });
    assert.deepEqual(world.told, [
      { token: 'task-token', output: { decision: 'approved', digest: world.pending.get(run)?.digest } },
    ]);
  });

  it('is told once, however often S3 says that it came in', async () => {
    await answer('grace');
    await world.requestApproval(came('grace'));
    assert.deepEqual(await world.requestApproval(came('grace')), { asked: [] });
    assert.deepEqual([told(), world.posted.length], [['joan', 'mary'], 1]);
  });

  it('is told once, when S3 says so twice at the same moment', async () => {
    await answer('grace');
    await Promise.all([world.requestApproval(came('grace')), world.requestApproval(came('grace'))]);
    assert.deepEqual([told(), world.posted.length], [['joan', 'mary'], 1]);
  });

  it('is told once still, when a reminder came in between', async () => {
    await answer('grace');
    await world.requestApproval(came('grace'));
    const { digest = '' } = world.pending.get(run) ?? {};
    await world.requestApproval({ goal: 'remind', run, digest, requestedBy: 'ada', taskToken: 'second-token' });
    world.announced.length = 0;
    assert.deepEqual(await world.requestApproval(came('grace')), { asked: [] });
    assert.equal(world.pending.get(run)?.taskToken.reveal(), 'second-token');
  });

  it('is told of each, where a third is needed', async () => {
    const tiers = byTwo.tiers.map((tier) => ({ ...tier, approvals: 3 }));
    world.ports.settings = { ...world.ports.settings, tiers };
    await answer('grace');
    await world.requestApproval(came('grace'));
    await answer('joan');
    assert.deepEqual(await world.requestApproval(came('joan')), { asked: ['mary'] });
    assert.match(world.announced.at(-1)?.text ?? '', /Approved already: by grace, joan; 1 more must approve/);
    assert.deepEqual(world.pending.get(run)?.told, ['grace', 'joan']);
  });
});

describe('an answer after which nobody more is needed', () => {
  const nobodyIsTold = async (approver: string, scope = 'plan') => {
    assert.deepEqual(await world.requestApproval(came(approver, scope)), { asked: [] });
    assert.deepEqual([told(), world.posted], [[], []]);
  };

  it('is told to nobody when the quorum is complete', async () => {
    await answer('grace');
    await answer('joan');
    await nobodyIsTold('joan');
    // Also not of the first, whose event came late.
    await nobodyIsTold('grace');
  });

  it('is told to nobody when it is a rejection', async () => {
    await answer('grace', { decision: 'rejected', reason: 'not tonight' });
    await nobodyIsTold('grace');
  });

  it('is told to nobody when the time to answer is over, but a moment before', async () => {
    await answer('grace');
    const { answerBy = 0 } = world.pending.get(run) ?? {};
    world.now = instant(answerBy);
    await nobodyIsTold('grace');
    world.now = instant(answerBy - 1);
    assert.deepEqual(await world.requestApproval(came('grace')), { asked: ['joan', 'mary'] });
  });

  it('is told to nobody when nothing waits, something else does, or there is no such answer', async () => {
    await nobodyIsTold('grace');
    await answer('grace');
    await nobodyIsTold('grace', 'wave-2');
    await nobodyIsTold('ada');
    world.pending.clear();
    await nobodyIsTold('grace');
  });

  it('is told to nobody when the archived plan is another than the one that waits', async () => {
    await answer('grace');
    world.depositPlan(smallPlan({ requestedBy: 'ada', why: 'another' }));
    await nobodyIsTold('grace');
  });

  it('is not believed to be one when the event is another', async () => {
    await answer('grace');
    for (const key of [
      `runs/${run}/decision.json`,
      `runs/${run}/answers/plan/../grace.json`,
      'answers/plan/grace.json',
    ]) {
      await assert.rejects(world.requestApproval({ source: 'aws.s3', detail: { object: { key } } }));
    }
    await assert.rejects(world.requestApproval({ ...came('grace'), source: 'made.up' }));
    assert.deepEqual(told(), []);
  });
});
