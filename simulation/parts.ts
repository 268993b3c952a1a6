import { archiveKeys } from '../core/archive-keys.ts';
import { type Instant, instant } from '../core/instant.ts';
import { goText } from '../core/limits/flags.ts';
import type { Mode, Run } from '../core/plan.ts';
import { switchName } from '../core/settings.ts';
import { scheduledRun } from '../core/start.ts';
import type { StatusChange, Transition } from '../rehearsal/aws/states/world.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';
import { reportOf, runsIn } from './aftermath.ts';
import type { Drawn, Part } from './draw.ts';
import { type Amid, failures, fire, happensTo, schedulesOf } from './happenings.ts';
import { answerSometime } from './person.ts';
import { Redrives } from './redrives.ts';
import { standOf } from './standing.ts';
import type { World } from './world.ts';

const day = 86_400_000;
/** So long people and the machines may take with one part: after that something is wrong. */
const longest = 2 * day;
/** While nothing happens for days, clients come rarely. */
const idle = day / 2;

/** Plays the parts of a story one after the other, each until whatever it left is settled. */
export class Parts {
  /** The run of the rotation. */
  rotation: Run | undefined;
  readonly #redrives = new Redrives();
  #world: World | undefined;
  #run: Run | undefined;
  #entered = 0;
  #moments: (count: number) => void = () => {};

  readonly onTransition = ({ kind, execution }: Transition): void => {
    if (kind === 'entered' && execution === this.#run) this.#moments(++this.#entered);
  };

  readonly onStatus = (change: StatusChange): void => {
    if (this.#world !== undefined) this.#redrives.onStatus(this.#world, change);
  };

  async play(world: World, { parts, looks }: Drawn): Promise<void> {
    this.#world = world;
    for (const part of parts) {
      if (!this.#canFollow(part.mode, world.cloud)) break;
      const amid = this.#begin(world, part);
      if (part.mode === 'audit') await alone(world, amid.run, () => this.#play(world, part, amid));
      else await this.#play(world, part, amid);
      this.#moments = () => {};
      world.strikes.begin([]);
    }
    await this.#outlast(world);
    if (looks) await fire(world, 'drift look', world.time.now());
  }

  /** Waits until whatever is redriven days later has been, and is over. */
  async #outlast(world: World): Promise<void> {
    const { time, services } = world;
    if (!this.#redrives.areToCome) return;
    services.pace(idle);
    while (this.#redrives.areToCome) {
      await time.sleep(600_000);
      await this.#ended(world, 'approve', time.now());
    }
    services.pace();
  }

  /** Only what was completed is restored, and only what was rotated leaves anything to retire. */
  #canFollow(mode: Mode, cloud: Cloud): boolean {
    if (mode === 'restore') return reportOf(cloud, this.rotation)?.outcome === 'completed';
    if (mode === 'retire') return runsIn(cloud).some(({ report }) => (report?.rotated ?? 0) > 0);
    return true;
  }

  #begin(world: World, { mode, after, disturbances }: Part): Amid {
    const { time, strikes, cloud, live } = world;
    const at = instant(time.now() + after);
    const run = runOf(mode, at, this.rotation);
    this.#run = run;
    this.#entered = 0;
    if (mode === 'rotate') this.rotation = run;

    live.skew = 0;
    const halt = live.halts.at(-1);
    if (halt?.until === undefined && halt !== undefined) {
      cloud.ssm.set(switchName(cloud.settings.stage), goText);
      halt.until = time.now();
    }
    this.#redrives.begin(run, disturbances);
    const amid = { run, mode, at };
    const happens = happensTo(world, amid);
    this.#moments = (count) => {
      for (const one of disturbances) {
        if (!('moment' in one) || one.moment !== count) continue;
        time.after(one.after, () => {
          if (failures.has(one.kind)) strikes.faults.add(one);
          happens[one.kind](one as never);
        });
      }
    };
    strikes.begin(disturbances);
    return amid;
  }

  async #play(world: World, { mode, after, people }: Part, { run, at }: Amid): Promise<void> {
    const { time, services } = world;
    if (after > 0) {
      this.#moments(0);
      if (after > day) services.pace(idle);
      await time.sleep(after);
      if (after > day) services.pace();
    }
    const starting = this.#start(world, mode, { run, at });
    if (after === 0) this.#moments(0);
    await starting;
    await this.#ended(world, people, at);
  }

  /** Plays on until nothing runs any more and what died is settled. */
  async #ended(world: World, people: Part['people'], at: Instant): Promise<void> {
    const { time, cloud, live } = world;
    const isLong = () => time.now() > at + longest;
    const running = () => [cloud.machine, cloud.retirement].some(({ arn }) => cloud.states.areRunning(arn));
    const answering = answerSometime(time, { cloud, manner: people }, () => running() && !isLong());
    while (running() && !isLong()) await time.sleep(15_000);
    await answering;
    await settle(time, cloud);
    const lock = cloud.s3.text(cloud.deskBucket, 'lock.json');
    if (lock !== undefined) live.unsettled.push(`${this.#run} is over, and the lock is not free: ${lock}`);
  }

  /** Somebody has second thoughts, or a schedule's moment has come. */
  async #start(world: World, mode: Mode, { run, at }: Omit<Amid, 'mode'>): Promise<void> {
    if (mode !== 'restore') return fire(world, schedulesOf[mode], at);
    const requestedBy = 'arn:aws:iam::111122223333:user/operator';
    world.cloud.startRun(run, { mode, requestedBy, why: 'second thoughts', of: this.rotation as Run });
  }
}

const runOf = (mode: Mode, at: Instant, rotation: Run | undefined): Run =>
  mode === 'restore' ? (`restore-of-${rotation}` as Run) : scheduledRun(schedulesOf[mode], at);

/** An audit leaves everything as it finds it, whatever becomes of it. */
async function alone(world: World, run: Run, play: () => Promise<void>): Promise<void> {
  const { before, outsider, live } = world;
  const found = new Map([...before.keys()].map((arn) => [arn, standOf(world, arn)]));
  await play();
  const changed = [...found].flatMap(([arn, stand]) => {
    const isTheirs = outsider.acted.some((act) => act.arn === arn);
    const now = standOf(world, arn);
    return isTheirs || now === stand ? [] : [`${arn} stood ${stand}, and stands ${now}`];
  });
  live.audited.push({ run, changed });
}

/** Waits until what died is settled. Where the event that tells of it came to nothing, the sweep comes. */
async function settle(time: VirtualTime, cloud: Cloud): Promise<void> {
  await cloud.settled();
  for (let sweeps = 0; sweeps < 4 && isUnsettled(cloud); sweeps += 1) {
    await time.sleep(900_000);
    cloud.deliveries.sweep();
    await cloud.settled();
  }
}

/** Whether a run has the lock, or died and nobody says how it was settled. */
const isUnsettled = ({ s3, states, machine, retirement, archiveBucket, deskBucket }: Cloud): boolean =>
  s3.text(deskBucket, 'lock.json') !== undefined ||
  states
    .executions()
    .some(
      (one) =>
        [machine.arn, retirement.arn].includes(one.machine.arn) &&
        one.label === undefined &&
        ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(one.status) &&
        s3.text(archiveBucket, archiveKeys.recovery(one.name as Run)) === undefined,
    );
