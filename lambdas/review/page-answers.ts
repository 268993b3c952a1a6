import { counted } from '../../core/plain-text.ts';
import { type Html, html } from './html.ts';
import { hiddenFields } from './page-fields.ts';
import { moment } from './page-parts.ts';
import { wavesList } from './page-progress.ts';
import type { Standing, View } from './view.ts';

type Answered = Extract<View, { readonly kind: 'answered' }>;

/** What an approver sees whose approval counts, and is not enough. It is kept up to date until it is decided. */
export function answeredSection({ plan, own, nonce, progress }: Answered): Html {
  const { standing } = plan;
  const missing = standing.needed - standing.approvals.length;
  return html`<p class="stage">Keyturn · <bdi>${plan.header.stage}</bdi></p>
<h1>Your approval is recorded</h1>
<section id="progress" data-running aria-labelledby="progress-title"><h2 id="progress-title">What is missing</h2>
<p id="now" role="status">${missing > 0 ? html`${counted(missing, 'more approval')} ${missing === 1 ? 'is' : 'are'} needed before ${moment(plan.answerBy)}. Until then nothing is rotated.` : html`Nobody else is needed. The decision is being recorded.`}</p>
<div id="waves">${standingList(standing)}${progress === undefined ? undefined : wavesList(progress)}</div>
<p><a class="jump" href="?">Look again</a></p></section>
${
  missing > 0
    ? undefined
    : html`<form method="post" class="again">${hiddenFields(own.decision, plan, nonce)}<p>Should it stay so: <button>Send your answer again</button></p></form>`
}`;
}

/** Who approved, when, and who may still. */
export const standingList = ({ approvals, silent }: Standing): Html =>
  html`<ul class="names">${approvals.map(
    ({ approver, decidedAt }) => html`<li><bdi>${approver}</bdi> approved, ${moment(decidedAt)}</li>`,
  )}${silent.map((name) => html`<li><bdi>${name}</bdi> has not answered</li>`)}</ul>`;

/** How many approvals there are, of so many. */
export const standingWords = ({ needed, approvals }: Standing): string => `${approvals.length} of ${needed}`;
