import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApprovalFlaw, flaws, judgeApproval, type SealState } from '../../../core/approval/approval.ts';
import { type Instant, instant } from '../../../core/instant.ts';
import type { PlanDigest, PlanHeader, Run } from '../../../core/plan.ts';
import type { Scope } from '../../../core/scope.ts';
import { answerWith, decisionOf } from '../../decisions.ts';

const digest = 'sha256:plan' as PlanDigest;
const expiresAt = instant(1_000);

const header: PlanHeader = {
  run: 'run-1' as Run,
  stage: 'prod',
  mode: 'rotate',
  draftedAt: instant(0),
  expiresAt,
  requestedBy: 'requester',
  why: 'due',
  approvals: 1,
  fleet: { secrets: 5, services: 1 },
  selected: 2,
  guardrails: [],
  waves: [],
  leftAlone: {},
  leftAloneHash: 'sha256:none',
  startsAt: instant(0),
  unusual: [],
};

const settings = {
  tiers: [
    { name: 'low', path: 'low/', approvals: 1, holdBefore: false },
    { name: 'high', path: 'high/', approvals: 2, holdBefore: true },
  ],
  approvers: [
    { name: 'first-approver', email: 'first-approver@example.com' },
    { name: 'second-approver', email: 'second-approver@example.com' },
    { name: 'requester', email: 'requester@example.com' },
    { name: 'requester-2', email: 'First.last@example.com' },
  ],
};

const signIn = { issuer: 'https://id.example.com', clientId: 'keyturn', claim: 'email', scopes: ['email'] };
const signedIn = (subject: string, issuer = signIn.issuer) => ({ provedBy: { kind: 'signIn', issuer, subject } });

const judged = (changed: object = {}, at: Instant = instant(999), seal: SealState = 'genuine') =>
  judgeApproval(decisionOf(answerWith(changed)), { header, digest, scope: 'plan', settings }, at, seal);

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
    assert.deepEqual(judged({ scope: 'wave-2' }), falls('otherScope'));
  });

  it('falls when it is the approval of whoever asked for the run, however the name is written', () => {
    const selfApproved = falls('selfApproved');
    assert.deepEqual(judged({ approver: 'requester' }), selfApproved);
    assert.deepEqual(judged({ approver: ' Requester ' }), selfApproved);
    assert.deepEqual(judged({ approver: 'requester', requestedBy: 'somebody else' }), selfApproved);
  });

  it('falls when it is a rejection', () => {
    assert.deepEqual(judged({ decision: 'rejected', reason: 'not today' }), falls('notApproved'));
  });

  it('falls when it is by somebody who may not approve', () => {
    assert.deepEqual(judged({ approver: 'mallory' }), falls('tooFewApprovals'));
  });

  it('falls when its plan does not say until when it stands, or how many must approve it', () => {
    for (const [missing, ...reasons] of [
      ['expiresAt', 'decidedTooLate', 'approvalExpired'],
      ['approvals', 'tooFewApprovals'],
    ] as const) {
      const { [missing]: _, ...rest } = header;
      const approvable = { header: rest as PlanHeader, digest, scope: 'plan', settings } as const;
      assert.deepEqual(
        judgeApproval(decisionOf(answerWith()), approvable, instant(999), 'genuine'),
        falls(...reasons),
        missing,
      );
    }
  });

  it('falls for every reason at once', () => {
    const wrong = {
      run: 'run-2',
      digest: 'sha256:other',
      scope: 'wave-2',
      approver: 'requester',
      decidedAt: instant(1_000),
    };
    const rejection = { ...wrong, approver: 'requester', decision: 'rejected', reason: 'no' };
    const demanding = { ...settings, signIn };
    const approvable = { header: { ...header, approvals: 2 }, digest, scope: 'plan', settings: demanding } as const;
    assert.deepEqual(
      judgeApproval(decisionOf(answerWith(rejection)), approvable, instant(2_000), 'broken'),
      falls(...(Object.keys(flaws) as ApprovalFlaw[])),
    );
  });
});

describe('an approval where people must sign in (S1)', () => {
  const demanded = (proved: object) => {
    const approvable = { header, digest, scope: 'plan', settings: { ...settings, signIn } } as const;
    return judgeApproval(decisionOf(answerWith(proved)), approvable, instant(999), 'genuine');
  };

  it('stands when its approver had signed in there, or AWS had authenticated them', () => {
    assert.deepEqual(demanded(signedIn('user-7')), { kind: 'stands' });
    const principal = 'arn:aws:iam::111122223333:user/first-approver';
    assert.deepEqual(demanded({ provedBy: { kind: 'iam', principal } }), { kind: 'stands' });
  });

  it('falls when they had a link alone, or signed in elsewhere', () => {
    assert.deepEqual(demanded({}), falls('notSignedIn'));
    assert.deepEqual(demanded(signedIn('user-7', 'https://evil.example')), falls('notSignedIn'));
  });
});

describe('an approval by several people (S1)', () => {
  const two: PlanHeader = {
    ...header,
    approvals: 2,
    waves: [
      { number: 1, tiers: ['low'], approvals: 0, secrets: 1, batches: [] },
      { number: 2, tiers: ['high'], approvals: 2, secrets: 1, batches: [] },
    ],
  };
  const byAll = (approvers: readonly string[], plan = two, scope: Scope = 'plan', known = settings) => {
    const [first = answerWith(), ...rest] = approvers.map((approver) => answerWith({ approver, scope }));
    return judgeApproval(
      decisionOf(first, ...rest),
      { header: plan, digest, scope, settings: known },
      instant(999),
      'genuine',
    );
  };

  it('stands with as many different people as the plan needs, and falls with one fewer', () => {
    assert.deepEqual(byAll(['first-approver', 'second-approver']), { kind: 'stands' });
    assert.deepEqual(byAll(['first-approver']), falls('tooFewApprovals'));
  });

  it('falls when one person answered twice, under one entry or two', () => {
    assert.deepEqual(byAll(['first-approver', 'first-approver']), falls('tooFewApprovals'));
    assert.deepEqual(byAll(['first-approver', ' FIRST-APPROVER']), falls('tooFewApprovals'));
    const doubled = {
      ...settings,
      approvers: [...settings.approvers, { name: 'gh', email: 'FIRST-APPROVER@example.com' }],
    };
    assert.deepEqual(byAll(['first-approver', 'gh'], two, 'plan', doubled), falls('tooFewApprovals'));
  });

  it('falls when one account answered for two', () => {
    const byAccounts = (...subjects: readonly [string, string]) => {
      const [one, other] = subjects.map((subject, at) =>
        answerWith({ approver: ['first-approver', 'second-approver'][at], ...signedIn(subject) }),
      );
      const decision = decisionOf(one ?? answerWith(), other ?? answerWith());
      return judgeApproval(decision, { header: two, digest, scope: 'plan', settings }, instant(999), 'genuine');
    };
    assert.deepEqual(byAccounts('user-7', 'user-8'), { kind: 'stands' });
    assert.deepEqual(byAccounts('user-7', 'user-7'), falls('tooFewApprovals'));
  });

  it('falls when one of them is whoever asked, by name or by address', () => {
    assert.deepEqual(byAll(['first-approver', 'requester']), falls('selfApproved'));
    const byAddress = { ...two, requestedBy: 'first.last@example.com' };
    assert.deepEqual(byAll(['first-approver', 'requester-2'], byAddress), falls('selfApproved'));
  });

  it('falls below what the settings demand, whatever the plan says, and below what the plan says', () => {
    assert.deepEqual(byAll(['first-approver'], { ...two, approvals: 1 }), falls('tooFewApprovals'));
    assert.deepEqual(byAll(['first-approver', 'second-approver'], { ...two, approvals: 3 }), falls('tooFewApprovals'));
  });

  it('falls when any of them came too late', () => {
    const decision = decisionOf(answerWith(), answerWith({ approver: 'second-approver', decidedAt: 1_000 }));
    const approvable = { header: two, digest, scope: 'plan', settings } as const;
    assert.deepEqual(judgeApproval(decision, approvable, instant(999), 'genuine'), falls('decidedTooLate'));
  });

  it('of a wave stands for that wave alone', () => {
    assert.deepEqual(byAll(['first-approver', 'second-approver'], two, 'wave-2'), { kind: 'stands' });
    const ofWave = decisionOf(
      answerWith({ scope: 'wave-2' }),
      answerWith({ scope: 'wave-2', approver: 'second-approver' }),
    );
    const approvable = { header: two, digest, scope: 'plan', settings } as const;
    assert.deepEqual(judgeApproval(ofWave, approvable, instant(999), 'genuine'), falls('otherScope'));
  });
});
