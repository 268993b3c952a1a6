import { modeWords } from '../../core/mode-words.ts';
import type { Outcome } from '../../core/outcome.ts';
import { counted } from '../../core/plain-text.ts';
import type { RunReport } from '../../core/report/report.ts';
import { type Html, html } from './html.ts';
import { bar, moment } from './page-parts.ts';
import { type Progress, type WaveProgress, waveStates } from './progress.ts';
import type { PlanView } from './view.ts';

/** How the run goes, wave by wave, until its end. Elements with an id are what the script keeps up to date. */
export function progressSection({ header }: PlanView, { waves, report }: Progress): Html {
  const mark = report === undefined ? html` data-running` : undefined;
  return html`<section id="progress"${mark} aria-labelledby="progress-title"><h2 id="progress-title">How the run goes</h2>
<p id="now" role="status">${report === undefined ? sentenceOf(waves, header) : outcomeTexts[report.outcome]}</p>
<div id="waves">${wavesList({ waves })}
${report === undefined ? undefined : endOf(report)}</div>
${report === undefined ? html`<p><a class="jump" href="?">Look again</a></p>` : undefined}</section>`;
}

/** How a run ended that nobody approved. */
export const endSection = (report: RunReport): Html =>
  html`<section id="progress" aria-labelledby="progress-title"><h2 id="progress-title">How the run ended</h2>
<p>${outcomeTexts[report.outcome]}</p>${endOf(report)}</section>`;

/** How far each wave has come. */
export const wavesList = ({ waves }: Pick<Progress, 'waves'>): Html =>
  html`<ul class="bars">${waves.map(waveItem)}</ul>`;

const waveItem = ({ number, state, done, batches }: WaveProgress): Html =>
  html`<li><span class="name">Wave ${number}</span>${bar([{ share: done, colour: colours[state] }], batches)}<span class="words">${words(state, done, batches)}</span></li>`;

const words = (state: WaveProgress['state'], done: number, batches: number): string =>
  state === 'rotating' ? `${done} of ${counted(batches, 'batch', 'batches')} done and probed` : waveStates[state];

const colours: Readonly<Record<WaveProgress['state'], string>> = {
  waiting: 'track',
  rotating: 'within',
  baking: 'within',
  sound: 'within',
  renewed: 'good',
  goingBack: 'exceeded',
  'rolled-back': 'exceeded',
  held: 'exceeded',
  'not started': 'track',
  unfinished: 'exceeded',
};

function sentenceOf(waves: readonly WaveProgress[], { startsAt }: PlanView['header']): Html {
  const current = waves.find(({ state }) => state !== 'renewed');
  if (current === undefined) return html`Every wave ended well. The report is being written.`;
  if (current.number === 1 && current.state === 'waiting')
    return html`The first wave starts from ${moment(startsAt)} on.`;
  return html`Wave ${current.number} of ${waves.length} ${waveStates[current.state]}.`;
}

const outcomeTexts: Readonly<Record<Outcome, string>> = {
  completed: 'The run is complete: every wave ended well.',
  audited: 'The run was an audit, and touched nothing.',
  refused: 'The run was refused before anything was touched.',
  rejected: 'The run ended, and nothing was touched.',
  expired: 'The run ended because nobody answered in time. Nothing was touched.',
  'rolled-back': 'A wave was not sound and went back. Waves before it stay.',
  halted: 'The run was halted. People have been told.',
};

/** More reasons than this are for the report. */
const mostReasons = 10;

function endOf({ mode, endedAt, reasons, selected, rotated, rolledBack, held }: RunReport): Html {
  const rest = reasons.length - mostReasons;
  return html`<p>${rotated} of ${counted(selected, 'secret')} ${modeWords[mode].done}, ${rolledBack} rolled back, ${held} held. Ended ${moment(endedAt)}.</p>
${reasons.length === 0 ? undefined : html`<ul class="names">${reasons.slice(0, mostReasons).map((reason) => html`<li><bdi>${reason}</bdi></li>`)}</ul>`}
${rest > 0 ? html`<p>${counted(rest, 'more reason')} in the report.</p>` : undefined}`;
}
