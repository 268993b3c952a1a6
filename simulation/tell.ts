import { inWords } from './disturbances.ts';
import type { Simulated } from './simulate.ts';

/** Tells of a run that broke a promise, so that it can be understood and played again. */
export function tell({ drawn, outcome, reasons, runs, broken, struck }: Simulated): string {
  const secrets = drawn.entries.map(({ Name, Tags = [] }) => {
    const expires = Tags.find(({ Key }) => Key === 'expiration_date')?.Value;
    return `  ${Name}, expires ${expires}`;
  });
  return [
    `Seed ${drawn.seed} broke a promise (settings variant ${drawn.variant}):`,
    ...broken.map((one) => `  ✗ ${one.promise}: ${one.how}`),
    `It ended ${outcome}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}. It needs no more than this:`,
    ...drawn.parts.flatMap(({ mode, after, people, disturbances }) => [
      `  ${mode}, ${Math.round(after / 60_000)} min later; people ${people}`,
      ...disturbances.map((one) => `  - ${inWords(one)}`),
    ]),
    `  runs: ${runs.join('; ')}`,
    ...(struck.length === 0 ? [] : [`  struck: ${struck.join('; ')}`]),
    'Fleet:',
    ...secrets,
    `Again: npm run simulate -- --runs 1 --seed ${drawn.seed}`,
  ].join('\n');
}

/** Counts what many runs came to. */
export class Tally {
  runs = 0;
  failed = 0;
  #redriven = 0;
  readonly #began = { at: performance.now(), cpu: process.cpuUsage() };
  readonly #outcomes = new Map<string, number>();
  readonly #others = new Map<string, number>();
  readonly #oldKeys = new Map<string, number>();
  readonly #points = new Set<string>();
  readonly #struck = new Set<string>();

  add({ outcome, runs, redriven, oldKeys, broken, points, struck }: Simulated): void {
    this.runs += 1;
    this.failed += broken.length > 0 ? 1 : 0;
    this.#redriven += redriven;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    for (const run of runs.filter((one) => !one.startsWith('rotate'))) {
      this.#others.set(run, (this.#others.get(run) ?? 0) + 1);
    }
    for (const did of oldKeys) this.#oldKeys.set(did, (this.#oldKeys.get(did) ?? 0) + 1);
    for (const point of points) this.#points.add(point);
    for (const point of struck) this.#struck.add(point);
  }

  /** Fault points that no fault has struck yet. */
  get missed(): readonly string[] {
    return [...this.#points].filter((point) => !this.#struck.has(point)).toSorted();
  }

  summary(): string {
    const seconds = (performance.now() - this.#began.at) / 1_000;
    const { user, system } = process.cpuUsage(this.#began.cpu);
    const ofCpu = (user + system) / 1_000_000;
    const counted = (counts: ReadonlyMap<string, number>) =>
      [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
    const all = this.#points.size;
    const struck = all - this.missed.length;
    return [
      `${this.runs} runs in ${seconds.toFixed(1)} s, ${(this.runs / ofCpu).toFixed(1)} a second of one core: ${counted(this.#outcomes).join(', ')}`,
      `before, beside and after them: ${counted(this.#others).join(', ') || 'nothing'}; old keys: ${counted(this.#oldKeys).join(', ') || 'none'}; ${this.#redriven} redrives`,
      `${struck} of ${all} fault points hit (${Math.round((100 * struck) / Math.max(1, all))} %)`,
      this.failed === 0 ? 'every promise held' : `${this.failed} runs broke a promise`,
    ].join('\n');
  }
}
