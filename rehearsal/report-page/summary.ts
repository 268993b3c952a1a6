import { modeWords } from '../../core/mode-words.ts';
import { sayWhyEnded } from '../../core/notices/reason-words.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import { bar, moment } from '../../lambdas/review/page-parts.ts';
import type { RehearsalReport, RunTold } from '../day/report.ts';
import { headline } from './headline.ts';
import type { Place } from './place.ts';
import type { kinds } from './waves.ts';
import { grouped, many, span } from './words.ts';

/** What a reader with ten seconds takes away. */
export const summarySection = (
  report: RehearsalReport,
): Html => html`<p class="stage">Keyturn · rehearsal <bdi>${report.scenario}</bdi></p>
<h1${report.others.length === 0 ? html` class="${report.outcome}"` : undefined}>${headline(report)}</h1>
${promise(report)}`;

const promise = ({ promise: { says, broken } }: RehearsalReport): Html =>
  broken.length === 0
    ? html`<div class="promise kept"><p><strong>As promised:</strong> ${says}.</p></div>`
    : html`<div class="promise broken"><p><strong>Not as promised.</strong> The promise was: ${says}. But:</p>
<ul>${broken.map((one) => html`<li>${one}</li>`)}</ul></div>`;

/** More reasons than this are folded away. */
const mostReasons = 8;

/** Why a run ended as it did, if it says so. */
export function reasonsSection(told: RunTold, place: Place): Html | undefined {
  const all = told.reasons;
  if (all.length === 0) return undefined;
  const item = (reason: string): Html => html`<li>${sayWhyEnded(reason, told)}</li>`;
  const rest = all.slice(mostReasons);
  return place.section(
    'reasons',
    'Why it ended so',
    html`<ul class="reasons">${all.slice(0, mostReasons).map(item)}</ul>
${rest.length === 0 ? undefined : html`<details><summary>${many(rest.length, 'more reason')}</summary><ul class="reasons">${rest.map(item)}</ul></details>`}`,
  );
}

/** The fleet as one bar: every secret of it is in exactly one part. */
export function fleetSection(told: RunTold, place: Place): Html | undefined {
  const { mode, fleet, secrets, leftAlone } = told;
  const of = (kind: keyof typeof kinds): number => secrets.filter((secret) => secret.kind === kind).length;
  const alone = Object.values(leftAlone).reduce((sum, count) => sum + count, 0);
  const parts = [
    { colour: 'rotated', count: of('rotated'), words: modeWords[mode].done },
    { colour: 'rotated', count: of('deactivated'), words: 'deactivated' },
    { colour: 'rotated', count: of('deleted'), words: 'deleted' },
    { colour: 'rolledBack', count: told.rolledBack, words: 'rolled back' },
    { colour: 'held', count: told.held, words: 'held' },
    { colour: 'untouched', count: of('untouched'), words: 'planned, untouched' },
    { colour: 'leftAlone', count: alone, words: 'left alone' },
  ];
  const unplanned = fleet.secrets - parts.reduce((sum, { count }) => sum + count, 0);
  const shown = [...parts, { colour: 'untouched', count: unplanned, words: 'selected, not planned' }].filter(
    ({ count }) => count > 0,
  );
  return place.section(
    'fleet',
    `The fleet: ${many(fleet.secrets, 'secret')} of ${many(fleet.services, 'service')}`,
    shown.length === 0
      ? html`<p>It is empty.</p>`
      : html`<div class="fleet">${bar(
          shown.map(({ colour, count }) => ({ share: count, colour })),
          fleet.secrets,
        )}</div>
<ul class="tiles">${shown.map(({ colour, count, words }) => html`<li class="${colour}"><strong>${grouped(count)}</strong> ${words}</li>`)}</ul>`,
  );
}

/** Which run it is, who asked for it and when it was. */
export const runFacts = ({
  run,
  mode,
  requestedBy,
  startedAt,
  endedAt,
}: RunTold): Html => html`<div><dt>Run</dt><dd><code>${run}</code></dd></div>
<div><dt>Mode</dt><dd>${mode}, asked for by <bdi>${requestedBy}</bdi></dd></div>
<div><dt>Started</dt><dd>${moment(startedAt)}</dd></div>
<div><dt>Ended</dt><dd>${moment(endedAt)}</dd></div>`;

/** What it takes to play the same again. */
export const dayFacts = ({
  scenario,
  seed,
  targets,
  duration,
}: RehearsalReport): Html => html`<div><dt>Scenario and seed</dt><dd><bdi>${scenario}</bdi>, ${seed}</dd></div>
<div><dt>Targets</dt><dd>${targets}</dd></div>
<div><dt>Took</dt><dd>${span(duration.virtualSeconds * 1_000)} of virtual time, played in ${span(duration.wallSeconds * 1_000)}</dd></div>`;
