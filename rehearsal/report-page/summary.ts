import { type Html, html } from '../../lambdas/review/html.ts';
import { bar, moment } from '../../lambdas/review/page-parts.ts';
import type { RehearsalReport } from '../report.ts';
import { headline } from './headline.ts';
import { sayWhyEnded } from './sentences.ts';
import type { kinds } from './waves.ts';
import { grouped, many, span } from './words.ts';

/** What a reader with ten seconds takes away. */
export const summarySection = (
  report: RehearsalReport,
): Html => html`<p class="stage">Keyturn · rehearsal <bdi>${report.scenario}</bdi></p>
<h1 class="${report.outcome}">${headline(report)}</h1>
${promise(report)}
${reasons(report)}
${fleetBar(report)}`;

const promise = ({ promise: { says, broken } }: RehearsalReport): Html =>
  broken.length === 0
    ? html`<div class="promise kept"><p><strong>As promised:</strong> ${says}.</p></div>`
    : html`<div class="promise broken"><p><strong>Not as promised.</strong> The promise was: ${says}. But:</p>
<ul>${broken.map((one) => html`<li>${one}</li>`)}</ul></div>`;

/** More reasons than this are folded away. */
const mostReasons = 8;

function reasons(report: RehearsalReport): Html | undefined {
  const all = report.reasons;
  if (all.length === 0) return undefined;
  const item = (reason: string): Html => html`<li>${sayWhyEnded(reason, report)}</li>`;
  const rest = all.slice(mostReasons);
  return html`<h2>Why it ended so</h2>
<ul class="reasons">${all.slice(0, mostReasons).map(item)}</ul>
${rest.length === 0 ? undefined : html`<details><summary>${many(rest.length, 'more reason')}</summary><ul class="reasons">${rest.map(item)}</ul></details>`}`;
}

/** The fleet as one bar: every secret of it is in exactly one part. */
function fleetBar(report: RehearsalReport): Html {
  const { fleet, secrets, leftAlone } = report;
  const of = (kind: keyof typeof kinds): number => secrets.filter((secret) => secret.kind === kind).length;
  const alone = Object.values(leftAlone).reduce((sum, count) => sum + count, 0);
  const parts = [
    { colour: 'rotated', count: report.rotated, words: 'rotated' },
    { colour: 'rolledBack', count: report.rolledBack, words: 'rolled back' },
    { colour: 'held', count: report.held, words: 'held' },
    { colour: 'untouched', count: of('untouched'), words: 'planned, untouched' },
    { colour: 'leftAlone', count: alone, words: 'left alone' },
  ];
  const unplanned = fleet.secrets - parts.reduce((sum, { count }) => sum + count, 0);
  const shown = [...parts, { colour: 'untouched', count: unplanned, words: 'selected, not planned' }].filter(
    ({ count }) => count > 0,
  );
  return html`<section aria-labelledby="fleet-title"><h2 id="fleet-title">The fleet: ${many(fleet.secrets, 'secret')} of ${many(fleet.services, 'service')}</h2>
${
  shown.length === 0
    ? html`<p>It is empty.</p>`
    : html`<div class="fleet">${bar(
        shown.map(({ colour, count }) => ({ share: count, colour })),
        fleet.secrets,
      )}</div>
<ul class="tiles">${shown.map(({ colour, count, words }) => html`<li class="${colour}"><strong>${grouped(count)}</strong> ${words}</li>`)}</ul>`
}</section>`;
}

/** What it takes to play the same run again. */
export const aboutSection = (
  report: RehearsalReport,
): Html => html`<section aria-labelledby="about-title"><h2 id="about-title">About this run</h2>
<dl class="facts">
<div><dt>Run</dt><dd><code>${report.run}</code></dd></div>
<div><dt>Scenario and seed</dt><dd><bdi>${report.scenario}</bdi>, ${report.seed}</dd></div>
<div><dt>Mode</dt><dd>${report.mode}, on ${report.targets} targets</dd></div>
<div><dt>Started</dt><dd>${moment(report.startedAt)}</dd></div>
<div><dt>Ended</dt><dd>${moment(report.endedAt)}</dd></div>
<div><dt>Took</dt><dd>${span(report.duration.virtualSeconds * 1_000)} of virtual time, played in ${span(report.duration.wallSeconds * 1_000)}</dd></div>
</dl></section>`;
