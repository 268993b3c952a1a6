/*
 * Goal: what is on record counts only for the question that waits, and of each approver only what is theirs (S1).
 *
 * Method: an archive in memory, in which one field is otherwise. Nobody counts answers here, so that nothing else refuses.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PendingApproval } from '../../../core/approval/approval-desk.ts';
import { serialiseAnswer, serialiseDecision } from '../../../core/approval/decision.ts';
import type { Question } from '../../../core/approval/quorum.ts';
import { findAnswer, findDecision, readDecision, recordDecision } from '../../../core/approval/recorded-decision.ts';
import { archiveKeys } from '../../../core/archive-keys.ts';
import type { PlanDigest, Run } from '../../../core/plan.ts';
import type { Scope } from '../../../core/scope.ts';
import { answerWith, decisionOf, sealed } from '../../decisions.ts';
import { InMemoryArchive } from '../../lambdas/approval-world.ts';

const run = 'run-1' as Run;
const pendingAt = (scope: Scope) => ({ run, digest: 'sha256:plan', scope }) as PendingApproval;
const pending = pendingAt('plan');
const approval = answerWith();
const others = { run: 'run-2', digest: 'sha256:other', scope: 'wave-2' };
const otherwise = Object.entries(others).map(([field, value]) => [field, { [field]: value }] as const);

async function archiveWith(key: string, text: string): Promise<InMemoryArchive> {
  const archive = new InMemoryArchive();
  await archive.deposit(key, text);
  return archive;
}
const decided = (...answers: Parameters<typeof decisionOf>) =>
  archiveWith(archiveKeys.decision(run), serialiseDecision(decisionOf(...answers)));
const answered = (answer: typeof approval) =>
  archiveWith(archiveKeys.answer(run, 'plan', 'first-approver'), serialiseAnswer(sealed(answer)));

describe('the decision on record (S1)', () => {
  it('is nothing before anybody decided, and what was decided then', async () => {
    assert.equal(await findDecision(new InMemoryArchive(), pending), undefined);
    assert.equal(await readDecision(new InMemoryArchive(), run), undefined);
    const archive = await decided(approval);
    assert.deepEqual(await findDecision(archive, pending), decisionOf(approval));
    assert.deepEqual(await readDecision(archive, run), decisionOf(approval));
  });

  it('of a wave stands beside that of the plan', async () => {
    const ofWave = answerWith({ scope: 'wave-2' });
    const archive = await archiveWith(archiveKeys.decision(run, 'wave-2'), serialiseDecision(decisionOf(ofWave)));
    assert.deepEqual(await findDecision(archive, pendingAt('wave-2')), decisionOf(ofWave));
    assert.deepEqual(await readDecision(archive, run, 'wave-2'), decisionOf(ofWave));
    assert.equal(await findDecision(archive, pending), undefined);
  });

  for (const [field, other] of otherwise) {
    it(`is foreign when a single answer in it is of another ${field}`, async () => {
      assert.equal(await findDecision(await decided(answerWith(other)), pending), 'foreign');
      const mixed = await decided(approval, answerWith({ approver: 'second-approver', ...other }));
      assert.equal(await findDecision(mixed, pending), 'foreign');
    });
  }

  it('is foreign when it is no decision', async () => {
    assert.equal(await findDecision(await archiveWith(archiveKeys.decision(run), 'approved!'), pending), 'foreign');
  });
});

describe('the answer on record (S1)', () => {
  it('is nothing before its approver answered, and theirs then', async () => {
    assert.equal(await findAnswer(new InMemoryArchive(), pending, 'first-approver'), undefined);
    assert.deepEqual(await findAnswer(await answered(approval), pending, 'first-approver'), sealed(approval));
  });

  for (const [field, other] of [...otherwise, ['approver', { approver: 'second-approver' }] as const]) {
    it(`is foreign when it is of another ${field}`, async () => {
      assert.equal(await findAnswer(await answered(answerWith(other)), pending, 'first-approver'), 'foreign');
    });
  }

  it('is foreign when it is no answer', async () => {
    const archive = await archiveWith(archiveKeys.answer(run, 'plan', 'first-approver'), '{}');
    assert.equal(await findAnswer(archive, pending, 'first-approver'), 'foreign');
  });
});

describe('recording a decision', () => {
  const question: Question = {
    run,
    digest: 'sha256:plan' as PlanDigest,
    scope: 'plan',
    requestedBy: 'requester',
    needed: 1,
    approvers: [{ name: 'first-approver', email: 'first-approver@example.com' }],
  };

  it('is for whoever is first: the same again, or another, is told that it did not', async () => {
    const archive = new InMemoryArchive();
    assert.equal(await recordDecision(archive, [], question), undefined);
    assert.deepEqual(await recordDecision(archive, [sealed(approval)], question), decisionOf(approval));
    assert.equal(await recordDecision(archive, [sealed(approval)], question), undefined);
    assert.deepEqual(await readDecision(archive, run), decisionOf(approval));
  });
});
