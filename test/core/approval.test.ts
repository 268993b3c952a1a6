import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import {
  type ApprovalFlaw,
  type Decision,
  flaws,
  judgeApproval,
  longestReason,
  messageToSeal,
  parseSealedDecision,
  type SealState,
  serialiseDecision,
} from '../../core/approval.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { PlanDigest, PlanHeader, Run } from '../../core/plan.ts';

const digest = 'sha256:plan' as PlanDigest;
const expiresAt = instant(1_000);

const header: PlanHeader = {
  run: 'run-1' as Run,
  stage: 'prod',
  mode: 'rotate',
  draftedAt: instant(0),
  expiresAt,
  requestedBy: 'ada',
  why: 'due',
  fleet: { secrets: 5, services: 1 },
  selected: 2,
  guardrails: [],
  waves: [],
  leftAlone: {},
  leftAloneHash: 'sha256:none',
  startsAt: instant(0),
  unusual: [],
};

const approval: Decision = {
  decision: 'approved',
  run: header.run,
  digest,
  approver: 'grace',
  decidedAt: instant(500),
  expiresAt,
  requestedBy: 'ada',
};

const judged = (changed: object = {}, at: Instant = instant(999), seal: SealState = 'genuine') =>
  judgeApproval({ ...approval, ...changed } as Decision, header, digest, at, seal);

const falls = (...reasons: ApprovalFlaw[]) => ({ kind: 'falls', reasons });

describe('a recorded approval (S1)', () => {
  it('stands while the plan has not expired', () => {
    assert.deepEqual(judged(), { kind: 'stands' });
  });

  it('stands for those who may not check its seal', () => {
    assert.deepEqual(judged({}, instant(999), 'unchecked'), { kind: 'stands' });
  });

  it('falls at the very instant the plan expires', () => {
    assert.deepEqual(judged({}, expiresAt), falls('approvalExpired'));
  });

  it('cannot make the plan live longer', () => {
    assert.deepEqual(judged({ expiresAt: instant(9_999) }, expiresAt), falls('approvalExpired'));
  });

  it('falls when its own time is over before the plan’s', () => {
    assert.deepEqual(judged({ expiresAt: instant(900) }, instant(900)), falls('approvalExpired'));
  });

  it('falls when it was decided at the instant the plan expired, and stands just before', () => {
    assert.deepEqual(judged({ decidedAt: expiresAt }), falls('decidedTooLate'));
    assert.deepEqual(judged({ decidedAt: instant(999) }), { kind: 'stands' });
  });

  it('falls when its seal is broken', () => {
    assert.deepEqual(judged({}, instant(999), 'broken'), falls('sealBroken'));
  });

  it('falls when it is about another run, or another plan', () => {
    assert.deepEqual(judged({ run: 'run-2' }), falls('otherRun'));
    assert.deepEqual(judged({ digest: 'sha256:other' }), falls('otherPlan'));
  });

  it('falls when it is the approval of whoever asked for the run, however the name is written', () => {
    assert.deepEqual(judged({ approver: 'ada' }), falls('selfApproved'));
    assert.deepEqual(judged({ approver: ' Ada ' }), falls('selfApproved'));
    assert.deepEqual(judged({ approver: 'ada', requestedBy: 'somebody else' }), falls('selfApproved'));
  });

  it('falls when it is a rejection', () => {
    assert.deepEqual(judged({ decision: 'rejected', reason: 'not today' }), falls('notApproved'));
  });

  it('falls for every reason at once', () => {
    const wrong = {
      decision: 'rejected',
      reason: 'no',
      run: 'run-2',
      digest: 'sha256:other',
      approver: 'ada',
      decidedAt: instant(1_000),
    };
    assert.deepEqual(judged(wrong, instant(2_000), 'broken'), falls(...(Object.keys(flaws) as ApprovalFlaw[])));
  });
});

describe('the message to seal', () => {
  it('is one text for one decision, in whatever order its fields stand', () => {
    const reversed = Object.fromEntries(Object.entries(approval).reverse()) as unknown as Decision;
    assert.equal(messageToSeal(reversed), messageToSeal(approval));
  });

  it('says what it is for', () => {
    assert.ok(messageToSeal(approval).startsWith('keyturn decision\n{"approver":"grace",'));
  });

  it('differs as soon as any part of the decision does', () => {
    const changes: object[] = [
      { decision: 'rejected', reason: 'no' },
      { run: 'run-2' },
      { digest: 'sha256:other' },
      { approver: 'joan' },
      { decidedAt: 501 },
      { expiresAt: 1_001 },
      { requestedBy: 'joan' },
    ];
    const messages = changes.map((change) => messageToSeal({ ...approval, ...change } as Decision));
    assert.equal(new Set([messageToSeal(approval), ...messages]).size, changes.length + 1);
  });

  it('fits into what KMS seals, with the longest reason there can be', () => {
    const reason = '\ud800'.repeat(longestReason);
    const message = messageToSeal({
      ...approval,
      run: 'r'.repeat(80) as Run,
      digest: `sha256:${'0'.repeat(64)}` as PlanDigest,
      decision: 'rejected',
      reason,
    });
    assert.ok(new TextEncoder().encode(message).length <= 4_096);
  });
});

describe('a decision on record', () => {
  it('is read back as it was written', () => {
    for (const decision of [approval, { ...approval, decision: 'rejected', reason: 'not “today”' } as Decision]) {
      const sealed = { decision, seal: 'c2VhbA==' };
      assert.deepEqual(parseSealedDecision(serialiseDecision(sealed)), sealed);
    }
  });

  const forged: readonly [string, unknown][] = [
    ['no JSON at all', 'approved!'],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['a decision without a seal', { decision: approval }],
    ['an empty seal', { decision: approval, seal: '' }],
    ['a seal that is no text', { decision: approval, seal: 7 }],
    ['no decision', { seal: 'c2VhbA==' }],
    ['another word for approved', { decision: { ...approval, decision: 'APPROVED' }, seal: 'c2VhbA==' }],
    ['a rejection without a reason', { decision: { ...approval, decision: 'rejected' }, seal: 'c2VhbA==' }],
    ['a moment that is text', { decision: { ...approval, expiresAt: '9999999999999' }, seal: 'c2VhbA==' }],
    ['a moment without end', `{"decision":{"expiresAt":1e999},"seal":"c2VhbA=="}`],
    ['an approver who is a list', { decision: { ...approval, approver: ['grace'] }, seal: 'c2VhbA==' }],
  ];
  for (const [what, text] of forged) {
    it(`is not believed when it is ${what}`, () => {
      assert.equal(parseSealedDecision(typeof text === 'string' ? text : JSON.stringify(text)), undefined);
    });
  }

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => parseSealedDecision(text) === undefined));
  });
});
