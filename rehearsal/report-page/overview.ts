import { type Instant, instant } from '../../core/instant.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import { isWait, type Lane, lengthOf, type Phase } from './phases.ts';
import { span } from './words.ts';

/** Nothing is drawn narrower than this, in percent: it would not be seen. */
const narrowest = 0.5;

/** The whole run to one scale. What it shows stands in words beside it. */
export function overview(lanes: readonly Lane[]): Html | undefined {
  const phases = lanes.flatMap((lane) => lane.phases);
  const [first, last] = [phases[0], phases.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [from, whole] = [first.from, last.to - first.from];
  const share = (millis: number): string => ((millis / whole) * 100).toFixed(2);
  const width = (phase: Phase): string => Math.max(Number(share(lengthOf(phase))), narrowest).toFixed(2);

  // Waits first, so that the slivers of work between them are seen.
  const ordered = [...phases.filter(isWait), ...phases.filter((phase) => !isWait(phase))];
  return html`<svg class="overview" height="46" aria-hidden="true" focusable="false">
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

/** What the time of a run went into. */
export function shares(lanes: readonly Lane[]): string {
  const phases = lanes.flatMap((lane) => lane.phases);
  const total = (isChosen: (phase: Phase) => boolean): number =>
    phases.filter(isChosen).reduce((sum, phase) => sum + lengthOf(phase), 0);
  const waits = [
    ['waiting for the approval', 'approval'],
    ['waiting for the rotation window', 'window'],
    ['baking', 'bake'],
    ['waiting out a deadline', 'deadline'],
  ] as const;
  const said = waits
    .map(([what, activity]) => [what, total((phase) => phase.activity === activity)] as const)
    .filter(([, millis]) => millis > 0)
    .map(([what, millis]) => `${span(millis)} ${what}`);
  const whole = `The run took ${span(total(() => true))} of virtual time`;
  if (said.length === 0) return `${whole}, all of it at work.`;
  return `${whole}: ${said.join(', ')}, ${span(total((phase) => !isWait(phase)))} at work.`;
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
