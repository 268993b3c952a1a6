import { refusals as refusalTexts } from '../../core/approval/approval-answer.ts';
import { type Decision, decidedAt, longestReason, proofWords, reasonOf } from '../../core/approval/decision.ts';
import { modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
import { waveOfScope } from '../../core/scope.ts';
import { type Html, html } from './html.ts';
import { standingList, standingWords } from './page-answers.ts';
import { hiddenFields } from './page-fields.ts';
import { moment } from './page-parts.ts';
import { endSection, progressSection } from './page-progress.ts';
import type { Progress } from './progress.ts';
import type { Delivery, PlanView, View } from './view.ts';

type Open = Extract<View, { readonly kind: 'open' }>;
type Decided = Extract<View, { readonly kind: 'decided' }>;

/** The two ways to answer. Each form goes back to the address of the page. */
export function decisionForms({ plan, approver, nonce, refusals, reason }: Open): Html {
  const subject = plan.scope === 'plan' ? 'plan' : 'wave';
  const hidden = (decision: string) => hiddenFields(decision, plan, nonce);
  const countWrong = refusals.includes('countWrong');
  const reasonWrong = refusals.find((refusal) => refusal === 'reasonMissing' || refusal === 'reasonTooLong');

  return html`<section id="decide" aria-labelledby="decide-title">
<h2 id="decide-title">Your decision, <bdi>${approver}</bdi></h2>
<p>It is recorded with your name, once and for all. Until ${moment(plan.answerBy)} it counts.${
    plan.standing.needed === 1
      ? undefined
      : html` ${standingWords(plan.standing)} approvals are there; one rejection ends it.`
  }</p>
<div class="answers">
<form method="post" class="approve">
<h3>Approve</h3>
${hidden('approved')}
<label for="count">Type how many secrets this ${subject} ${modeWords[plan.header.mode].acts}</label>
<input id="count" name="count" inputmode="numeric" pattern="[0-9]+" maxlength="9" autocomplete="off" required${invalid(countWrong, 'count-error')}>
${countWrong ? html`<p class="error" id="count-error">${refusalTexts.countWrong}</p>` : undefined}
<button>Approve this ${subject}</button>
</form>
<form method="post" class="reject">
<h3>Reject</h3>
${hidden('rejected')}
<label for="reason">Say why, for those who asked</label>
<input id="reason" name="reason" maxlength="${longestReason}" autocomplete="off" required value="${reason}"${invalid(reasonWrong !== undefined, 'reason-error')}>
${reasonWrong === undefined ? undefined : html`<p class="error" id="reason-error">${refusalTexts[reasonWrong]}</p>`}
<button>Reject this ${subject}</button>
</form>
</div>
</section>`;
}

/** What was decided, when and by whom. */
export function decidedSection({ plan, decision, delivery, nonce, progress }: Decided): Html {
  const { answers } = decision;
  const { digest, scope } = answers[0].answer;
  const approved = decision.decision === 'approved';
  // What the archive holds of the run's course says that the run knows its decision.
  const goesOn = progress?.report !== undefined || progress?.waves.some(({ state }) => state !== 'waiting') === true;

  return html`<p class="stage">Keyturn${plan === undefined ? undefined : html` · <bdi>${plan.header.stage}</bdi>`}</p>
<h1 class="${decision.decision}">${waveWords(decision)}${approved ? 'Approved' : 'Rejected'} by ${answers.map(({ answer }, at) => html`${joint(at, answers.length)}<bdi>${answer.approver}</bdi>`)}</h1>
<p>Decided ${moment(decidedAt(decision))}${answers.length === 1 ? html`, <bdi>${proofWords(answers[0].answer.provedBy)}</bdi>` : undefined}. ${approved ? undefined : scope === 'plan' ? 'Nothing is touched.' : 'Nothing more is touched.'}</p>
${answers.length === 1 ? undefined : html`<ul class="names">${answers.map(({ answer }) => html`<li><bdi>${answer.approver}</bdi>, ${moment(answer.decidedAt)}, <bdi>${proofWords(answer.provedBy)}</bdi></li>`)}</ul>`}
${approved ? undefined : html`<p>Reason: <bdi>${reasonOf(decision)}</bdi></p>`}
${delivery === undefined ? undefined : html`<p role="status">${deliveryTexts[delivery]}</p>`}
${
  nonce === undefined || delivery === 'delivered' || goesOn
    ? undefined
    : html`<form method="post" class="again">${hiddenFields(decision.decision, { digest, scope }, nonce)}<p>${
        delivery === 'lost' ? 'Or do not wait for it:' : 'Should the run still wait for it:'
      } <button>Send the decision to the run again</button></p></form>`
}
${plan === undefined || progress === undefined ? undefined : course(decision, plan, progress)}`;
}

const waveWords = ({ answers: [{ answer }] }: Decision): string => {
  const wave = waveOfScope(answer.scope);
  return wave === undefined ? '' : `Wave ${wave}: `;
};

/** What stands before the name at this place of a list. */
const joint = (at: number, of: number): string => (at === 0 ? '' : at === of - 1 ? ' and ' : ', ');

function course({ decision }: Decided['decision'], plan: PlanView, progress: Progress): Html | undefined {
  if (decision === 'approved') return progressSection(plan, progress);
  return progress.report === undefined ? undefined : endSection(progress.report);
}

const deliveryTexts: Readonly<Record<Delivery, string>> = {
  delivered: 'The run has been told.',
  closed: 'The run was not waiting for it: it knew it already, or had ended before.',
  lost: 'The decision is recorded. The run has not been told yet, and will be within a few minutes, as long as it waits.',
};

/** What an approver sees who comes too late. */
export const overSection = ({
  answerBy,
  header,
  scope,
  standing,
}: PlanView): Html => html`<p class="stage">Keyturn · <bdi>${header.stage}</bdi></p>
<h1>Too late to answer</h1>
<p>The time to answer ended ${moment(answerBy)} without a decision. ${
  scope === 'plan'
    ? html`Nothing is touched: this plan would have ${modeWords[header.mode].done}
${counted(header.selected, 'secret')}.`
    : 'The waves before stay as they are, and nothing more is touched.'
}</p>
${standing.approvals.length === 0 ? undefined : html`<p>${standingWords(standing)} approvals had been given.</p>${standingList(standing)}`}`;

const invalid = (isInvalid: boolean, describedBy: string): Html | undefined =>
  isInvalid ? html` aria-invalid="true" aria-describedby="${describedBy}"` : undefined;
