import type { Disturbance } from './draw.ts';
import type { Simulated } from './simulate.ts';

/** Tells of a run that broke a promise, so that it can be understood and played again. */
export function tell({ drawn, outcome, reasons, broken, struck }: Simulated): string {
  const secrets = drawn.entries.map(({ Name, Tags = [] }) => {
    const expires = Tags.find(({ Key }) => Key === 'expiration_date')?.Value;
    return `  ${Name}, expires ${expires}`;
  });
  return [
    `Seed ${drawn.seed} broke a promise (settings variant ${drawn.variant}):`,
    ...broken.map((one) => `  ✗ ${one}`),
    `It ended ${outcome}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}. It needs no more than this:`,
    ...drawn.disturbances.map((one) => `  - ${inWords(one)}`),
    ...(struck.length === 0 ? [] : [`  struck: ${struck.join('; ')}`]),
    'Fleet:',
    ...secrets,
    `Again: npm run simulate -- --runs 1 --seed ${drawn.seed}`,
  ].join('\n');
}

function inWords(one: Disturbance): string {
  switch (one.kind) {
    case 'any call':
      return `call ${one.index} of all: ${one.fate}`;
    case 'call':
      return `${one.call}, time ${one.nth}: ${one.fate}`;
    default:
      return `${one.kind} ${one.after} ms after state ${one.moment} was entered`;
  }
}

/** Counts what many runs came to. */
export class Tally {
  runs = 0;
  failed = 0;
  readonly #outcomes = new Map<string, number>();
  readonly #points = new Set<string>();
  readonly #struck = new Set<string>();

  add({ outcome, broken, points, struck }: Simulated): void {
    this.runs += 1;
    this.failed += broken.length > 0 ? 1 : 0;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    for (const point of points) this.#points.add(point);
    for (const point of struck) this.#struck.add(point);
  }

  /** Fault points that no fault has struck yet. */
  get missed(): readonly string[] {
    return [...this.#points].filter((point) => !this.#struck.has(point)).toSorted();
  }

  summary(seconds: number): string {
    const outcomes = [...this.#outcomes].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
    const [struck, all] = [this.#struck.size, this.#points.size];
    return [
      `${this.runs} runs in ${seconds.toFixed(1)} s (${(this.runs / seconds).toFixed(1)} a second): ${outcomes.join(', ')}`,
      `${struck} of ${all} fault points hit (${Math.round((100 * struck) / Math.max(1, all))} %)`,
      this.failed === 0 ? 'every promise held' : `${this.failed} runs broke a promise`,
    ].join('\n');
  }
}
