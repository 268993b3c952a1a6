import type { Instant } from '../../core/instant.ts';
import type { Settings } from '../../core/settings.ts';
import type { Decided } from './decide.ts';
import { notBegun } from './progress.ts';
import { sheetOf } from './sheet.ts';
import type { PlanView, View } from './view.ts';
import type { Visit } from './visit.ts';

/** What there is to show, to whom and when. */
export interface Showing {
  readonly visit: Visit;
  readonly now: Instant;
  /** The page asked for, of a plan that has several. */
  readonly page: number;
  readonly settings: Pick<Settings, 'tiers' | 'bakeTimeSeconds'>;
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
  const plan = planView(showing);
  const refusals = sent?.decided.kind === 'refused' ? sent.decided.reasons : [];
  const decision = sent?.decided.decision ?? visit.decided;

  if (decision !== undefined) {
    const delivery = sent?.decided.kind === 'recorded' ? sent.decided.delivery : undefined;
    const nonce = decision.approver === invitation.approver ? invitation.nonce : undefined;
    return {
      kind: 'decided',
      plan,
      decision,
      delivery,
      refusals,
      nonce,
      progress: progress ?? (plan && notBegun(plan.header)),
    };
  }
  if (plan === undefined || refusals.includes('planChanged')) return { kind: 'changed', digest: pending.digest };
  if (now >= pending.answerBy) return { kind: 'over', plan, refusals, report: progress?.report };
  return {
    kind: 'open',
    plan,
    approver: invitation.approver,
    nonce: invitation.nonce,
    refusals,
    reason: sent?.reason ?? '',
  };
}

function planView({ visit: { pending, dossier }, now, page, settings }: Showing): PlanView | undefined {
  if (dossier === undefined) return undefined;
  const tiers = settings.tiers.map(({ name }) => name);
  return {
    ...dossier,
    digest: pending.digest,
    answerBy: pending.answerBy,
    bakeTimeSeconds: settings.bakeTimeSeconds,
    tiers,
    sheet: sheetOf(dossier, tiers, page),
    now,
  };
}
