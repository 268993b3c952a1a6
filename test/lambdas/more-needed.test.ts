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

const people = ['requester', 'first-approver', 'second-approver', 'third-approver'].map((name) => ({
  name,
  email: `${name}@example.com`,
}));

/** Requester asked. Two of the other three must approve. */
let world: ApprovalWorld;
let paths: Readonly<Record<string, string>>;

beforeEach(async () => {
  world = new ApprovalWorld({ ...byTwo, approvers: people });
  await world.ask(smallPlan({ requestedBy: 'requester' }));
  paths = Object.fromEntries(
    ['first-approver', 'second-approver', 'third-approver'].map((name) => [name, world.pathFor(name)]),
  );
  world.announced.length = 0;
  world.posted.length = 0;
});

const answer = (approver: string, fields: Readonly<Record<string, string>> = { decision: 'approved', count: '2' }) =>
  world.post(paths[approver] ?? '', fields);

const told = () => world.announced.map(({ to }) => to);

describe('an approval after which more must approve', () => {
  it('is told to those who have not answered, and to everybody without a link', async () => {
    await answer('first-approver');
    assert.deepEqual(await world.requestApproval(came('first-approver')), {
      asked: ['second-approver', 'third-approver'],
    });

    assert.deepEqual(told(), ['second-approver', 'third-approver']);
    assert.equal(world.posted.length, 1);
    for (const { subject, text } of [...world.announced, ...world.posted]) {
      assert.match(subject, /^Keyturn prod: 1 more must approve: rotate 2 secrets\? Answer by 2026-11-19 01:15 UTC$/);
      assert.match(text, /Approved already: by first-approver; 1 more must approve/);
    }
    assert.doesNotMatch(JSON.stringify(world.posted), /https?:|\/review\//);
  });

  it('comes with a link that works, and leaves those that were sent before alive', async () => {
    await answer('first-approver');
    await world.requestApproval(came('first-approver'));

    assert.notEqual(world.pathFor('second-approver'), paths['second-approver']);
    for (const path of [paths['second-approver'] ?? '', world.pathFor('second-approver')])
      assert.equal((await world.get(path)).statusCode, 200);
    await world.post(world.pathFor('second-approver'), { decision: 'approved', count: '2' });
    assert.deepEqual(world.told, [
      { token: 'task-token', output: { decision: 'approved', digest: world.pending.get(run)?.digest } },
    ]);
  });

  it('is told once, however often S3 says that it came in', async () => {
    await answer('first-approver');
    await world.requestApproval(came('first-approver'));
    assert.deepEqual(await world.requestApproval(came('first-approver')), { asked: [] });
    assert.deepEqual([told(), world.posted.length], [['second-approver', 'third-approver'], 1]);
  });

  it('is told once, when S3 says so twice at the same moment', async () => {
    await answer('first-approver');
    await Promise.all([world.requestApproval(came('first-approver')), world.requestApproval(came('first-approver'))]);
    assert.deepEqual([told(), world.posted.length], [['second-approver', 'third-approver'], 1]);
  });

  it('is told once still, when a reminder came in between', async () => {
    await answer('first-approver');
    await world.requestApproval(came('first-approver'));
    const { digest = '' } = world.pending.get(run) ?? {};
    await world.requestApproval({ goal: 'remind', run, digest, requestedBy: 'requester', taskToken: 'second-token' });
    world.announced.length = 0;
    assert.deepEqual(await world.requestApproval(came('first-approver')), { asked: [] });
    assert.equal(world.pending.get(run)?.taskToken.reveal(), 'second-token');
  });

  it('is told of each, where a third is needed', async () => {
    const tiers = byTwo.tiers.map((tier) => ({ ...tier, approvals: 3 }));
    world.ports.settings = { ...world.ports.settings, tiers };
    await answer('first-approver');
    await world.requestApproval(came('first-approver'));
    await answer('second-approver');
    assert.deepEqual(await world.requestApproval(came('second-approver')), { asked: ['third-approver'] });
    assert.match(
      world.announced.at(-1)?.text ?? '',
      /Approved already: by first-approver, second-approver; 1 more must approve/,
    );
    assert.deepEqual(world.pending.get(run)?.told, ['first-approver', 'second-approver']);
  });
});

describe('an answer after which nobody more is needed', () => {
  const nobodyIsTold = async (approver: string, scope = 'plan') => {
    assert.deepEqual(await world.requestApproval(came(approver, scope)), { asked: [] });
    assert.deepEqual([told(), world.posted], [[], []]);
  };

  it('is told to nobody when the quorum is complete', async () => {
    await answer('first-approver');
    await answer('second-approver');
    await nobodyIsTold('second-approver');
    // Also not of the first, whose event came late.
    await nobodyIsTold('first-approver');
  });

  it('is told to nobody when it is a rejection', async () => {
    await answer('first-approver', { decision: 'rejected', reason: 'not tonight' });
    await nobodyIsTold('first-approver');
  });

  it('is told to nobody when the time to answer is over, but a moment before', async () => {
    await answer('first-approver');
    const { answerBy = 0 } = world.pending.get(run) ?? {};
    world.now = instant(answerBy);
    await nobodyIsTold('first-approver');
    world.now = instant(answerBy - 1);
    assert.deepEqual(await world.requestApproval(came('first-approver')), {
      asked: ['second-approver', 'third-approver'],
    });
  });

  it('is told to nobody when nothing waits, something else does, or there is no such answer', async () => {
    await nobodyIsTold('first-approver');
    await answer('first-approver');
    await nobodyIsTold('first-approver', 'wave-2');
    await nobodyIsTold('requester');
    world.pending.clear();
    await nobodyIsTold('first-approver');
  });

  it('is told to nobody when the archived plan is another than the one that waits', async () => {
    await answer('first-approver');
    world.depositPlan(smallPlan({ requestedBy: 'requester', why: 'another' }));
    await nobodyIsTold('first-approver');
  });

  it('is not believed to be one when the event is another', async () => {
    await answer('first-approver');
    for (const key of [
      `runs/${run}/decision.json`,
      `runs/${run}/answers/plan/../first-approver.json`,
      'answers/plan/first-approver.json',
    ]) {
      await assert.rejects(world.requestApproval({ source: 'aws.s3', detail: { object: { key } } }));
    }
    await assert.rejects(world.requestApproval({ ...came('first-approver'), source: 'made.up' }));
    assert.deepEqual(told(), []);
  });
});
