import type { Instant } from '../instant.ts';
import { oneLine } from '../plain-text.ts';
import type { PlanHeader } from '../plan.ts';
import { waveOfScope } from '../scope.ts';
import { type Invitation, isSameText, type PendingApproval } from './approval-desk.ts';
import { type Decision, type GivenAnswer, longestReason, type Proof } from './decision.ts';
import { isSamePerson } from './person.ts';

/** What came back from an approver's page. Nothing in it has been believed yet. */
export interface Answer {
  readonly decision: string;
  readonly digest: string;
  readonly scope: string;
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
  /** How it is known that it is theirs. */
  readonly provedBy: Proof;
  /** The plan, when what the archive holds is still what waits for an answer. */
  readonly header: PlanHeader | undefined;
  /** What was decided before, if anything was. */
  readonly decided: Decision | undefined;
  /** What this approver answered before, if they did. */
  readonly own: GivenAnswer | undefined;
}

/**
 * Every reason to refuse an answer, and the sentence its sender reads.
 *
 * The keys outlive the code: logs and tests quote them.
 */
export const refusals = {
  linkUnknown: 'This link is nobody’s.',
  alreadyDecided: 'The plan has been decided already. The first decision is the only one.',
  alreadyAnswered: 'You have answered already. The first answer is the only one.',
  planChanged: 'The stored plan is not the one that waits for an answer. Nobody can approve it.',
  otherPlan: 'The answer names another plan than the one that waits. Open your link again.',
  otherScope: 'The answer is about another part of the plan than the one that waits. Open your link again.',
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
  | { readonly kind: 'accepted'; readonly answer: GivenAnswer }
  | { readonly kind: 'refused'; readonly reasons: readonly [Refusal, ...Refusal[]] };

/**
 * Judges an answer to the plan that waits for it.
 *
 * Lists every reason to refuse, not just the first, so that an answer is corrected once. A link that is nobody's learns
 * nothing more.
 */
export function judgeAnswer(answer: Answer, answered: AnsweredPlan, answeredAt: Instant): AnswerVerdict {
  const { pending, invitation, provedBy } = answered;
  if (invitation === undefined) return { kind: 'refused', reasons: ['linkUnknown'] };

  const [first, ...rest] = reasonsToRefuse(answer, { ...answered, invitation }, answeredAt);
  if (first !== undefined) return { kind: 'refused', reasons: [first, ...rest] };

  const { run, digest, scope, expiresAt, requestedBy } = pending;
  const { approver } = invitation;
  const common = { run, digest, scope, approver, decidedAt: answeredAt, expiresAt, requestedBy, provedBy };
  return {
    kind: 'accepted',
    answer:
      answer.decision === 'approved'
        ? { ...common, decision: 'approved' }
        : { ...common, decision: 'rejected', reason: oneLine(answer.reason) },
  };
}

function* reasonsToRefuse(
  answer: Answer,
  { pending, invitation, header, decided, own }: AnsweredPlan & { readonly invitation: Invitation },
  answeredAt: Instant,
): Generator<Refusal> {
  if (decided !== undefined) yield 'alreadyDecided';
  else if (own !== undefined) yield 'alreadyAnswered';
  if (header === undefined) yield 'planChanged';
  if (!isSameText(answer.digest, pending.digest)) yield 'otherPlan';
  if (answer.scope !== pending.scope) yield 'otherScope';
  if (!isSameText(answer.nonce, invitation.nonce)) yield 'nonceWrong';
  if (isSamePerson(invitation.approver, pending.requestedBy)) yield 'selfApproval';
  if (answeredAt >= pending.answerBy) yield 'answeredTooLate';

  if (answer.decision === 'approved') {
    if (header !== undefined && answer.count.trim() !== String(secretsAsked(header, pending))) yield 'countWrong';
  } else if (answer.decision === 'rejected') {
    const { length } = oneLine(answer.reason);
    if (length === 0) yield 'reasonMissing';
    if (length > longestReason) yield 'reasonTooLong';
  } else {
    yield 'noDecision';
  }
}

/** How many secrets the question is about: what an approver types. */
export function secretsAsked({ selected, waves }: PlanHeader, { scope }: Pick<PendingApproval, 'scope'>): number {
  return waves.find(({ number }) => number === waveOfScope(scope))?.secrets ?? selected;
}

/** Whether an answer says again what its sender said before: it may not have come to what it should, or been told. */
export const isRepeated = (answer: Answer, { approver, nonce }: Invitation, given: GivenAnswer): boolean =>
  given.approver === approver &&
  given.decision === answer.decision &&
  given.scope === answer.scope &&
  isSameText(answer.digest, given.digest) &&
  isSameText(answer.nonce, nonce);
