import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import {
  type Answer,
  type AnsweredPlan,
  isRepeated,
  judgeAnswer,
  type Refusal,
  refusals,
} from '../../../core/approval/approval-answer.ts';
import type { Invitation, PendingApproval } from '../../../core/approval/approval-desk.ts';
import { instant } from '../../../core/instant.ts';
import type { PlanDigest, PlanHeader, Run } from '../../../core/plan.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import { answerWith, decisionOf } from '../../decisions.ts';

const invitation: Invitation = {
  approver: 'first-approver',
  linkHash: 'sha256:link',
  nonce: 'nonce-of-first-approver',
};

const pending: PendingApproval = {
  run: 'run-1' as Run,
  digest: 'sha256:plan' as PlanDigest,
  scope: 'plan',
  requestedBy: 'requester',
  askedAt: instant(0),
  answerBy: instant(1_000),
  expiresAt: instant(5_000),
  taskToken: new SecretValue('task-token'),
  told: [],
  invitations: [invitation],
};

const header = {
  selected: 38,
  waves: [1, 2].map((number) => ({ number, secrets: number * 10 })),
} as unknown as PlanHeader;
const answered: AnsweredPlan = {
  pending,
  invitation,
  provedBy: { kind: 'link' },
  header,
  decided: undefined,
  own: undefined,
};

const approve: Answer = {
  decision: 'approved',
  digest: 'sha256:plan',
  scope: 'plan',
  nonce: 'nonce-of-first-approver',
  count: '38',
  reason: '',
};
const reject: Answer = { ...approve, decision: 'rejected', count: '', reason: 'the freeze begins tomorrow' };

const approval = answerWith({ decidedAt: instant(999), expiresAt: instant(5_000) });
const decided = decisionOf(approval);

const judged = (changed: Partial<Answer>, at = instant(999)) => judgeAnswer({ ...approve, ...changed }, answered, at);
const refused = (...reasons: Refusal[]) => ({ kind: 'refused', reasons });

describe('an answer to a waiting plan (S1)', () => {
  it('becomes one on record in the name of the link’s owner', () => {
    assert.deepEqual(judged({}), { kind: 'accepted', answer: approval });
  });

  it('may be a rejection, with its reason in one line', () => {
    const { decision, ...rest } = approval;
    assert.deepEqual(judged({ ...reject, reason: '  not\r\nnow\u202e ' }), {
      kind: 'accepted',
      answer: { ...rest, decision: 'rejected', reason: 'not now' },
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
    assert.deepEqual(judged({ nonce: 'nonce-of-second-approver' }), refused('nonceWrong'));
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
    const own = { ...invitation, approver: 'Requester' };
    assert.deepEqual(judgeAnswer(approve, { ...answered, invitation: own }, instant(1)), refused('selfApproval'));
  });

  it('is refused when the stored plan has changed', () => {
    assert.deepEqual(judgeAnswer(approve, { ...answered, header: undefined }, instant(1)), refused('planChanged'));
  });

  it('is refused when the plan has been decided', () => {
    assert.deepEqual(judgeAnswer(approve, { ...answered, decided }, instant(1)), refused('alreadyDecided'));
  });

  it('is refused when its sender has answered, whatever it says', () => {
    for (const answer of [approve, reject]) {
      assert.deepEqual(judgeAnswer(answer, { ...answered, own: approval }, instant(1)), refused('alreadyAnswered'));
    }
  });

  it('is refused when it is about another part of the plan than the one that waits', () => {
    assert.deepEqual(judged({ scope: 'wave-2' }), refused('otherScope'));
    assert.deepEqual(judged({ scope: '' }), refused('otherScope'));
  });

  it('to a wave that is held takes the number of secrets of that wave', () => {
    const held: AnsweredPlan = { ...answered, pending: { ...pending, scope: 'wave-2' } };
    const answer = { ...approve, scope: 'wave-2' };
    assert.deepEqual(judgeAnswer(answer, held, instant(1)), refused('countWrong'));
    assert.equal(judgeAnswer({ ...answer, count: '20' }, held, instant(1)).kind, 'accepted');
  });

  it('learns nothing else when its link is nobody’s', () => {
    assert.deepEqual(
      judgeAnswer({ ...approve, digest: 'other' }, { ...answered, invitation: undefined }, instant(2_000)),
      refused('linkUnknown'),
    );
  });

  it('is refused for every reason at once', () => {
    const all = { ...answered, invitation: { ...invitation, approver: 'requester' }, header: undefined, decided };
    const wrong: Answer = { decision: 'rejected', digest: '', scope: '', nonce: '', count: '', reason: '' };
    assert.deepEqual(
      judgeAnswer(wrong, all, instant(1_000)),
      refused(
        'alreadyDecided',
        'planChanged',
        'otherPlan',
        'otherScope',
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
      scope: anyOf(approve.scope),
      nonce: anyOf(approve.nonce),
      count: anyOf('38'),
      reason: fc.string(),
    });
    fc.assert(
      fc.property(answers, fc.nat({ max: 2_000 }), (answer, at) => {
        const accepted = judgeAnswer(answer, answered, instant(at)).kind === 'accepted';
        return (
          !accepted || (answer.digest === 'sha256:plan' && answer.nonce === 'nonce-of-first-approver' && at < 1_000)
        );
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
    assert.equal(isRepeated({ ...approve, scope: 'wave-2' }, invitation, approval), false);
    assert.equal(isRepeated(approve, { ...invitation, approver: 'second-approver' }, approval), false);
  });
});
