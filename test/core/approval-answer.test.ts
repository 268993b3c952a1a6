import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { type Answer, isRepeated, judgeAnswer, type Refusal, refusals } from '../../core/approval-answer.ts';
import type { Invitation, PendingApproval } from '../../core/approval-desk.ts';
import { instant } from '../../core/instant.ts';
import type { PlanDigest, PlanHeader, Run } from '../../core/plan.ts';
import { SecretValue } from '../../core/secret-value.ts';

const invitation: Invitation = { approver: 'grace', linkHash: 'sha256:link', nonce: 'nonce-of-grace' };

const pending: PendingApproval = {
  run: 'run-1' as Run,
  digest: 'sha256:plan' as PlanDigest,
  requestedBy: 'ada',
  askedAt: instant(0),
  answerBy: instant(1_000),
  expiresAt: instant(5_000),
  taskToken: new SecretValue('task-token'),
  invitations: [invitation],
};

const header = { selected: 38 } as PlanHeader;
const answered = { pending, invitation, header, decided: undefined };

const approve: Answer = {
  decision: 'approved',
  digest: 'sha256:plan',
  nonce: 'nonce-of-grace',
  count: '38',
  reason: '',
};
const reject: Answer = { ...approve, decision: 'rejected', count: '', reason: 'the freeze begins tomorrow' };

const approval = {
  decision: 'approved',
  run: 'run-1' as Run,
  digest: 'sha256:plan' as PlanDigest,
  approver: 'grace',
  decidedAt: instant(999),
  expiresAt: instant(5_000),
  requestedBy: 'ada',
} as const;

const judged = (changed: Partial<Answer>, at = instant(999)) => judgeAnswer({ ...approve, ...changed }, answered, at);
const refused = (...reasons: Refusal[]) => ({ kind: 'refused', reasons });

describe('an answer to a waiting plan (S1)', () => {
  it('becomes a decision in the name of the link’s owner', () => {
    assert.deepEqual(judged({}), { kind: 'accepted', decision: approval });
  });

  it('may be a rejection, with its reason in one line', () => {
    const { decision, ...rest } = approval;
    assert.deepEqual(judged({ ...reject, reason: '  not\r\nnow\u202e ' }), {
      kind: 'accepted',
      decision: { ...rest, decision: 'rejected', reason: 'not now' },
    });
  });

  it('counts until just before the time to answer is over', () => {
    assert.equal(judged({}, instant(999)).kind, 'accepted');
    assert.deepEqual(judged({}, instant(1_000)), refused('answeredTooLate'));
  });

  it('is refused when it names another plan', () => {
    assert.deepEqual(judged({ digest: 'sha256:other' }), refused('otherPlan'));
  });

  it('is refused without the nonce of the page', () => {
    assert.deepEqual(judged({ nonce: 'nonce-of-joan' }), refused('nonceWrong'));
    assert.deepEqual(judged({ nonce: '' }), refused('nonceWrong'));
  });

  it('is refused when the number typed is not the number of secrets', () => {
    for (const count of ['37', '', 'thirty-eight', '38.0', '+38', '038', '3 8']) {
      assert.deepEqual(judged({ count }), refused('countWrong'), count);
    }
    assert.equal(judged({ count: ' 38 ' }).kind, 'accepted');
  });

  it('is refused when it rejects without a reason, or with one too long', () => {
    assert.deepEqual(judged({ ...reject, reason: ' \n ' }), refused('reasonMissing'));
    assert.deepEqual(judged({ ...reject, reason: 'x'.repeat(501) }), refused('reasonTooLong'));
    assert.equal(judged({ ...reject, reason: 'x'.repeat(500) }).kind, 'accepted');
  });

  it('is refused when it decides nothing', () => {
    assert.deepEqual(judged({ decision: 'Approved' }), refused('noDecision'));
  });

  it('is refused from whoever asked for the run', () => {
    const own = { ...invitation, approver: 'Ada' };
    assert.deepEqual(judgeAnswer(approve, { ...answered, invitation: own }, instant(1)), refused('selfApproval'));
  });

  it('is refused when the stored plan has changed', () => {
    assert.deepEqual(judgeAnswer(approve, { ...answered, header: undefined }, instant(1)), refused('planChanged'));
  });

  it('is refused when the plan has been decided', () => {
    assert.deepEqual(judgeAnswer(approve, { ...answered, decided: approval }, instant(1)), refused('alreadyDecided'));
  });

  it('learns nothing else when its link is nobody’s', () => {
    assert.deepEqual(
      judgeAnswer({ ...approve, digest: 'other' }, { ...answered, invitation: undefined }, instant(2_000)),
      refused('linkUnknown'),
    );
  });

  it('is refused for every reason at once', () => {
    const all = { pending, invitation: { ...invitation, approver: 'ada' }, header: undefined, decided: approval };
    const wrong: Answer = { decision: 'rejected', digest: '', nonce: '', count: '', reason: '' };
    assert.deepEqual(
      judgeAnswer(wrong, all, instant(1_000)),
      refused(
        'alreadyDecided',
        'planChanged',
        'otherPlan',
        'nonceWrong',
        'selfApproval',
        'answeredTooLate',
        'reasonMissing',
      ),
    );
  });

  it('has a sentence for every reason', () => {
    for (const sentence of Object.values(refusals)) assert.match(sentence, /\.$/);
  });

  it('is never accepted unless everything that identifies it is right', () => {
    const anyOf = (right: string) => fc.oneof(fc.constant(right), fc.string());
    const answers = fc.record({
      decision: fc.oneof(fc.constantFrom('approved', 'rejected'), fc.string()),
      digest: anyOf(approve.digest),
      nonce: anyOf(approve.nonce),
      count: anyOf('38'),
      reason: fc.string(),
    });
    fc.assert(
      fc.property(answers, fc.nat({ max: 2_000 }), (answer, at) => {
        const accepted = judgeAnswer(answer, answered, instant(at)).kind === 'accepted';
        return !accepted || (answer.digest === 'sha256:plan' && answer.nonce === 'nonce-of-grace' && at < 1_000);
      }),
    );
  });
});

describe('an answer sent again', () => {
  it('is the same when the same person says the same from their own page', () => {
    assert.equal(isRepeated(approve, invitation, approval), true);
  });

  it('is another one when anything differs', () => {
    assert.equal(isRepeated(reject, invitation, approval), false);
    assert.equal(isRepeated({ ...approve, nonce: 'forged' }, invitation, approval), false);
    assert.equal(isRepeated({ ...approve, digest: 'sha256:other' }, invitation, approval), false);
    assert.equal(isRepeated(approve, { ...invitation, approver: 'joan' }, approval), false);
  });
});
