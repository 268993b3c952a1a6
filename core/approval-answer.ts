import { type Decision, longestReason } from './approval.ts';
import { type Invitation, isSameText, type PendingApproval } from './approval-desk.ts';
import type { Instant } from './instant.ts';
import { isSamePerson } from './person.ts';
import { oneLine } from './plain-text.ts';
import type { PlanHeader } from './plan.ts';

/** What came back from an approver's page. Nothing in it has been believed yet. */
export interface Answer {
  readonly decision: string;
  readonly digest: string;
  readonly nonce: string;
  /** What was typed as the number of secrets. Only an approval needs it. */
  readonly count: string;
  /** Only a rejection needs it. */
  readonly reason: string;
}

/** What an answer is judged against. None of it comes from the answer. */
export interface AnsweredPlan {
  readonly pending: PendingApproval;
  /** Whose link the answer came by, if it is anyone's. */
  readonly invitation: Invitation | undefined;
  /** The plan, when what the archive holds is still what waits for an answer. */
  readonly header: PlanHeader | undefined;
  /** What was decided before, if anything was. */
  readonly decided: Decision | undefined;
}

/**
 * Every reason to refuse an answer, and the sentence its sender reads.
 *
 * The keys outlive the code: logs and tests quote them.
 */
export const refusals = {
  linkUnknown: 'This link is nobody’s.',
  alreadyDecided: 'The plan has been decided already. The first decision is the only one.',
  planChanged: 'The stored plan is not the one that waits for an answer. Nobody can approve it.',
  otherPlan: 'The answer names another plan than the one that waits. Open your link again.',
  nonceWrong: 'The answer did not come from the page your link opens. Open your link again.',
  selfApproval: 'You asked for this run, so you cannot answer it.',
  answeredTooLate: 'The time to answer is over. Nothing will be touched.',
  noDecision: 'The answer neither approves nor rejects.',
  countWrong: 'The number typed is not the number of secrets in the plan.',
  reasonMissing: 'A rejection needs a reason.',
  reasonTooLong: `The reason is longer than ${longestReason} characters.`,
} as const;

export type Refusal = keyof typeof refusals;

export type AnswerVerdict =
  | { readonly kind: 'accepted'; readonly decision: Decision }
  | { readonly kind: 'refused'; readonly reasons: readonly [Refusal, ...Refusal[]] };

/**
 * Judges an answer to the plan that waits for it.
 *
 * Lists every reason to refuse, not just the first, so that an answer is corrected once. A link that is nobody's learns
 * nothing more.
 */
export function judgeAnswer(answer: Answer, answered: AnsweredPlan, answeredAt: Instant): AnswerVerdict {
  const { pending, invitation } = answered;
  if (invitation === undefined) return { kind: 'refused', reasons: ['linkUnknown'] };

  const [first, ...rest] = reasonsToRefuse(answer, { ...answered, invitation }, answeredAt);
  if (first !== undefined) return { kind: 'refused', reasons: [first, ...rest] };

  const { run, digest, expiresAt, requestedBy } = pending;
  const common = { run, digest, approver: invitation.approver, decidedAt: answeredAt, expiresAt, requestedBy };
  return {
    kind: 'accepted',
    decision:
      answer.decision === 'approved'
        ? { ...common, decision: 'approved' }
        : { ...common, decision: 'rejected', reason: oneLine(answer.reason) },
  };
}

function* reasonsToRefuse(
  answer: Answer,
  { pending, invitation, header, decided }: AnsweredPlan & { readonly invitation: Invitation },
  answeredAt: Instant,
): Generator<Refusal> {
  if (decided !== undefined) yield 'alreadyDecided';
  if (header === undefined) yield 'planChanged';
  if (!isSameText(answer.digest, pending.digest)) yield 'otherPlan';
  if (!isSameText(answer.nonce, invitation.nonce)) yield 'nonceWrong';
  if (isSamePerson(invitation.approver, pending.requestedBy)) yield 'selfApproval';
  if (answeredAt >= pending.answerBy) yield 'answeredTooLate';

  if (answer.decision === 'approved') {
    if (header !== undefined && answer.count.trim() !== String(header.selected)) yield 'countWrong';
  } else if (answer.decision === 'rejected') {
    const { length } = oneLine(answer.reason);
    if (length === 0) yield 'reasonMissing';
    if (length > longestReason) yield 'reasonTooLong';
  } else {
    yield 'noDecision';
  }
}

/** Whether an answer says again what its sender decided before: their run may not have heard of it. */
export const isRepeated = (answer: Answer, { approver, nonce }: Invitation, decided: Decision): boolean =>
  decided.approver === approver &&
  decided.decision === answer.decision &&
  isSameText(answer.digest, decided.digest) &&
  isSameText(answer.nonce, nonce);
