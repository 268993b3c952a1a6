import { preflightReasons } from '../../core/draft.ts';
import { leaveAloneReasons } from '../../core/leave-alone.ts';
import { counted } from '../../core/plain-text.ts';
import { type Html, html } from './html.ts';
import type { PlanView } from './view.ts';

/** More names than this make a page that no phone likes. The rest is in the archive, and counted here. */
const mostNames = 500;

/** Every secret that is not rotated, by reason. */
export function leftAloneSection({ leftAlone }: PlanView): Html {
  const shown = leftAlone.slice(0, mostNames);
  const byReason = [...Map.groupBy(leftAlone, ({ reason }) => reason)].sort(
    ([, one], [, other]) => other.length - one.length,
  );

  return html`<section aria-labelledby="left-alone-title"><h2 id="left-alone-title">What is left alone</h2>
<p>${leftAlone.length === 0 ? 'Nothing: every secret is rotated.' : `${counted(leftAlone.length, 'secret')} will not be touched.`}</p>
${byReason.map(
  ([
    reason,
    secrets,
  ]) => html`<details><summary>${counted(secrets.length, 'secret')}: ${sentences[reason] ?? reason}</summary>
<ul class="names">${secrets.filter((secret) => shown.includes(secret)).map(({ name }) => html`<li><bdi>${name}</bdi></li>`)}</ul></details>`,
)}
${leftAlone.length > shown.length ? html`<p>${leftAlone.length - shown.length} of the names are not shown here.</p>` : undefined}</section>`;
}

const sentences: Readonly<Record<string, string>> = { ...leaveAloneReasons, ...preflightReasons };
