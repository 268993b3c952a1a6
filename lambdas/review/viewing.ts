import type { Instant } from '../../core/instant.ts';
import type { Settings } from '../../core/settings.ts';
import type { Decided } from './decide.ts';
import type { PlanView, View } from './view.ts';
import type { Visit } from './visit.ts';

/** What there is to show, to whom and when. */
export interface Showing {
  readonly visit: Visit;
  readonly now: Instant;
  readonly settings: Pick<Settings, 'tiers' | 'bakeTimeSeconds'>;
}

/** The answer that was just sent, and what became of it. */
export interface Sent {
  readonly decided: Decided;
  readonly reason: string;
}

/** Chooses what an approver sees: a decision before all else, and forms only while an answer would count. */
export function viewOf({ visit, now, settings }: Showing, sent?: Sent): View {
  const { pending, invitation } = visit;
  const plan = planView({ visit, now, settings });
  const refusals = sent?.decided.kind === 'refused' ? sent.decided.reasons : [];
  const decision = sent?.decided.decision ?? visit.decided;

  if (decision !== undefined) {
    const delivery = sent?.decided.kind === 'recorded' ? sent.decided.delivery : undefined;
    const nonce = decision.approver === invitation.approver ? invitation.nonce : undefined;
    return { kind: 'decided', plan, decision, delivery, refusals, nonce };
  }
  if (plan === undefined || refusals.includes('planChanged')) return { kind: 'changed', digest: pending.digest };
  if (now >= pending.answerBy) return { kind: 'over', plan, refusals };
  return {
    kind: 'open',
    plan,
    approver: invitation.approver,
    nonce: invitation.nonce,
    refusals,
    reason: sent?.reason ?? '',
  };
}

function planView({ visit: { pending, dossier }, now, settings }: Showing): PlanView | undefined {
  if (dossier === undefined) return undefined;
  return {
    ...dossier,
    digest: pending.digest,
    answerBy: pending.answerBy,
    bakeTimeSeconds: settings.bakeTimeSeconds,
    tiers: settings.tiers.map(({ name }) => name),
    now,
  };
}
