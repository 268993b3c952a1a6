import { wayBack } from '../../core/approval/approval-summary.ts';
import { guardrailName, nearness } from '../../core/guardrail-words.ts';
import { counted } from '../../core/plain-text.ts';
import { unusualKinds } from '../../core/plan.ts';
import type { Strategy } from '../../core/settings.ts';
import { type Html, html } from './html.ts';
import { standingList, standingWords } from './page-answers.ts';
import { leftAloneSection } from './page-left-alone.ts';
import { bar, distance, moment, tierColour } from './page-parts.ts';
import { secretsSection } from './page-secrets.ts';
import { sheetsNavigation } from './page-sheets.ts';
import type { PlanView } from './view.ts';

/** What an approver needs to decide, the most needed first. Pages after the first only list on. */
export const planSections = (plan: PlanView, isOpen = false): Html =>
  plan.sheet.page > 1
    ? html`<p><a class="jump" href="?page=1">Back to ${isOpen ? 'your decision, and ' : undefined}the whole plan</a></p>
${listing(plan)}`
    : html`${factsSection(plan, isOpen)}
${guardrailsSection(plan)}
${unusualSection(plan)}
${wavesSection(plan)}
${listing(plan)}
${wayBackSection(plan)}
<section aria-labelledby="digest-title"><h2 id="digest-title">Digest</h2>
<p>The decision is about exactly this plan, and no other:</p>
<p><code>${plan.digest}</code></p></section>`;

const listing = (plan: PlanView): Html => html`<div id="list">
${sheetsNavigation(plan.sheet, 'Pages of secrets')}
${secretsSection(plan)}
${leftAloneSection(plan)}
${sheetsNavigation(plan.sheet, 'Pages of secrets, once more')}</div>`;

const factsSection = (
  { header, isRequesterKnown, answerBy, standing, now }: PlanView,
  isOpen: boolean,
): Html => html`<dl class="facts">
<div><dt>Asked for by</dt><dd><bdi>${header.requestedBy}</bdi>${isRequesterKnown ? undefined : html`<br><strong>The settings do not know who this is</strong>, so it may be somebody who approves: ask before you do.`}</dd></div>
<div><dt>Why</dt><dd><bdi>${header.why === '' ? 'No reason given' : header.why}</bdi></dd></div>
<div><dt>Answer by</dt><dd>${moment(answerBy)}${isOpen ? ` (${distance(now, answerBy)} left)` : undefined}</dd></div>
${standing.needed === 1 || !isOpen ? undefined : html`<div><dt>Approvals</dt><dd>${standingWords(standing)}${standing.approvals.length === 0 ? html`, by different people` : standingList(standing)}</dd></div>`}
<div><dt>No wave starts after</dt><dd>${moment(header.expiresAt)}</dd></div>
</dl>`;

const guardrailsSection = ({
  header,
}: PlanView): Html => html`<section aria-labelledby="caps-title"><h2 id="caps-title">Guardrails</h2>
<ul class="bars">${header.guardrails.map(
  (guardrail) =>
    html`<li><span class="name">${guardrailName(guardrail)}</span>${bar(
      [{ share: Math.min(guardrail.actual, guardrail.limit), colour: guardrail.verdict }],
      guardrail.limit,
    )}<span class="words">${nearness(guardrail)}</span></li>`,
)}</ul></section>`;

const unusualSection = ({
  header,
}: PlanView): Html => html`<section aria-labelledby="unusual-title"><h2 id="unusual-title">What is unusual</h2>
${
  header.unusual.length === 0
    ? html`<p>Nothing that Keyturn looks for.</p>`
    : html`<ul class="unusual">${header.unusual.map(({ kind, of }) => html`<li><strong>${unusualKinds[kind]}</strong> <bdi>${of}</bdi></li>`)}</ul>`
}</section>`;

function wavesSection({ header, tiers, bakeTimeSeconds }: PlanView): Html {
  const largest = Math.max(...header.waves.map(({ secrets }) => secrets));
  return html`<section aria-labelledby="waves-title"><h2 id="waves-title">Waves</h2>
<ul class="bars">${header.waves.map(
    ({ number, secrets, batches, tiers: ofWave }) =>
      html`<li><span class="name">Wave ${number}</span>${bar(
        batches.map((batch) => ({ share: batch.secrets, colour: tierColour(tiers, batch.tier) })),
        largest,
      )}<span class="words">${counted(secrets, 'secret')}, ${ofWave.join(' and ')}, in ${counted(batches.length, 'batch', 'batches')}</span></li>`,
  )}</ul>
<p>${tiers.filter((tier) => header.waves.some((wave) => wave.tiers.includes(tier))).map((tier) => html`<span class="key ${tierColour(tiers, tier)}">${tier}</span> `)}</p>
<p>Every batch is probed by another role before the next one starts. Each wave then bakes for ${distanceOf(bakeTimeSeconds)}.
Only if credentials, services and alarms are well after that, the next wave starts.</p></section>`;
}

const distanceOf = (seconds: number): string =>
  seconds % 60 === 0 ? counted(seconds / 60, 'minute') : counted(seconds, 'second');

const wayBackSection = ({ header, batches }: PlanView): Html => {
  const used = new Set(batches.flatMap(({ secrets }) => secrets.map(({ strategy }) => strategy)));
  return html`<section aria-labelledby="back-title"><h2 id="back-title">If it fails</h2>
<p>${wayBack(header).join(' ')}</p>
${
  header.mode === 'restore'
    ? html`<p>A restore changes nothing at a target: both credentials keep working. Going back makes current again what is current
now.</p>`
    : undefined
}${
  header.mode === 'rotate' || header.mode === 'audit'
    ? html`<dl class="ways">${Object.entries(waysBack)
        .filter(([strategy]) => used.has(strategy as Strategy))
        .map(([strategy, text]) => html`<div><dt>${strategy}</dt><dd>${text}</dd></div>`)}</dl>`
    : undefined
}</section>`;
};

/** How each strategy goes back, and what is at stake. */
const waysBack: Readonly<Record<Strategy, string>> = {
  overlap: 'The old key keeps working all the time. Going back makes it the current one again.',
  alternate: 'The old account keeps its password all the time. Going back makes it the current one again.',
  replace: 'The old password stops working when the new one is set. Going back sets it again, then makes it current.',
};
