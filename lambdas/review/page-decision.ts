import { longestReason } from '../../core/approval.ts';
import { refusals as refusalTexts } from '../../core/approval-answer.ts';
import { modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
import { type Html, html } from './html.ts';
import { moment } from './page-parts.ts';
import { endSection, progressSection } from './page-progress.ts';
import type { Progress } from './progress.ts';
import type { Delivery, PlanView, View } from './view.ts';

type Open = Extract<View, { readonly kind: 'open' }>;
type Decided = Extract<View, { readonly kind: 'decided' }>;

/** The two ways to answer. Each form goes back to the address of the page. */
export function decisionForms({ plan, approver, nonce, refusals, reason }: Open): Html {
  const hidden = (decision: string) => hiddenFields(decision, plan.digest, nonce);
  const countWrong = refusals.includes('countWrong');
  const reasonWrong = refusals.find((refusal) => refusal === 'reasonMissing' || refusal === 'reasonTooLong');

  return html`<section id="decide" aria-labelledby="decide-title">
<h2 id="decide-title">Your decision, <bdi>${approver}</bdi></h2>
<p>It is recorded with your name, once and for all. Until ${moment(plan.answerBy)} it counts.</p>
<div class="answers">
<form method="post" class="approve">
<h3>Approve</h3>
${hidden('approved')}
<label for="count">Type how many secrets this plan ${modeWords[plan.header.mode].acts}</label>
<input id="count" name="count" inputmode="numeric" pattern="[0-9]+" maxlength="9" autocomplete="off" required${invalid(countWrong, 'count-error')}>
${countWrong ? html`<p class="error" id="count-error">${refusalTexts.countWrong}</p>` : undefined}
<button>Approve this plan</button>
</form>
<form method="post" class="reject">
<h3>Reject</h3>
${hidden('rejected')}
<label for="reason">Say why, for those who asked</label>
<input id="reason" name="reason" maxlength="${longestReason}" autocomplete="off" required value="${reason}"${invalid(reasonWrong !== undefined, 'reason-error')}>
${reasonWrong === undefined ? undefined : html`<p class="error" id="reason-error">${refusalTexts[reasonWrong]}</p>`}
<button>Reject this plan</button>
</form>
</div>
</section>`;
}

/** What was decided, when and by whom. */
export function decidedSection({ plan, decision, delivery, nonce, progress }: Decided): Html {
  const { approver, decidedAt, digest } = decision;
  const approved = decision.decision === 'approved';
  // What the archive holds of the run's course says that the run knows its decision.
  const goesOn = progress?.report !== undefined || progress?.waves.some(({ state }) => state !== 'waiting') === true;

  return html`<p class="stage">Keyturn${plan === undefined ? undefined : html` · <bdi>${plan.header.stage}</bdi>`}</p>
<h1 class="${decision.decision}">${approved ? 'Approved' : 'Rejected'} by <bdi>${approver}</bdi></h1>
<p>Decided ${moment(decidedAt)}. ${approved ? undefined : 'Nothing is touched.'}</p>
${decision.decision === 'rejected' ? html`<p>Reason: <bdi>${decision.reason}</bdi></p>` : undefined}
${delivery === undefined ? undefined : html`<p role="status">${deliveryTexts[delivery]}</p>`}
${
  nonce === undefined || delivery === 'delivered' || goesOn
    ? undefined
    : html`<form method="post" class="again">${hiddenFields(decision.decision, digest, nonce)}<p>${
        delivery === 'lost' ? 'Try again:' : 'Should the run still wait for it:'
      } <button>Send the decision to the run again</button></p></form>`
}
${plan === undefined || progress === undefined ? undefined : course(decision, plan, progress)}`;
}

function course({ decision }: Decided['decision'], plan: PlanView, progress: Progress): Html | undefined {
  if (decision === 'approved') return progressSection(plan, progress);
  return progress.report === undefined ? undefined : endSection(progress.report);
}

const deliveryTexts: Readonly<Record<Delivery, string>> = {
  delivered: 'The run has been told.',
  closed: 'The run was not waiting for it: it knew it already, or had ended before.',
  lost: 'The decision is recorded, but the run could not be told.',
};

/** What an approver sees who comes too late. */
export const overSection = ({
  answerBy,
  header,
}: PlanView): Html => html`<p class="stage">Keyturn · <bdi>${header.stage}</bdi></p>
<h1>Too late to answer</h1>
<p>The time to answer ended ${moment(answerBy)} without a decision. Nothing is touched: this plan would have ${modeWords[header.mode].done}
${counted(header.selected, 'secret')}.</p>`;

const hiddenFields = (
  decision: string,
  digest: string,
  nonce: string,
): Html => html`<input type="hidden" name="decision" value="${decision}">
<input type="hidden" name="digest" value="${digest}">
<input type="hidden" name="nonce" value="${nonce}">`;

const invalid = (isInvalid: boolean, describedBy: string): Html | undefined =>
  isInvalid ? html` aria-invalid="true" aria-describedby="${describedBy}"` : undefined;
