import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { sha256 } from '../../adapters/sha256.ts';
import { instant } from '../../core/instant.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import { ApprovalWorld, asOf, byTwo, run, settings, smallPlan } from './approval-world.ts';

const event = (world: ApprovalWorld, requestedBy = 'requester') => ({
  run,
  digest: world.depositPlan(smallPlan({ requestedBy })),
  requestedBy,
  taskToken: 'task-token',
});

describe('asking for an approval', () => {
  it('asks everyone who may approve, and not the one who asked (S1)', async () => {
    const world = new ApprovalWorld();

    assert.deepEqual(await world.requestApproval(event(world)), { asked: ['first-approver', 'second-approver'] });
    assert.deepEqual(
      world.announced.map(({ to }) => to),
      ['first-approver', 'second-approver'],
    );
  });

  it('gives everyone a link of their own, which the desk knows by its hash only', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));

    const links = ['first-approver', 'second-approver'].map(
      (approver) => world.pathFor(approver).split('/').at(-1) ?? '',
    );
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
      scope: 'plan',
      requestedBy: 'requester',
      askedAt: asOf,
      answerBy: Date.UTC(2026, 10, 19, 1, 15),
      expiresAt: Date.UTC(2026, 10, 19, 19, 15),
      told: [],
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
    const link = world.pathFor('first-approver').split('/').at(-1) ?? '';

    assert.ok(!JSON.stringify([world.logged, answer]).includes(link));
  });

  it('asks again with new links when it is called again, and the old ones die', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));
    const old = world.pathFor('first-approver');
    await world.requestApproval({ ...event(world), taskToken: 'second-token' });

    assert.equal((await world.get(old)).statusCode, 404);
    assert.equal((await world.get(world.pathFor('first-approver'))).statusCode, 200);
    assert.equal(world.pending.get(run)?.taskToken.reveal(), 'second-token');
  });

  it('lays the plan before it tells anybody', async () => {
    const world = new ApprovalWorld();
    let laid = 0;
    const write = async () => {
      laid = world.pending.size;
    };
    const channels = { personal: [{ name: 'mail', reaches: () => true, write }], public: [] };
    await requestApproval({ ...world.ports, channels })(event(world));
    assert.equal(laid, 1);
  });

  it('fails when nobody but the one who asked may approve, and tells nobody', async () => {
    const world = new ApprovalWorld();
    const alone = requestApproval({
      ...world.ports,
      settings: { ...settings, approvers: settings.approvers.slice(0, 1) },
    });

    await assert.rejects(alone(event(world)), {
      name: 'TooFewApproversError',
      message: /needs 1 approvals, and beside 'requester', who asked for it, 0 may approve; configure more approvers/,
    });
    assert.deepEqual([world.announced, world.posted, world.pending.size], [[], [], 0]);
  });

  it('fails at once when fewer may approve than must, and asks when as many may (S1)', async () => {
    const asking = (approvals: number, more: Partial<typeof settings> = {}) => {
      const world = new ApprovalWorld();
      const tiers = settings.tiers.map((tier) => ({ ...tier, approvals }));
      const ports = { ...world.ports, settings: { ...settings, tiers, ...more } };
      return { world, asked: requestApproval(ports)(event(world)) };
    };
    assert.deepEqual(await asking(2).asked, { asked: ['first-approver', 'second-approver'] });

    const sameMail = settings.approvers.map((approver) => ({ ...approver, email: 'everybody@example.com' }));
    for (const { world, asked } of [asking(3), asking(2, { approvers: sameMail })]) {
      await assert.rejects(asked, { name: 'TooFewApproversError' });
      assert.deepEqual([world.announced, world.posted, world.pending.size], [[], [], 0]);
    }
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

describe('the channels of a request', () => {
  const down = async () => {
    throw new Error('it is down');
  };

  it('tell everybody that a plan waits, without a link that decides', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));

    const [waiting, ...others] = world.posted;
    assert.deepEqual(others, []);
    assert.match(
      waiting?.text ?? '',
      /A plan waits for an approval: .*\n[\s\S]*link of their own: first-approver, second-approver/,
    );
    assert.doesNotMatch(JSON.stringify(world.posted), /https?:|\/review\//);
  });

  it('put a link into the message of its owner and into no other', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));
    for (const { to, text } of world.announced) {
      const [own, ...more] = text.match(/https?:\S+/g) ?? [];
      assert.deepEqual(more, []);
      assert.equal(new URL(own ?? '').pathname, world.pathFor(to ?? ''));
    }
  });

  it('are told when one of several is down, and nothing stops', async () => {
    const world = new ApprovalWorld();
    const slack = { name: 'slack', reaches: () => true, write: down, post: down };
    const channels = {
      personal: [slack, ...world.channels.personal],
      public: [slack, ...world.channels.public],
    };
    const answer = await requestApproval({ ...world.ports, channels })(event(world));
    assert.deepEqual(answer, { asked: ['first-approver', 'second-approver'] });
    assert.deepEqual(
      world.logged.flatMap(({ level, fields }) => (level === 'error' ? [(fields as { channel: string }).channel] : [])),
      ['slack', 'slack', 'slack'],
    );
  });

  it('say whom none of them reached, and the others are asked', async () => {
    const world = new ApprovalWorld();
    const personal = world.channels.personal.map((mail) => ({
      ...mail,
      reaches: ({ name }: { readonly name: string }) => name === 'second-approver',
    }));
    const answer = await requestApproval({ ...world.ports, channels: { ...world.channels, personal } })(event(world));
    assert.deepEqual(answer, { asked: ['second-approver'] });
    assert.match(world.posted[0]?.text ?? '', /Sent no link: first-approver/);
  });

  it('make the request fail when none of them reached anybody who may answer', async () => {
    const world = new ApprovalWorld();
    const channels = { ...world.channels, personal: [{ name: 'mail', reaches: () => true, write: down }] };
    await assert.rejects(requestApproval({ ...world.ports, channels })(event(world)), {
      name: 'NobodyReachedError',
      message: /nobody could be asked .*; see the log, and mend a channel/,
    });
  });

  it('may be the topic alone, which says that a plan waits and no more', async () => {
    const world = new ApprovalWorld();
    const answer = await requestApproval({ ...world.ports, channels: { ...world.channels, personal: [] } })(
      event(world),
    );
    assert.deepEqual([answer, world.announced, world.posted.length], [{ asked: [] }, [], 1]);

    const channels = { personal: [], public: [{ name: 'topic', post: down }] };
    await assert.rejects(requestApproval({ ...world.ports, channels })(event(world)), { name: 'NobodyReachedError' });
  });
});

describe('reminding approvers', () => {
  const reminded = async (before: (world: ApprovalWorld) => void = () => {}) => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));
    const first = world.pathFor('first-approver');
    world.now = instant(asOf + 4.5 * 3_600_000);
    before(world);
    const answer = await world.requestApproval({ ...event(world), goal: 'remind', taskToken: 'second-token' });
    return { world, first, answer };
  };

  it('sends each a new link, says so, and posts it for everybody', async () => {
    const { world, first, answer } = await reminded();
    assert.deepEqual(answer, { asked: ['first-approver', 'second-approver'] });
    assert.notEqual(world.pathFor('first-approver'), first);
    assert.match(world.announced.at(-1)?.subject ?? '', /still waiting: rotate 2 secrets\?/);
    assert.match(world.posted.at(-1)?.subject ?? '', /still waiting/);
  });

  it('goes only to those who have not answered, and says who approved and how many more must (S1)', async () => {
    const world = new ApprovalWorld(byTwo);
    await world.requestApproval(event(world));
    const first = world.pathFor('first-approver');
    await world.post(first, { decision: 'approved', count: '2' });
    const { ports } = world;
    const answer = await requestApproval(ports)({ ...event(world), goal: 'remind', taskToken: 'second-token' });

    assert.deepEqual(
      [answer, world.announced.slice(2).map(({ to }) => to)],
      [{ asked: ['second-approver'] }, ['second-approver']],
    );
    for (const told of [world.announced.at(-1), world.posted.at(-1)]) {
      assert.match(told?.text ?? '', /Approved already: by first-approver; 1 more must approve/);
    }
    assert.match((await world.get(first)).body, /Your approval is recorded/);
  });

  it('goes to somebody in whose place is an answer of somebody else', async () => {
    const { world, answer } = await reminded(({ archive }) => {
      archive.texts.set(
        `runs/${run}/answers/plan/first-approver.json`,
        '{"answer":{"approver":"second-approver"},"seal":"c2VhbA=="}',
      );
    });
    assert.deepEqual(answer, { asked: ['first-approver', 'second-approver'] });
    assert.doesNotMatch(world.posted.at(-1)?.text ?? '', /Approved already/);
  });

  it('leaves links that were sent before alive, and wakes the run that waits now by either', async () => {
    const { world, first } = await reminded();
    assert.equal((await world.get(first)).statusCode, 200);
    assert.equal((await world.get(world.pathFor('second-approver'))).statusCode, 200);

    await world.post(first, { decision: 'approved', count: '2' });
    assert.deepEqual(
      world.told.map(({ token }) => token),
      ['second-token'],
    );
  });

  it('gives nobody more time than they were told at first', async () => {
    const { world } = await reminded();
    const { askedAt, answerBy } = world.pending.get(run) ?? assert.fail('nothing was laid');
    assert.deepEqual([askedAt, answerBy], [asOf, Date.UTC(2026, 10, 19, 1, 15)]);
  });

  it('reminds nobody of a plan that was decided in the moment between', async () => {
    let told = 0;
    const decided = reminded((world) => {
      world.archive.texts.set(`runs/${run}/decision.json`, '{}');
      told = world.announced.length;
      world.announced.push = () => assert.fail('somebody was reminded');
    });
    await assert.rejects(decided, { name: 'AlreadyDecidedError' });
    assert.equal(told, 2);
  });

  it('goes on waiting when nobody can be reached, since the first links still work', async () => {
    const world = new ApprovalWorld();
    await world.requestApproval(event(world));
    const first = world.pathFor('first-approver');
    const again = requestApproval({ ...world.ports, channels: { personal: [], public: [] } });
    assert.deepEqual(await again({ ...event(world), goal: 'remind' }), { asked: [] });
    assert.equal((await world.get(first)).statusCode, 200);
  });
});
