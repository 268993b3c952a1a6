import type { Decision, GivenAnswer, SealedAnswer } from '../core/approval/decision.ts';
import { instant } from '../core/instant.ts';
import type { PlanDigest, Run } from '../core/plan.ts';

/* Answers as the desk records them, of a person who had their link. */

/** An answer, some of it otherwise. */
export const answerWith = (more: object = {}): GivenAnswer =>
  ({
    run: 'run-1' as Run,
    digest: 'sha256:plan' as PlanDigest,
    scope: 'plan',
    approver: 'first-approver',
    decidedAt: instant(500),
    expiresAt: instant(1_000),
    requestedBy: 'requester',
    provedBy: { kind: 'link' },
    decision: 'approved',
    ...more,
  }) as GivenAnswer;

export const sealed = (answer: GivenAnswer, seal = 'c2VhbA=='): SealedAnswer => ({ answer, seal });

/** What these answers came to. */
export const decisionOf = (...answers: readonly [GivenAnswer, ...GivenAnswer[]]): Decision => ({
  decision: answers[0].decision,
  answers: answers.map((answer) => sealed(answer)) as unknown as Decision['answers'],
});
