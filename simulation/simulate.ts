import { createHash } from 'node:crypto';
import { goText } from '../core/flags.ts';
import { type Instant, instant } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import { switchName } from '../core/settings.ts';
import { openChannels } from '../rehearsal/channels.ts';
import { Cloud } from '../rehearsal/cloud.ts';
import { executionOf } from '../rehearsal/dying-runs.ts';
import type { Call, Fate } from '../rehearsal/faults.ts';
import { armFleet } from '../rehearsal/fleet.ts';
import { usualLatency, withLatency } from '../rehearsal/latency.ts';
import { seeded } from '../rehearsal/seed.ts';
import { Services } from '../rehearsal/services.ts';
import { readSettings } from '../rehearsal/settings-layer.ts';
import type { Stack } from '../rehearsal/stack.ts';
import { simulateEstate } from '../rehearsal/targets/estate.ts';
import { turnOfPromises, VirtualTime } from '../rehearsal/virtual-time.ts';
import { broken, reportIn } from './checks.ts';
import { type Drawn, draw, fates, fatesOfWorkflow } from './draw.ts';
import type { Ground } from './ground.ts';
import { approveSometime } from './person.ts';

/** The Wednesday of the incident. */
export const asOf: Instant = instant(Date.parse('2026-11-18T19:15:00Z'));

/** What one run came to. */
export interface Simulated {
  readonly drawn: Drawn;
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly broken: readonly string[];
  /** Fault points that the run passed: `service:operation × fate`, for every fate that could have met the call. */
  readonly points: ReadonlySet<string>;
  /** Those at which a fault struck. */
  readonly struck: readonly string[];
  /** Hash over every call, in its order and at its moment, and what came of it. */
  readonly trace: string;
}

/** Draws and plays the run of a seed. */
export const simulate = (ground: Ground, seed: number): Promise<Simulated> =>
  playDrawn(ground, draw(seed, asOf, ground.stacks.length));

/** Leaves out whatever a failing run fails without. */
export async function shrink(ground: Ground, failing: Simulated): Promise<Simulated> {
  let least = failing;
  for (const one of failing.drawn.disturbances) {
    const disturbances = least.drawn.disturbances.filter((other) => other !== one);
    const smaller = await playDrawn(ground, { ...least.drawn, disturbances });
    if (smaller.broken.length > 0) least = smaller;
  }
  return least;
}

export async function playDrawn(ground: Ground, drawn: Drawn): Promise<Simulated> {
  const stack = ground.stacks[drawn.variant];
  if (stack === undefined) throw new Error(`there is no variant ${drawn.variant}`);
  const time = new VirtualTime(asOf, turnOfPromises);
  return time.run(live(time, stack, drawn));
}

async function live(time: VirtualTime, stack: Stack, drawn: Drawn): Promise<Simulated> {
  const random = seeded(drawn.seed);
  const settings = readSettings(stack);
  const hostOf = (name: string) => settings.rotators[name]?.allowedHosts[0] ?? `${name}.invalid`;
  const hosts = { postgres: hostOf('postgres'), keys: hostOf('http-api-key'), signatures: hostOf('hmac-key') };
  const estate = simulateEstate(time, hosts, random);
  const network = withLatency(estate.network, time);
  const run = `simulated-${drawn.seed}` as Run;
  const own = new Set(stack.roles.map(({ arn }) => arn));
  const faults = new Faults(drawn, own);

  let entered = 0;
  let moments: (count: number) => void = () => {};
  const cloud = new Cloud({
    stack,
    time,
    seed: drawn.seed,
    network,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    latencyOf: usualLatency,
    fateOf: (call) => faults.fateOf(call),
    onTransition: ({ kind, execution }) => {
      if (kind === 'entered' && execution === run) moments(++entered);
    },
  });
  const calls: string[] = [];
  cloud.account.observe(({ call, endedAt, ending }) =>
    calls.push(`${endedAt} ${call.principal} ${call.service}:${call.operation} ${ending.kind}\n`),
  );
  moments = (count) => {
    for (const one of drawn.disturbances) {
      if (one.kind === 'stop' && one.moment === count)
        time.after(one.after, () => cloud.states.stop(executionOf({ cloud }, run)));
      if (one.kind === 'switch removed' && one.moment === count)
        time.after(one.after, () => cloud.ssm.remove(switchName(settings.stage)));
    }
  };

  cloud.ssm.set(switchName(settings.stage), goText);
  const secrets = await armFleet(drawn.entries, settings, estate, cloud.secretsManager);
  await openChannels(settings, cloud, estate);
  const before = new Map(secrets.map(({ arn }) => [arn, cloud.secretsManager.labels(arn)]));
  const canaries = new Set<string>();
  const note = (arn: string) => {
    for (const version of cloud.secretsManager.versions(arn))
      noteIn(canaries, cloud.secretsManager.value(arn, version));
  };
  for (const { arn } of secrets) note(arn);
  cloud.secretsManager.onWrite(({ secretArn }) => note(secretArn));

  const services = new Services({
    time,
    account: cloud.account,
    secretsManager: cloud.secretsManager,
    estate: { ...estate, network },
    settings,
    secrets,
    random,
  });
  await services.start();

  const execution = cloud.startRun(run, { mode: 'rotate', requestedBy: 'schedule:rotation', why: 'simulated' });
  const isWaiting = () => execution.status === 'RUNNING';
  const tooLong = time.sleep(172_800_000).then(() => undefined);
  const approved = approveSometime(time, cloud, stack, isWaiting).then(() => execution.finished);
  const ended = await Promise.race([execution.finished, approved, tooLong]);
  if (ended !== undefined) await settle(time, cloud);
  await services.finish();

  const found = broken({ run, cloud, estate, services, own, before, canaries });
  const report = reportIn({ cloud, run });
  return {
    drawn,
    outcome: report?.outcome ?? ended?.status ?? 'never ended',
    reasons: report?.reasons ?? [],
    broken: ended === undefined ? ['the run never ended', ...found] : found,
    points: faults.points,
    struck: faults.struck,
    trace: createHash('sha256').update(calls.join('')).digest('hex'),
  };
}

/** Waits until what died is settled. Where the event that tells of it came to nothing, the sweep comes. */
async function settle(time: VirtualTime, cloud: Cloud): Promise<void> {
  await cloud.settled();
  for (let sweeps = 0; sweeps < 4 && cloud.s3.text(cloud.deskBucket, 'lock.json') !== undefined; sweeps += 1) {
    await time.sleep(900_000);
    cloud.deliveries.sweep();
    await cloud.settled();
  }
}

/** Strikes Keyturn's own calls, and nobody else's. */
class Faults {
  readonly #met = { functions: new Set<string>(), workflow: new Set<string>() };
  readonly struck: string[] = [];
  readonly #drawn: Drawn;
  readonly #own: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();
  #index = 0;

  constructor(drawn: Drawn, own: ReadonlySet<string>) {
    this.#drawn = drawn;
    this.#own = own;
  }

  /** Every fate that could have met a call. */
  get points(): ReadonlySet<string> {
    const { functions, workflow } = this.#met;
    const all = (calls: ReadonlySet<string>, possible: readonly Fate[]) =>
      [...calls].flatMap((call) => possible.map((fate) => `${call} × ${fate}`));
    return new Set([...all(functions, fates), ...all(workflow, fatesOfWorkflow)]);
  }

  fateOf({ principal, service, operation }: Call): Fate {
    if (!this.#own.has(principal)) return 'works';
    const call = `${service}:${operation}`;
    const index = this.#index++;
    const nth = (this.#counts.get(call) ?? 0) + 1;
    this.#counts.set(call, nth);
    this.#met[isWorkflow(principal) ? 'workflow' : 'functions'].add(call);
    const struck = this.#drawn.disturbances.find(
      (one) =>
        (one.kind === 'any call' && one.index === index) ||
        (one.kind === 'call' && one.call === call && one.nth === nth),
    );
    if (struck === undefined || !('fate' in struck)) return 'works';
    const possible = isWorkflow(principal) ? fatesOfWorkflow : fates;
    const fate = possible.find((one) => one === struck.fate) ?? 'requestLost';
    this.struck.push(`${call} × ${fate}`);
    return fate;
  }
}

/** Step Functions and EventBridge call in the name of these. */
const isWorkflow = (principal: string) => /ActingRole|SchedulesRole/.test(principal);

function noteIn(canaries: Set<string>, value: unknown): void {
  const { password, apiKey, signingKey } = JSON.parse(String(value ?? '{}'));
  for (const field of [password, apiKey, signingKey]) if (typeof field === 'string') canaries.add(field);
}
