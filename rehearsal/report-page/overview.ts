import { type Instant, instant } from '../../core/instant.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import { isWait, type Lane, lengthOf, type Phase } from './phases.ts';
import { span } from './words.ts';

/** Nothing is drawn narrower than this, in percent: it would not be seen. */
const narrowest = 0.5;

/** The whole run to one scale, beside the sentence that says what of it was waiting. */
export function overview(lanes: readonly Lane[]): Html | undefined {
  const phases = lanes.flatMap((lane) => lane.phases);
  const [first, last] = [phases[0], phases.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [from, whole] = [first.from, last.to - first.from];
  const share = (millis: number): string => ((millis / whole) * 100).toFixed(2);
  const width = (phase: Phase): string => Math.max(Number(share(lengthOf(phase))), narrowest).toFixed(2);

  // Waits first, so that the slivers of work between them are seen.
  const ordered = [...phases.filter(isWait), ...phases.filter((phase) => !isWait(phase))];
  return html`<p>${shares(phases, whole)}</p>
<svg class="overview" height="46" aria-hidden="true" focusable="false">
<rect y="2" width="100%" height="22" class="track"/>
${ordered.map(
  (phase) =>
    html`<rect x="${Math.min(Number(share(phase.from - from)), 100 - narrowest).toFixed(2)}%" y="2" width="${width(phase)}%" height="22" class="${phase.activity}"/>`,
)}
${hoursBetween(from, last.to).map(
  (at) =>
    html`<line x1="${share(at - from)}%" x2="${share(at - from)}%" y1="24" y2="29"/><text x="${share(at - from)}%" y="42">${new Date(at).toISOString().slice(11, 16)}</text>`,
)}
</svg>`;
}

function shares(phases: readonly Phase[], whole: number): string {
  const total = (chosen: readonly Phase[]): number => chosen.reduce((sum, phase) => sum + lengthOf(phase), 0);
  const of = (activity: Phase['activity']): number => total(phases.filter((phase) => phase.activity === activity));
  const parts = [
    ['waiting for the approval', of('approval')],
    ['waiting for the rotation window', of('window')],
    ['baking', of('bake')],
    ['waiting out a deadline', of('deadline')],
  ] as const;
  const said = parts.filter(([, millis]) => millis > 0).map(([what, millis]) => `${span(millis)} ${what}`);
  const work = `${span(total(phases.filter((phase) => !isWait(phase))))} at work`;
  return `The run took ${span(whole)} of virtual time: ${[...said, work].join(', ')}. To scale:`;
}

const hour = 3_600_000;

/** Round moments to write below the picture: few enough that a phone has room for them. */
function hoursBetween(from: Instant, to: Instant): Instant[] {
  const steps = [1 / 3_600, 1 / 720, 1 / 60, 1 / 12, 1 / 4, 1, 2, 4, 6, 12, 24, 48, 168].map((hours) => hours * hour);
  const step = steps.find((one) => (to - from) / one <= 5);
  if (step === undefined || step < hour / 12) return [];
  const first = Math.ceil((from + (to - from) * 0.04) / step) * step;
  const marks: Instant[] = [];
  for (let at = first; at < to - (to - from) * 0.04; at += step) marks.push(instant(at));
  return marks;
}
