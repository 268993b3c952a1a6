import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  approvalsNeeded,
  approvalsOf,
  decisionFrom,
  differentPeople,
  type Question,
  quorumOf,
  quorumOfWave,
  whyUndecided,
} from '../../../core/approval/quorum.ts';
import type { PlanDigest, PlannedWave, Run } from '../../../core/plan.ts';
import { answerWith, decisionOf, sealed } from '../../decisions.ts';

const settings = {
  tiers: [
    { name: 'low', path: 'low/', approvals: 1, holdBefore: false },
    { name: 'medium', path: 'medium/', approvals: 1, holdBefore: true },
    { name: 'high', path: 'high/', approvals: 2, holdBefore: true },
  ],
};

describe('the quorum', () => {
  it('is that of the most demanding tier there is', () => {
    assert.equal(quorumOf(['low'], settings), 1);
    assert.equal(quorumOf(['low', 'high'], settings), 2);
    assert.equal(quorumOf([], settings), 1);
  });

  it('is the highest of all for a tier that nobody knows', () => {
    assert.equal(quorumOf(['lowest'], settings), 2);
  });

  it('of a wave is none, unless it holds a tier that is held before', () => {
    assert.equal(quorumOfWave(2, ['low'], settings), 0);
    assert.equal(quorumOfWave(2, ['low', 'medium'], settings), 1);
    assert.equal(quorumOfWave(2, ['high'], settings), 2);
  });

  it('of the first wave is none: its plan was approved right before', () => {
    assert.equal(quorumOfWave(1, ['high'], settings), 0);
  });

  const wave = (number: number, tiers: string[], approvals: number): PlannedWave => ({
    number,
    tiers,
    approvals,
    secrets: 1,
    batches: [],
  });

  it('is what the plan or what the settings say, whichever is more', () => {
    const waves = [wave(1, ['low'], 0), wave(2, ['high'], 0), wave(3, ['low'], 3)];
    assert.equal(approvalsNeeded('plan', { approvals: 1, waves }, settings), 2);
    assert.equal(approvalsNeeded('plan', { approvals: 1, waves: [wave(1, ['low'], 0)] }, settings), 1);
    assert.equal(approvalsNeeded('plan', { approvals: 3, waves }, settings), 3);
    assert.equal(approvalsNeeded('wave-2', { approvals: 1, waves }, settings), 2);
    assert.equal(approvalsNeeded('wave-3', { approvals: 1, waves }, settings), 3);
    assert.equal(approvalsNeeded('wave-1', { approvals: 1, waves }, settings), 0);
    assert.equal(approvalsNeeded('wave-4', { approvals: 1, waves }, settings), 0);
  });
});

const people = ['requester', 'first-approver', 'second-approver', 'third-approver'].map((name) => ({
  name,
  email: `${name}@example.com`,
}));
const question: Question = {
  run: 'run-1' as Run,
  digest: 'sha256:plan' as PlanDigest,
  scope: 'plan',
  requestedBy: 'requester',
  needed: 2,
  approvers: people,
};
const by = (approver: string, decidedAt: number, more: object = {}) => answerWith({ approver, decidedAt, ...more });
const no = { decision: 'rejected', reason: 'no' };
const decided = (...answers: ReturnType<typeof answerWith>[]) =>
  decisionFrom(
    answers.map((one) => sealed(one)),
    question,
  );

describe('what answers come to (S1)', () => {
  it('is open until as many different people have approved as it takes', () => {
    assert.equal(decided(), undefined);
    assert.equal(decided(by('first-approver', 1)), undefined);
    assert.deepEqual(
      decided(by('first-approver', 1), by('second-approver', 2)),
      decisionOf(by('first-approver', 1), by('second-approver', 2)),
    );
  });

  it('is made of the first approvals that were enough, whatever order they are read in', () => {
    const expected = decisionOf(by('second-approver', 1), by('third-approver', 2));
    assert.deepEqual(decided(by('first-approver', 3), by('third-approver', 2), by('second-approver', 1)), expected);
  });

  it('is made of approvals given at the same moment in the order of their names', () => {
    const expected = decisionOf(by('first-approver', 1), by('second-approver', 1));
    assert.deepEqual(decided(by('third-approver', 1), by('second-approver', 1), by('first-approver', 1)), expected);
  });

  it('counts as approvals none that reject', () => {
    const answers = [sealed(by('first-approver', 1)), sealed(by('second-approver', 2, no))];
    assert.deepEqual(approvalsOf(answers, question), [sealed(by('first-approver', 1))]);
  });

  it('is a rejection as soon as one rejects', () => {
    assert.deepEqual(decided(by('first-approver', 1, no)), decisionOf(by('first-approver', 1, no)));
    assert.deepEqual(
      decided(by('first-approver', 1), by('second-approver', 2), by('third-approver', 3, no)),
      decisionOf(by('third-approver', 3, no)),
    );
  });

  it('counts nobody twice, by name or by address (S1)', () => {
    assert.equal(decided(by('first-approver', 1), by('First-approver', 2)), undefined);
    const double = { ...question, approvers: [...people, { name: 'gh', email: 'First-approver@Example.com ' }] };
    assert.equal(decisionFrom([sealed(by('first-approver', 1)), sealed(by('gh', 2))], double), undefined);
  });

  it('counts one account once, under whatever names it answered', () => {
    const signedIn = (subject: string, issuer = 'https://id.example.com') => ({
      provedBy: { kind: 'signIn', issuer, subject },
    });
    const iam = (name: string) => ({ provedBy: { kind: 'iam', principal: `arn:aws:iam::111122223333:user/${name}` } });
    assert.equal(decided(by('first-approver', 1, signedIn('a')), by('second-approver', 2, signedIn('a'))), undefined);
    assert.equal(decided(by('first-approver', 1, iam('a')), by('second-approver', 2, iam('a'))), undefined);
    assert.equal(
      decided(by('first-approver', 1, signedIn('a')), by('second-approver', 2, signedIn('b')))?.decision,
      'approved',
    );
    const elsewhere = signedIn('a', 'https://other.example.com');
    assert.equal(
      decided(by('first-approver', 1, signedIn('a')), by('second-approver', 2, elsewhere))?.decision,
      'approved',
    );
    assert.equal(decided(by('first-approver', 1, iam('a')), by('second-approver', 2, iam('b')))?.decision, 'approved');
  });

  it('counts neither whoever asked, nor somebody who may not answer', () => {
    assert.equal(decided(by('first-approver', 1), by('requester', 2)), undefined);
    assert.equal(decided(by('first-approver', 1), by('mallory', 2)), undefined);
    assert.equal(decided(by('mallory', 1, no)), undefined);
    const byAddress = { ...question, requestedBy: 'SECOND-APPROVER@example.com' };
    assert.equal(
      decisionFrom([sealed(by('first-approver', 1)), sealed(by('second-approver', 2))], byAddress),
      undefined,
    );
  });

  it('counts no answer to another question', () => {
    for (const other of [{ run: 'run-2' }, { digest: 'sha256:other' }, { scope: 'wave-2' }])
      assert.equal(decided(by('first-approver', 1), by('second-approver', 2, other)), undefined);
  });

  it('is the same whoever asks, in whatever order, and never approved by fewer people than it takes', () => {
    const names = fc.constantFrom(
      'requester',
      'first-approver',
      'second-approver',
      'third-approver',
      'mallory',
      'FIRST-APPROVER',
    );
    const answers = fc.array(
      fc.tuple(names, fc.nat({ max: 3 }), fc.boolean()).map(([name, at, isNo]) => sealed(by(name, at, isNo ? no : {}))),
    );
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 3 }), (given, needed) => {
        const decision = decisionFrom(given, { ...question, needed });
        const approving = new Set(
          given
            .filter(
              ({ answer }) => answer.decision === 'approved' && !['requester', 'mallory'].includes(answer.approver),
            )
            .map(({ answer }) => answer.approver.toLowerCase()),
        );
        const rejects = given.some(
          ({ answer }) => answer.decision === 'rejected' && !['requester', 'mallory'].includes(answer.approver),
        );
        const expected = rejects ? 'rejected' : approving.size >= needed ? 'approved' : undefined;
        assert.equal(decision?.decision, expected);
        if (expected === 'approved') assert.equal(decision?.answers.length, needed);
      }),
    );
  });
});

describe('different people', () => {
  it('are those of different names and different addresses', () => {
    const [requester, firstApprover] = people;
    assert.ok(requester && firstApprover);
    assert.deepEqual(
      differentPeople([
        requester,
        firstApprover,
        { ...requester, name: 'countess' },
        { ...firstApprover, email: 'g@example.com' },
      ]),
      [requester, firstApprover],
    );
  });
});

describe('why a question is still open', () => {
  const three = ['first-approver', 'second-approver', 'third-approver'].map((name) => ({
    name,
    email: `${name}@example.com`,
  }));
  const asked = three.map(({ name }) => name);
  const why = (more: Partial<Question>, ...answers: ReturnType<typeof answerWith>[]) =>
    whyUndecided(
      answers.map((one) => sealed(one)),
      { ...question, approvers: three, ...more },
      asked,
    );

  it('is that nobody answered', () => {
    assert.deepEqual(why({}), { kind: 'nobodyAnswered', says: 'nobodyAnswered' });
  });

  it('is who has not answered, beside those who approved', () => {
    assert.deepEqual(why({}, by('first-approver', 1)), {
      kind: 'approvalsMissing',
      says: 'approvalsMissing: 1 of 2 (first-approver); no answer from second-approver, third-approver',
    });
  });

  it('is that nobody else is left, once all have answered', () => {
    const all = [by('First-Approver', 1), by('second-approver', 2), by('third-approver', 3)] as const;
    assert.deepEqual(why({ needed: 3, digest: 'sha256:other' as PlanDigest }, ...all), {
      kind: 'approvalsMissing',
      says: 'approvalsMissing: 0 of 3; no answer from anybody else',
    });
  });

  it('is who may no longer answer, where fewer may than must', () => {
    const only = (...names: string[]) => why({ approvers: three.filter(({ name }) => names.includes(name)) });
    assert.deepEqual(only('second-approver'), {
      kind: 'tooFewApprovers',
      says: 'tooFewApprovers: 2 must approve, and only second-approver may; first-approver and third-approver may no longer',
    });
    assert.deepEqual(only(), {
      kind: 'tooFewApprovers',
      says: 'tooFewApprovers: 2 must approve, and nobody may; first-approver and second-approver and third-approver may no longer',
    });
    assert.deepEqual(why({ needed: 4 }), {
      kind: 'tooFewApprovers',
      says: 'tooFewApprovers: 4 must approve, and only first-approver and second-approver and third-approver may',
    });
  });
});
