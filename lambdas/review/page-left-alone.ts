import { leaveAloneReasons, restoreReasons, retireReasons } from '../../core/leave-alone.ts';
import { counted } from '../../core/plain-text.ts';
import { type NotPlanned, preflightReasons } from '../../core/planning/draft.ts';
import { type Html, html } from './html.ts';
import type { ReasonOnSheet } from './sheet.ts';
import type { PlanView } from './view.ts';

/** Every secret that is left alone, by reason. A page after the first has only its part of the names. */
export function leftAloneSection({ sheet, leftAlone }: PlanView): Html | undefined {
  const reasons = sheet.page === 1 ? sheet.reasons : sheet.reasons.filter(({ named }) => named.length > 0);
  if (sheet.page > 1 && reasons.length === 0) return undefined;

  return html`<section aria-labelledby="left-alone-title"><h2 id="left-alone-title">What is left alone</h2>
<p>${leftAlone.length === 0 ? 'Nothing: every secret is in the plan.' : `${counted(leftAlone.length, 'secret')} will not be touched.`}</p>
${reasons.map((reason) => (reason.named.length === 0 ? elsewhere(reason) : here(reason)))}</section>`;
}

const here = ({ reason, count, named }: ReasonOnSheet): Html =>
  html`<details><summary>${summary(reason, count)}${named.length < count ? ` (${named.length} on this page)` : undefined}</summary>
<ul class="names">${named.map(nameWithOthers)}</ul></details>`;

const elsewhere = ({ reason, count, firstPage }: ReasonOnSheet): Html =>
  html`<p class="reason">${summary(reason, count)} <a href="?page=${firstPage}#left-alone-title">named from page ${firstPage} on</a></p>`;

const summary = (reason: NotPlanned['reason'], count: number): string =>
  `${counted(count, 'secret')}: ${sentences[reason] ?? reason}`;

const nameWithOthers = ({ name, reasons: [, ...others] }: NotPlanned): Html =>
  html`<li><bdi>${name}</bdi>${others.length === 0 ? undefined : html`<small>and ${others.map((key) => sentences[key] ?? key).join('; ')}</small>`}</li>`;

const sentences: Readonly<Record<string, string>> = {
  ...leaveAloneReasons,
  ...restoreReasons,
  ...retireReasons,
  ...preflightReasons,
};
