import { modeWords } from '../../core/mode-words.ts';
import { utcMinute } from '../../core/plain-text.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import type { RunTold } from '../day/report.ts';
import { overview, shares } from './overview.ts';
import { isWait, type Lane, lanesOf, lengthOf, sayActivity } from './phases.ts';
import type { Place } from './place.ts';
import { type PlacedPhase, positionOf, type Scale, scaleOf } from './scale.ts';
import { sayWave } from './waves.ts';
import { clockTime, grouped, many, shortSpan, span } from './words.ts';

type Moment = 'promotedAt' | 'demotedAt';

/** The run over time: once to scale, and once wave by wave with the waiting cut out. */
export function pictureSection(told: RunTold, place: Place): Html | undefined {
  const lanes = lanesOf(told).filter(({ phases }) => phases.length > 0);
  if (lanes.length === 0) return undefined;
  const scale = scaleOf(lanes);
  const isCut = lanes.some((lane) => scale.place(lane).some((phase) => phase.isCut));

  return place.section(
    'picture',
    'The run over time',
    html`<p>${shares(lanes)} All times are UTC.</p>
${isCut ? html`${overview(lanes)}<p>The same wave by wave, with long waits cut short:</p>` : undefined}
${key(told, scale, isCut)}
<ol class="lanes">${lanes.map((lane) => laneItem(lane, { told, scale, place }))}</ol>`,
  );
}

/** Hatching for what is waiting, to be defined once for every picture of the page. */
export const patterns = html`<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="waiting" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="track"/><rect width="1.5" height="6" class="line"/></pattern>
<pattern id="baking" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="tint"/><rect width="1.5" height="6" class="warm"/></pattern>
</defs></svg>`;

function laneItem(
  lane: Lane,
  { told, scale, place }: { readonly told: RunTold; readonly scale: Scale; readonly place: Place },
): Html {
  const placed = scale.place(lane);
  const wave = told.waves.find(({ number }) => number === lane.wave);
  const title = lane.wave === undefined ? 'Before the first wave' : `Wave ${lane.wave}`;
  const said =
    wave &&
    html` <span class="soft">${wave.tiers.join(' and ')}: ${grouped(wave.rotated)} of ${grouped(wave.planned)} ${modeWords[told.mode].done}, ${sayWave(wave, told.mode)}</span>`;

  return html`<li>${place.subtitle(html`${title}${said}`)}
<svg class="lane" height="50" aria-hidden="true" focusable="false">
${placed.map(block)}${placed.map(label)}
${ticks(momentsOf(told, lane, 'promotedAt'), placed, 'promoted')}
${ticks(momentsOf(told, lane, 'demotedAt'), placed, 'demoted')}
</svg>
<ol class="steps">${placed.map((phase) => stepItem(phase, told, lane))}</ol></li>
`;
}

const block = ({ activity, x, width, isCut }: PlacedPhase): Html =>
  html`<rect x="${x.toFixed(2)}%" y="12" width="${Math.max(width, 0.25).toFixed(2)}%" height="26" class="${activity}"/>${
    isCut
      ? html`<svg x="${x.toFixed(2)}%" y="10" width="10" height="30" overflow="visible">${axisBreak}</svg>`
      : undefined
  }`;

/** How long a block was, where it has room for the words on a phone, too. Beside an axis break they make way for it. */
function label(phase: PlacedPhase): Html | undefined {
  const { x, width, isCut } = phase;
  if (width < 12) return undefined;
  return html`<text x="${(x + width / 2).toFixed(2)}%" y="29"${isCut ? html` dx="6"` : undefined} class="${isWait(phase) ? 'on-wait' : 'on-work'}">${shortSpan(lengthOf(phase))}</text>`;
}

/** Two strokes across a bar, with a gap between: here something is left out. */
const axisBreak = html`<path class="gap" d="M7.5 30L13.5 0"/><path class="edge" d="M4.5 30L10.5 0M10.5 30L16.5 0"/>`;

/** A tick for each moment, in one path: ten thousand of them must not weigh more than the rest of the page. */
function ticks(
  moments: readonly number[],
  placed: readonly PlacedPhase[],
  kind: 'promoted' | 'demoted',
): Html | undefined {
  const at = moments
    .map((moment) => positionOf(moment as PlacedPhase['from'], placed))
    .filter((position) => position !== undefined)
    .map((position) => (position * 10).toFixed(1));
  if (at.length === 0) return undefined;
  const path = [...new Set(at)].map((position) => `M${position} 0V10`).join('');
  return html`<svg x="0" y="${kind === 'promoted' ? 0 : 40}" width="100%" height="10" viewBox="0 0 1000 10" preserveAspectRatio="none"><path class="${kind}" d="${path}"/></svg>`;
}

const momentsOf = ({ secrets }: RunTold, { wave }: Lane, moment: Moment): number[] =>
  secrets.filter((secret) => secret.wave === wave).flatMap((secret) => secret[moment] ?? []);

/** The same in words: it is what a screen reader reads, and what tells the colours apart. */
function stepItem(phase: PlacedPhase, told: RunTold, lane: Lane): Html {
  const within = (moment: Moment): number =>
    momentsOf(told, lane, moment).filter((at) => phase.from <= at && at < phase.to).length;
  const [promoted, demoted] = [within('promotedAt'), within('demotedAt')];
  return html`<li>${swatch(phase.activity)}<time datetime="${new Date(phase.from).toISOString()}" title="${utcMinute(phase.from)}">${clockTime(phase.from)}</time> ${sayActivity(phase.activity, told.mode)} <span class="soft">${span(lengthOf(phase))}</span>${
    promoted > 0 ? html`, ${grouped(promoted)} promoted` : undefined
  }${demoted > 0 ? html`, ${grouped(demoted)} demoted` : undefined}</li>
`;
}

const swatch = (activity: PlacedPhase['activity']): Html =>
  html`<svg class="swatch" width="12" height="12" aria-hidden="true" focusable="false"><rect width="12" height="12" class="${activity}"/></svg>`;

/** How to read the lanes. */
function key({ mode, secrets }: RunTold, scale: Scale, isCut: boolean): Html {
  const bar = scaleBar(scale.perMilli);
  const [promoted, demoted] = [countOf(secrets, 'promotedAt'), countOf(secrets, 'demotedAt')];
  return html`<ul class="reading">
${bar && html`<li class="scale"><svg width="100%" height="12" aria-hidden="true" focusable="false"><path d="M.5 1V11M.5 6H9999"/><rect x="${bar.width}%" width="100%" height="12" class="paper"/><line x1="${bar.width}%" x2="${bar.width}%" y1="1" y2="11"/></svg><span>This wide is ${bar.millis / 1_000} s of work.</span></li>`}
${isCut ? html`<li>${cutSample}<span>a wait, cut short: the figure says how long it was</span></li>` : undefined}
${promoted > 0 ? html`<li>${tickSample('promoted')}<span>a secret’s ${mode === 'restore' ? 'earlier' : 'new'} version became the current one (${many(promoted, 'secret')})</span></li>` : undefined}
${demoted > 0 ? html`<li>${tickSample('demoted')}<span>the recorded version became the current one again (${many(demoted, 'secret')})</span></li>` : undefined}
</ul>`;
}

const countOf = (secrets: RunTold['secrets'], moment: Moment): number =>
  secrets.filter((secret) => secret[moment] !== undefined).length;

const cutSample = html`<svg class="sample lane" width="26" height="14" aria-hidden="true" focusable="false"><rect y="1" width="26" height="12" class="window"/><path class="gap" d="M11.5 14L14.5 0"/><path class="edge" d="M8.5 14L11.5 0M14.5 14L17.5 0"/></svg>`;

const tickSample = (kind: 'promoted' | 'demoted'): Html =>
  html`<svg class="sample" width="26" height="14" aria-hidden="true" focusable="false"><path class="${kind}" d="M5 2V12M11 2V12M17 2V12"/></svg>`;

/** The longest round time that takes at most a fifth of the width. */
function scaleBar(perMilli: number): { readonly millis: number; readonly width: string } | undefined {
  const millis = [600, 300, 60, 30, 10, 5, 2, 1, 0.5, 0.2, 0.1]
    .map((seconds) => seconds * 1_000)
    .find((one) => one * perMilli <= 20);
  return millis === undefined ? undefined : { millis, width: (millis * perMilli).toFixed(2) };
}
