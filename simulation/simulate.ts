import { createHash } from 'node:crypto';
import { goText } from '../core/flags.ts';
import { type Instant, instant, toIso } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import { switchName } from '../core/settings.ts';
import { openChannels } from '../rehearsal/channels.ts';
import { Cloud } from '../rehearsal/cloud.ts';
import { armFleet } from '../rehearsal/fleet.ts';
import { usualLatency, withLatency } from '../rehearsal/latency.ts';
import { seeded } from '../rehearsal/seed.ts';
import { Services } from '../rehearsal/services.ts';
import { readSettings } from '../rehearsal/settings-layer.ts';
import type { Stack } from '../rehearsal/stack.ts';
import { type AnyRuntime, type Handler, steps } from '../rehearsal/steps.ts';
import { simulateEstate } from '../rehearsal/targets/estate.ts';
import { turnOfPromises, VirtualTime } from '../rehearsal/virtual-time.ts';
import { type Before, runsIn, type Suffered } from './aftermath.ts';
import { type Broken, broken } from './checks.ts';
import type { Disturbance, Moment } from './disturbances.ts';
import { type Drawn, draw, unclearSuffix } from './draw.ts';
import { Ears } from './ears.ts';
import type { Ground } from './ground.ts';
import { Outsider } from './outsider.ts';
import { answerSometime } from './person.ts';
import { Strikes } from './strikes.ts';
import { trailOf } from './trail.ts';
import { UnsteadyNetwork } from './unsteady.ts';

/** The Wednesday of the incident. */
export const asOf: Instant = instant(Date.parse('2026-11-18T19:15:00Z'));

/** What one run, and any beside it, came to. */
export interface Simulated {
  readonly drawn: Drawn;
  /** Of the first run. */
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly broken: readonly Broken[];
  /** Fault points that the run passed: `service:operation × fate`, for every fate that could have met the call. */
  readonly points: ReadonlySet<string>;
  /** Those at which a fault struck. */
  readonly struck: readonly string[];
  /** Hash over every call, in its order and at its moment, and what came of it. */
  readonly trace: string;
}

/** Mistakes that are put in on purpose, and what goes wrong besides. */
export interface Meddling {
  /** Steps that are wired in another way than they are deployed. */
  readonly wires?: Readonly<Record<string, (runtime: AnyRuntime) => Handler>>;
  readonly amid?: readonly Disturbance[];
}

/** Draws and plays the run of a seed. */
export function simulate(ground: Ground, seed: number, meddling: Meddling = {}): Promise<Simulated> {
  const drawn = draw(seed, asOf, ground.stacks.length);
  return playDrawn(ground, { ...drawn, disturbances: [...drawn.disturbances, ...(meddling.amid ?? [])] }, meddling);
}

export async function playDrawn(ground: Ground, drawn: Drawn, meddling: Meddling = {}): Promise<Simulated> {
  const stack = ground.stacks[drawn.variant];
  if (stack === undefined) throw new Error(`there is no variant ${drawn.variant}`);
  const time = new VirtualTime(asOf, turnOfPromises);
  return time.run(live(time, stack, drawn, meddling));
}

async function live(time: VirtualTime, stack: Stack, drawn: Drawn, { wires }: Meddling): Promise<Simulated> {
  const { seed, disturbances, entries } = drawn;
  const random = seeded(seed);
  const settings = readSettings(stack);
  const hostOf = (name: string) => settings.rotators[name]?.allowedHosts[0] ?? `${name}.invalid`;
  const hosts = { postgres: hostOf('postgres'), keys: hostOf('http-api-key'), signatures: hostOf('hmac-key') };
  const estate = simulateEstate(time, hosts, random);
  const network = withLatency(estate.network, time);
  const unsteady = new UnsteadyNetwork(network, time, seeded(seed ^ 0x2545f491));
  const own = new Set(stack.roles.map(({ arn }) => arn));
  const strikes = new Strikes(disturbances, own, time);
  const ears = new Ears();

  let skew = 0;
  let entered = 0;
  let first: string | undefined;
  let moments: (count: number) => void = () => {};
  const cloud = new Cloud({
    stack,
    time,
    seed,
    network: unsteady,
    log: ears.log,
    latencyOf: usualLatency,
    fateOf: (call) => strikes.fateOf(call),
    wireOtherwise: ears.around({ ...steps, ...wires }),
    skew: () => skew,
    onTransition: ({ kind, execution }) => {
      first ??= execution;
      if (kind === 'entered' && execution === first) moments(++entered);
    },
  });
  strikes.attach(cloud.account);
  const trail = trailOf(cloud, time, own);

  cloud.ssm.set(switchName(settings.stage), goText);
  const secrets = await armFleet(entries, settings, estate, cloud.secretsManager);
  const slack = await openChannels(settings, cloud, estate);
  for (const target of [estate.keys, estate.signatures])
    for (const one of disturbances) if (one.kind === 'new keys count late') target.delay(one.after);
  const before = new Map(
    entries.map((entry): [string, Before] => {
      const arn = entry.ARN ?? '';
      const strategy = secrets.find((secret) => secret.arn === arn && !secret.name.endsWith(unclearSuffix))?.rotator
        .strategy;
      return [arn, { entry, labels: cloud.secretsManager.labels(arn), strategy }];
    }),
  );
  const canaries = new Set<string>();
  const note = (arn: string) => {
    for (const version of cloud.secretsManager.versions(arn))
      noteIn(canaries, cloud.secretsManager.value(arn, version));
  };
  for (const arn of cloud.secretsManager.arns()) note(arn);
  cloud.secretsManager.onWrite(({ secretArn }) => note(secretArn));

  const suffered: Suffered[] = [];
  const services = new Services({
    ...{ time, account: cloud.account, secretsManager: cloud.secretsManager, settings, secrets, random },
    estate: { ...estate, network },
    onFailure: (service, name) => {
      const { arn = '' } = secrets.find((secret) => secret.name === name) ?? {};
      suffered.push({ arn, service, at: time.now() });
    },
  });
  await services.start();

  const outsider = new Outsider(cloud, estate, () => time.now());
  let switchRemovedAt: Instant | undefined;
  const happens: Happens = {
    stopped: () => cloud.states.stop(`${cloud.machine.arn.replace(':stateMachine:', ':execution:')}:${first}`),
    'switch removed': () => {
      cloud.ssm.remove(switchName(settings.stage));
      switchRemovedAt ??= time.now();
    },
    'schedule fires again': () => void fire(cloud, stack, time, asOf),
    'second run': () => void fire(cloud, stack, time, time.now()),
    outsider: ({ act, secret }) => {
      const chosen = secrets.find(({ name }) => name === secret);
      const original = before.get(chosen?.arn ?? '')?.labels['AWSCURRENT'];
      if (chosen !== undefined && original !== undefined) outsider.act(act, chosen, original);
    },
    quota: ({ service, lasts }) => strikes.throttle(service, lasts),
    target: ({ answers, lasts }) => unsteady.turn(answers, lasts),
    'clock jumps': ({ by }) => {
      skew = by;
    },
  };
  moments = (count) => {
    for (const one of disturbances) {
      if (!('moment' in one) || one.moment !== count) continue;
      time.after(one.after, () => {
        if (failures.has(one.kind)) strikes.faults.add(one);
        happens[one.kind](one as never);
      });
    }
  };

  const starting = fire(cloud, stack, time, asOf);
  moments(0);
  await starting;
  const isLong = (at: Instant) => at > asOf + 172_800_000;
  const running = () => cloud.states.areRunning(cloud.machine.arn);
  const people = answerSometime(time, { cloud, stack, manner: drawn.people }, () => running() && !isLong(time.now()));
  while (running() && !isLong(time.now())) await time.sleep(15_000);
  await people;
  await settle(time, cloud);
  if (drawn.restores && reportOf(cloud, first)?.outcome === 'completed')
    await restore(time, cloud, { stack, run: first });
  await services.finish();

  const failing = new Set(
    secrets.filter(({ service, name }) => services.records.get(service)?.failing.has(name)).map(({ arn }) => arn),
  );
  const { lastLook, staged, calls } = trail;
  const found = broken({
    ...{ cloud, estate, slack, own, before, suffered, failing, lastLook, staged, canaries, asOf, switchRemovedAt },
    acted: outsider.acted,
    faults: strikes.faults.size,
    asked: unsteady.asked,
    heard: ears.heard,
    tokens: ears.tokens,
  });
  const report = reportOf(cloud, first);
  return {
    drawn,
    outcome: report?.outcome ?? 'unreported',
    reasons: report?.reasons ?? [],
    broken: found,
    points: strikes.points,
    struck: strikes.struck,
    trace: createHash('sha256').update(calls.join('\n')).digest('hex'),
  };
}

type Momentary = Extract<Disturbance, Moment>;
/** Of what happens at a moment, that which fails Keyturn. */
const failures: ReadonlySet<string> = new Set<Momentary['kind']>(['stopped', 'quota', 'target']);
type Happens = { readonly [Kind in Momentary['kind']]: (one: Extract<Momentary, { kind: Kind }>) => void };

/** Lets the schedule's moment come, as EventBridge Scheduler does: without waiting for an answer, and with two more tries. */
async function fire(cloud: Cloud, stack: Stack, time: VirtualTime, at: Instant): Promise<void> {
  const schedule = stack.schedules.find(({ target }) => target.input.includes('"rotation"'));
  if (schedule === undefined) throw new Error('the stack has no schedule that rotates');
  const { arn, roleArn } = schedule.target;
  const Payload = JSON.stringify({ schedule: 'rotation', at: toIso(at) });
  for (const pause of [60_000, 120_000, 0]) {
    const invoking = cloud.account.call(roleArn, 'lambda', 'Invoke', { FunctionName: arn, Payload });
    const answer = await invoking.catch(() => ({ FunctionError: 'Refused' }));
    if ((answer as { FunctionError?: string }).FunctionError === undefined) return;
    await time.sleep(pause);
  }
}

const reportOf = (cloud: Cloud, run: string | undefined) => runsIn(cloud).find((told) => told.run === run)?.report;

/** Somebody has second thoughts an hour later, and everybody agrees. */
async function restore(time: VirtualTime, cloud: Cloud, { stack, run }: { stack: Stack; run: string | undefined }) {
  await time.sleep(3_600_000);
  const requestedBy = 'arn:aws:iam::111122223333:user/operator';
  const start = { mode: 'restore', requestedBy, why: 'second thoughts', of: run as Run } as const;
  const execution = cloud.startRun(`restore-of-${run}` as Run, start);
  const until = time.now() + 86_400_000;
  const isUnderWay = () => execution.status === 'RUNNING' && time.now() < until;
  await answerSometime(time, { cloud, stack, manner: 'approve' }, isUnderWay);
  await settle(time, cloud);
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

function noteIn(canaries: Set<string>, value: unknown): void {
  const text = String(value ?? '{}');
  if (!text.startsWith('{')) canaries.add(text);
  const { password, apiKey, signingKey } = text.startsWith('{') ? JSON.parse(text) : {};
  for (const field of [password, apiKey, signingKey]) if (typeof field === 'string') canaries.add(field);
}
