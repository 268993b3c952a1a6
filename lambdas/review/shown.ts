import { type Refusal, refusals } from '../../core/approval/approval-answer.ts';
import { headline, waveHeadline } from '../../core/approval/approval-summary.ts';
import type { Decision, GivenAnswer } from '../../core/approval/decision.ts';
import { waveOfScope } from '../../core/scope.ts';
import type { Delivery, PlanView, View } from './view.ts';

/** A plan as programs are shown it: all of it, in one piece. */
export interface PlanShown extends Omit<PlanView, 'sheet'> {
  /** What would happen, in one sentence without its full stop. */
  readonly headline: string;
}

/** What an approver's page would say, for programs. */
export interface Shown {
  readonly kind: View['kind'];
  /** Whom the settings know the caller as. */
  readonly approver: string;
  readonly plan?: PlanShown;
  /** What was decided. */
  readonly decision?: Decision;
  readonly delivery?: Delivery;
  /** What this approver has answered, while more answers are needed. */
  readonly own?: GivenAnswer;
  /** Why the answer just sent was not recorded: words for programs, and a sentence for people. */
  readonly refusals: readonly Refusal[];
  readonly error?: Refusal;
  readonly message?: string;
}

/** Leaves out what only a page needs: its nonce, and its cut into sheets. */
export function shownOf(view: View, approver: string, reasons: readonly Refusal[]): Shown {
  const [first] = reasons;
  return {
    kind: view.kind,
    approver,
    refusals: reasons,
    ...(first === undefined ? {} : { error: first, message: reasons.map((reason) => refusals[reason]).join(' ') }),
    ...('plan' in view && view.plan !== undefined ? { plan: planShown(view.plan) } : {}),
    ...(view.kind === 'answered' ? { own: view.own } : {}),
    ...(view.kind === 'decided' ? { decision: view.decision } : {}),
    ...(view.kind === 'decided' && view.delivery !== undefined ? { delivery: view.delivery } : {}),
  };
}

function planShown({ sheet: _, ...plan }: PlanView): PlanShown {
  const wave = waveOfScope(plan.scope);
  return { ...plan, headline: wave === undefined ? headline(plan.header, plan.now) : waveHeadline(plan.header, wave) };
}
