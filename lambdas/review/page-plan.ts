import { guardrailName, nearness } from '../../core/approval-summary.ts';
import { counted } from '../../core/plain-text.ts';
import type { Strategy } from '../../core/settings.ts';
import { type Html, html } from './html.ts';
import { leftAloneSection } from './page-left-alone.ts';
import { bar, distance, moment } from './page-parts.ts';
import { secretsSection } from './page-secrets.ts';
import type { PlanView } from './view.ts';

/** What an approver needs to decide, the most needed first. */
export const planSections = (plan: PlanView, isOpen = false): Html => html`${factsSection(plan, isOpen)}
${guardrailsSection(plan)}
${wavesSection(plan)}
${secretsSection(plan)}
${leftAloneSection(plan)}
${wayBackSection(plan)}
<section aria-labelledby="digest-title"><h2 id="digest-title">Digest</h2>
<p>The decision is about exactly this plan, and no other:</p>
<p><code>${plan.digest}</code></p></section>`;

const factsSection = ({ header, answerBy, now }: PlanView, isOpen: boolean): Html => html`<dl class="facts">
<div><dt>Asked for by</dt><dd><bdi>${header.requestedBy}</bdi></dd></div>
<div><dt>Why</dt><dd><bdi>${header.why === '' ? 'No reason given' : header.why}</bdi></dd></div>
<div><dt>Answer by</dt><dd>${moment(answerBy)}${isOpen ? ` (${distance(now, answerBy)} left)` : undefined}</dd></div>
<div><dt>No wave starts after</dt><dd>${moment(header.expiresAt)}</dd></div>
</dl>`;

const guardrailsSection = ({
  header,
}: PlanView): Html => html`<section aria-labelledby="caps-title"><h2 id="caps-title">Caps</h2>
<ul class="bars">${header.guardrails.map(
  (guardrail) =>
    html`<li><span class="name">${guardrailName(guardrail)}</span>${bar(
      [{ share: Math.min(guardrail.actual, guardrail.limit), colour: guardrail.verdict }],
      guardrail.limit,
    )}<span class="words">${nearness(guardrail)}</span></li>`,
)}</ul></section>`;

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
<p>${tiers.map((tier) => html`<span class="key ${tierColour(tiers, tier)}">${tier}</span> `)}</p>
<p>Every batch is probed by another role before the next one starts. Each wave then bakes for ${distanceOf(bakeTimeSeconds)}.
Only if credentials, services and alarms are well after that, the next wave starts.</p></section>`;
}

const distanceOf = (seconds: number): string =>
  seconds % 60 === 0 ? counted(seconds / 60, 'minute') : counted(seconds, 'second');

/** Tiers beyond the fourth share the last colour: their names stand beside it. */
const tierColour = (tiers: readonly string[], tier: string): string =>
  `tier-${Math.min(Math.max(tiers.indexOf(tier), 0), 3)}`;

const wayBackSection = ({ batches }: PlanView): Html => {
  const used = new Set(batches.flatMap(({ secrets }) => secrets.map(({ strategy }) => strategy)));
  return html`<section aria-labelledby="back-title"><h2 id="back-title">If it fails</h2>
<p>At the first failed probe, the run stops before the next batch. All that the wave has touched goes back to the versions
recorded in this plan, and is probed again there. Waves that ended well stay. People are told.</p>
<dl class="ways">${Object.entries(waysBack)
    .filter(([strategy]) => used.has(strategy as Strategy))
    .map(([strategy, text]) => html`<div><dt>${strategy}</dt><dd>${text}</dd></div>`)}</dl></section>`;
};

/** How each strategy goes back, and what is at stake. */
const waysBack: Readonly<Record<Strategy, string>> = {
  overlap: 'The old key keeps working all the time. Going back makes it the current one again.',
  alternate: 'The old account keeps its password all the time. Going back makes it the current one again.',
  replace: 'The old password stops working when the new one is set. Going back sets it again, then makes it current.',
};
