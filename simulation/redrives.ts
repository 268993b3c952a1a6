import type { Run } from '../core/plan.ts';
import { ServiceError } from '../rehearsal/account/replica.ts';
import type { StatusChange } from '../rehearsal/aws/states/world.ts';
import type { Chance } from './chance.ts';
import type { Disturbance, Redriven } from './disturbances.ts';
import { fire } from './happenings.ts';
import type { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** When: before anybody has noticed, while the recovery waits, while it works, when all is settled, days later, too late. */
const laters = [
  0,
  40,
  1_000,
  minute,
  5 * minute,
  5 * minute + 4_000,
  20 * minute,
  hour,
  day,
  3 * day,
  15 * day,
] as const;

/** What is redriven of a run, should it die. */
export function* redrivesOf({ oneIn, pick }: Chance): Generator<Redriven> {
  const redrive = (whose: Redriven['whose']): Redriven => {
    const later = pick(laters);
    return { kind: 'redriven', whose, later, another: later > hour && oneIn(2) };
  };
  if (oneIn(2)) yield redrive('run');
  if (oneIn(8)) yield redrive('run');
  if (oneIn(4)) yield redrive('recovery');
}

/** Redrives what died of a part's run. Each comes once, and days later still, whatever is played by then. */
export class Redrives {
  #left: readonly Redriven[] = [];
  #run: Run | undefined;
  #pending = 0;

  begin(run: Run, disturbances: readonly Disturbance[]): void {
    this.#run = run;
    this.#left = disturbances.filter((one) => one.kind === 'redriven');
  }

  get areToCome(): boolean {
    return this.#pending > 0;
  }

  onStatus(world: World, { status, execution, executionArn }: StatusChange): void {
    if (status === 'RUNNING' || status === 'SUCCEEDED') return;
    const { cloud } = world;
    const found = cloud.states.execution(executionArn);
    if (found === undefined || found.label !== undefined || cloud.runOf(executionArn) !== this.#run) return;
    const whose = execution === this.#run ? 'run' : 'recovery';
    const one = this.#left.find((other) => other.whose === whose);
    if (one === undefined) return;
    this.#left = this.#left.filter((other) => other !== one);
    this.#schedule(world, executionArn, one);
  }

  #schedule(world: World, executionArn: string, { later, another }: Redriven): void {
    const { time, cloud } = world;
    this.#pending += 1;
    // Its run ends within two hours, so that what is redriven days later comes when that is over.
    if (another) time.after(later - 2 * hour, () => void fire(world, 'rotation', time.now()));
    time.after(later, () => {
      this.#pending -= 1;
      try {
        cloud.states.redrive(executionArn);
      } catch (error) {
        if (!(error instanceof ServiceError) || error.name !== 'ExecutionNotRedrivable') throw error;
      }
    });
  }
}
