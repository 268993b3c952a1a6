import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SealedAnswer, serialiseAnswer } from '../../core/approval/decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import { answerWith, sealed } from '../decisions.ts';
import { ApprovalWorld, asOf, byTwo, chromePayPlan, run, smallPlan } from './approval-world.ts';

const approve = { decision: 'approved', count: '2' };

/** A plan that was answered, with a run that has not heard of it. */
async function unheard(answer: Readonly<Record<string, string>> = approve) {
  const world = new ApprovalWorld();
  const digest = await world.ask(smallPlan());
  world.callback = 'lost';
  assert.equal((await world.post(world.pathFor('first-approver'), answer)).statusCode, 202);
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
    world.now = instant(answerBy + 120_000);
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual(world.told, []);

    world.now = instant(answerBy + 119_999);
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

/** A plan that two must approve: the second answer is on record, and whoever recorded it died right then. */
async function interrupted(answer: Readonly<Record<string, string>> = approve) {
  const world = new ApprovalWorld(byTwo);
  const digest = await world.ask(smallPlan());
  const deposit = world.archive.deposit.bind(world.archive);
  world.archive.deposit = (key, text) =>
    key === archiveKeys.decision(run) ? Promise.reject(new Error('killed')) : deposit(key, text);
  await world.post(world.pathFor('first-approver'), approve);
  await world.post(world.pathFor('second-approver'), answer);
  world.archive.deposit = deposit;
  assert.deepEqual([world.decision, world.told], [undefined, []]);
  return { world, digest };
}

const answerKey = (approver: string) => archiveKeys.answer(run, 'plan', approver);

describe('S11 answers that make a decision which nobody recorded', () => {
  it('are completed to it, as the review would have, and its run is told', async () => {
    const { world, digest } = await interrupted();
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [run] });
    const answers = ['first-approver', 'second-approver'].map((name) =>
      JSON.parse(world.archive.texts.get(answerKey(name)) ?? ''),
    );
    assert.deepEqual(world.decision, { decision: 'approved', answers });
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'approved', digest } }]);
  });

  it('may be a rejection after an approval', async () => {
    const { world, digest } = await interrupted({ decision: 'rejected', reason: 'a freeze begins' });
    await world.deliverDecisions({ sweep: true });
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'rejected', digest } }]);
  });

  it('are sealed once, by the review: the sweep can seal nothing', async () => {
    const { world } = await interrupted();
    const sealed = world.sealed.length;
    await world.deliverDecisions({ sweep: true });
    assert.equal(world.sealed.length, sealed);
  });

  it('are of a wave that is held as well', async () => {
    const tiers = byTwo.tiers.map((tier) => ({ ...tier, holdBefore: true }));
    const world = new ApprovalWorld({ tiers });
    const digest = await world.ask(chromePayPlan());
    world.pending.set(run, { ...(world.pending.get(run) ?? assert.fail()), scope: 'wave-2' });
    const put = (approver: string) =>
      world.archive.texts.set(
        archiveKeys.answer(run, 'wave-2', approver),
        serialiseAnswer(sealed(answerWith({ run, digest, scope: 'wave-2', approver }))),
      );
    put('first-approver');
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    put('second-approver');
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [run] });
    const key = archiveKeys.decision(run, 'wave-2');
    assert.deepEqual([world.archive.texts.has(key), world.decision], [true, undefined]);
  });

  it('are left once no run waits for them any more', async () => {
    const { world } = await interrupted();
    const { answerBy } = world.pending.get(run) ?? assert.fail();
    world.now = instant(answerBy + 120_000);
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.equal(world.decision, undefined);
  });
});

describe('S1 an answer that is none of this question by this approver', () => {
  const garbled = (change: (text: string) => string) => async () => {
    const { world } = await interrupted();
    world.archive.texts.set(
      answerKey('second-approver'),
      change(world.archive.texts.get(answerKey('second-approver')) ?? ''),
    );
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual([world.decision, world.told], [undefined, []]);
  };
  const otherwise = (more: object) =>
    garbled((text) => {
      const { answer, seal } = JSON.parse(text);
      return JSON.stringify({ answer: { ...answer, ...more }, seal });
    });

  it('is not completed to a decision when it is another approver’s', otherwise({ approver: 'first-approver' }));
  it('is not completed to a decision when it is of whoever asked', otherwise({ approver: 'requester' }));
  it('is not completed to a decision when it is of another run', otherwise({ run: 'another-run' }));
  it('is not completed to a decision when it is of another scope', otherwise({ scope: 'wave-2' }));
  it('is not completed to a decision when it is of another plan', otherwise({ digest: `sha256:${'0'.repeat(64)}` }));
  it('is not completed to a decision when its shape is wrong', otherwise({ provedBy: { kind: 'word' } }));
  it(
    'is not completed to a decision when it has no seal',
    garbled((text) => text.replace(/"seal":"[^"]*"/, '"seal":""')),
  );
  it(
    'is not completed to a decision when it is no JSON',
    garbled(() => '{'),
  );

  it('makes no decision of a plan that is not the one that was asked about', async () => {
    const { world } = await interrupted();
    world.archive.texts.set(archiveKeys.plan(run), `${world.archive.texts.get(archiveKeys.plan(run))} `);
    assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
    assert.deepEqual([world.decision, world.told], [undefined, []]);
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
      const { decision, answers } = JSON.parse(world.archive.texts.get(key) ?? '');
      const altered = answers.map(({ answer, seal }: SealedAnswer) => ({ answer: { ...answer, ...otherwise }, seal }));
      world.archive.texts.set(key, JSON.stringify({ decision, answers: altered }));
      assert.deepEqual(await world.deliverDecisions({ sweep: true }), { woken: [] });
      assert.deepEqual(world.told, []);
    });
  }

  it('is not touched by anybody who asks for something else', async () => {
    const { world } = await unheard();
    for (const event of [undefined, {}, { sweep: false }, { run }, { run, scope: 'all' }])
      await assert.rejects(world.deliverDecisions(event));
    assert.deepEqual([world.told, world.now], [[], asOf]);
  });
});

describe('S11 a run that stops waiting', () => {
  const stopped = (world: ApprovalWorld, scope = 'plan') => world.deliverDecisions({ run, scope });

  it('goes on to its decision when one is on record, though nobody told it and the time to answer is over', async () => {
    const { world } = await unheard();
    world.now = instant((world.pending.get(run)?.answerBy ?? 0) + 120_000);
    assert.deepEqual([await stopped(world), world.told], [{ next: 'go on' }, []]);
  });

  it('goes on to a decision that is made of the answers, when nobody had recorded it', async () => {
    const { world } = await interrupted();
    world.now = instant((world.pending.get(run)?.answerBy ?? 0) + 120_000);
    assert.deepEqual(await stopped(world), { next: 'go on' });
    assert.equal((world.decision as { decision: string }).decision, 'approved');
  });

  it('goes on to look at what is on record and is no decision of its own: that lets nothing begin', async () => {
    const { world } = await unheard();
    world.archive.texts.set(archiveKeys.decision(run), '{}');
    assert.deepEqual(await stopped(world), { next: 'go on' });
  });

  it('expires when nobody answered, or when nothing waits', async () => {
    const world = new ApprovalWorld();
    await world.ask(smallPlan());
    const expired = { next: 'end', outcome: 'expired', reasons: ['nobodyAnswered'] };
    assert.deepEqual(await stopped(world), expired);
    world.pending.clear();
    assert.deepEqual(await stopped(world), expired);
  });

  it('expires when too few approved, and says who did and of whom there is no answer', async () => {
    const world = new ApprovalWorld(byTwo);
    await world.ask(smallPlan());
    await world.post(world.pathFor('first-approver'), approve);
    assert.deepEqual(await stopped(world), {
      next: 'end',
      outcome: 'expired',
      reasons: ['approvalsMissing: 1 of 2 (first-approver); no answer from second-approver'],
    });
    assert.equal(world.decision, undefined);
  });

  it('is refused when fewer may approve than must, and says who may', async () => {
    const world = new ApprovalWorld({
      ...byTwo,
      approvers: ['requester', 'first-approver'].map((name) => ({ name, email: name })),
    });
    world.depositPlan(smallPlan());
    assert.deepEqual(await stopped(world), {
      next: 'end',
      outcome: 'refused',
      reasons: ['tooFewApprovers: 2 must approve, and only first-approver may'],
    });
  });

  it('halts before a held wave when somebody who was asked before may approve no longer, and says who', async () => {
    const tiers = byTwo.tiers.map((tier) => ({ ...tier, holdBefore: true }));
    const world = new ApprovalWorld({ tiers });
    await world.ask(chromePayPlan());
    world.ports.settings = { ...world.ports.settings, approvers: world.ports.settings.approvers.slice(0, 2) };
    assert.deepEqual(await stopped(world, 'wave-2'), {
      next: 'end',
      outcome: 'halted',
      reasons: [
        'waveNotApproved: 2',
        'tooFewApprovers: 2 must approve, and only first-approver may; second-approver may no longer',
      ],
    });
  });

  it('halts before a held wave that too few approved; what was said of the plan is no answer to it', async () => {
    const tiers = byTwo.tiers.map((tier) => ({ ...tier, holdBefore: true }));
    const world = new ApprovalWorld({ tiers });
    const digest = await world.ask(chromePayPlan());
    await world.post(world.pathFor('first-approver'), { decision: 'approved', count: '38' });
    assert.deepEqual(await stopped(world, 'wave-2'), {
      next: 'end',
      outcome: 'halted',
      reasons: ['waveNotApproved: 2', 'nobodyAnswered'],
    });

    world.pending.set(run, { ...(world.pending.get(run) ?? assert.fail()), scope: 'wave-2' });
    const answer = sealed(answerWith({ run, digest, scope: 'wave-2', approver: 'second-approver' }));
    world.archive.texts.set(archiveKeys.answer(run, 'wave-2', 'second-approver'), serialiseAnswer(answer));
    assert.deepEqual(await stopped(world, 'wave-2'), {
      next: 'end',
      outcome: 'halted',
      reasons: ['waveNotApproved: 2', 'approvalsMissing: 1 of 2 (second-approver); no answer from first-approver'],
    });
  });
});
