import { eligibleApprovers, type PendingApproval } from '../../core/approval/approval-desk.ts';
import type { SealedAnswer } from '../../core/approval/decision.ts';
import { isKnownRequester } from '../../core/approval/person.ts';
import { approvalsOf, questionOf } from '../../core/approval/quorum.ts';
import type { Instant } from '../../core/instant.ts';
import type { Settings } from '../../core/settings.ts';
import type { Decided } from './decide.ts';
import type { Dossier } from './dossier.ts';
import { notBegun } from './progress.ts';
import { sheetOf } from './sheet.ts';
import type { PlanView, Standing, View } from './view.ts';
import type { Visit } from './visit.ts';

/** What there is to show, to whom and when. */
export interface Showing {
  readonly visit: Visit;
  readonly now: Instant;
  /** The page asked for, of a plan that has several. */
  readonly page: number;
  readonly settings: Pick<Settings, 'tiers' | 'approvers' | 'requesters' | 'bakeTimeSeconds'>;
}

/** The answer that was just sent, and what became of it. */
export interface Sent {
  readonly decided: Decided;
  readonly reason: string;
}

/** Chooses what an approver sees: a decision before all else, and forms only while an answer would count. */
export function viewOf(showing: Showing, sent?: Sent): View {
  const { visit, now } = showing;
  const { pending, invitation, progress } = visit;
  const { approver, nonce } = invitation;
  const decided = sent?.decided;
  const answers = decided?.kind === 'counted' ? decided.answers : visit.answers;
  const plan = planView(showing, answers);
  const refusals = decided?.kind === 'refused' ? decided.reasons : [];
  const decision = (decided?.kind === 'counted' ? undefined : decided?.decision) ?? visit.decided;

  if (decision !== undefined) {
    return {
      kind: 'decided',
      plan,
      decision,
      delivery: decided?.kind === 'decided' ? decided.delivery : undefined,
      refusals,
      nonce: decision.answers.some(({ answer }) => answer.approver === approver) ? nonce : undefined,
      progress: progress ?? (plan && notBegun(plan.header)),
    };
  }
  if (plan === undefined || refusals.includes('planChanged')) return { kind: 'changed', digest: pending.digest };
  // Answers that were enough are a decision, which the run makes of them if nobody else has.
  const { approvals, needed } = plan.standing;
  const isDecidedSoon = approvals.length >= needed && progress?.report === undefined;
  if (now >= pending.answerBy && !isDecidedSoon) return { kind: 'over', plan, refusals, report: progress?.report };
  const own = answers.find(({ answer }) => answer.approver === approver)?.answer;
  if (own !== undefined) return { kind: 'answered', plan, own, refusals, nonce, progress };
  return { kind: 'open', plan, approver, nonce, refusals, reason: sent?.reason ?? '', progress };
}

function planView(
  { visit: { pending, dossier }, now, page, settings }: Showing,
  answers: readonly SealedAnswer[],
): PlanView | undefined {
  if (dossier === undefined) return undefined;
  const tiers = settings.tiers.map(({ name }) => name);
  return {
    ...dossier,
    digest: pending.digest,
    scope: pending.scope,
    answerBy: pending.answerBy,
    standing: standingOf(pending, dossier, answers, settings),
    isRequesterKnown: isKnownRequester(pending.requestedBy, settings),
    bakeTimeSeconds: settings.bakeTimeSeconds,
    tiers,
    sheet: sheetOf(dossier, tiers, page),
    now,
  };
}

function standingOf(
  pending: PendingApproval,
  { header }: Dossier,
  answers: readonly SealedAnswer[],
  settings: Showing['settings'],
): Standing {
  const question = questionOf(pending, header, settings);
  const answered = answers.map(({ answer }) => answer.approver);
  return {
    needed: question.needed,
    approvals: approvalsOf(answers, question).map(({ answer }) => answer),
    silent: eligibleApprovers(settings.approvers, pending.requestedBy)
      .map(({ name }) => name)
      .filter((name) => !answered.includes(name)),
  };
}
