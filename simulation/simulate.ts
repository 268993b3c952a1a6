import { createHash } from 'node:crypto';
import { type Instant, instant } from '../core/instant.ts';
import { goText } from '../core/limits/flags.ts';
import { switchName } from '../core/settings.ts';
import { usualLatency, withLatency } from '../rehearsal/account/latency.ts';
import { Cloud } from '../rehearsal/cloud.ts';
import { openChannels } from '../rehearsal/day/channels.ts';
import { armFleet } from '../rehearsal/day/fleet.ts';
import { Services } from '../rehearsal/day/services.ts';
import { seeded } from '../rehearsal/seed.ts';
import { type AnyRuntime, type Handler, steps } from '../rehearsal/steps.ts';
import { simulateEstate } from '../rehearsal/targets/estate.ts';
import { readSettings } from '../rehearsal/template/settings-layer.ts';
import type { Stack } from '../rehearsal/template/stack.ts';
import { turnOfPromises, VirtualTime } from '../rehearsal/virtual-time.ts';
import { reportOf, runsIn, type Suffered } from './aftermath.ts';
import { type Broken, broken } from './checks.ts';
import { type Drawn, draw, unclearSuffix } from './draw.ts';
import { Ears } from './ears.ts';
import type { Ground } from './ground.ts';
import { Outsider } from './outsider.ts';
import { Parts } from './parts.ts';
import { Strikes } from './strikes.ts';
import { type Managed, trailOf } from './trail.ts';
import { UnsteadyNetwork } from './unsteady.ts';
import type { Before, Live, World } from './world.ts';

/** The Wednesday of the incident. */
export const asOf: Instant = instant(Date.parse('2026-11-18T19:15:00Z'));

/** What the runs of one seed came to. */
export interface Simulated {
  readonly drawn: Drawn;
  /** Of the rotation. */
  readonly outcome: string;
  readonly reasons: readonly string[];
  /** How each run ended, in the order of their starts. */
  readonly runs: readonly string[];
  /** How often an execution that had died was redriven. */
  readonly redriven: number;
  /** What was done to old keys, once for each time. */
  readonly oldKeys: readonly Managed['did'][];
  readonly broken: readonly Broken[];
  /** Fault points that were passed: `service:operation × fate`, for every fate that could have met the call. */
  readonly points: ReadonlySet<string>;
  /** Those at which a fault struck. */
  readonly struck: readonly string[];
  /** Hash over every call, in its order and at its moment, and what came of it. */
  readonly trace: string;
}

/** Mistakes that are put in on purpose, and what else happens then. */
export interface Meddling {
  /** Steps that are wired in another way than they are deployed. */
  readonly wires?: Readonly<Record<string, (runtime: AnyRuntime) => Handler>>;
  /** Changes what is deployed. */
  readonly deployed?: (stack: Stack) => Stack;
  /** Changes what was drawn. */
  readonly arranged?: (drawn: Drawn) => Drawn;
}

/** Draws and plays the runs of a seed. */
export function simulate(ground: Ground, seed: number, meddling: Meddling = {}): Promise<Simulated> {
  const { arranged = (drawn) => drawn } = meddling;
  const drawn = draw(seed, asOf, { variants: ground.stacks.length, updates: ground.updates.length });
  return playDrawn(ground, arranged(drawn), meddling);
}

export async function playDrawn(ground: Ground, drawn: Drawn, meddling: Meddling = {}): Promise<Simulated> {
  const time = new VirtualTime(asOf, turnOfPromises);
  return time.run(live(time, ground, drawn, meddling));
}

async function live(time: VirtualTime, ground: Ground, drawn: Drawn, meddling: Meddling): Promise<Simulated> {
  const { wires, deployed = (stack: Stack) => stack } = meddling;
  const { seed, entries } = drawn;
  const variant = ground.stacks[drawn.variant];
  if (variant === undefined) throw new Error(`there is no variant ${drawn.variant}`);
  const stack = deployed(variant);
  const random = seeded(seed);
  const settings = readSettings(stack);
  const hostOf = (name: string) => settings.rotators[name]?.allowedHosts[0] ?? `${name}.invalid`;
  const hosts = { postgres: hostOf('postgres'), keys: hostOf('http-api-key'), signatures: hostOf('hmac-key') };
  const estate = simulateEstate(time, hosts, random);
  const network = withLatency(estate.network, time);
  const unsteady = new UnsteadyNetwork(network, time, seeded(seed ^ 0x2545f491));
  const own = new Set(stack.roles.map(({ arn }) => arn));
  const strikes = new Strikes(own, time);
  const ears = new Ears();
  const parts = new Parts();
  const now: Live = { skew: 0, deployed: [settings], halts: [], audited: [], unsettled: [] };

  const cloud = new Cloud({
    stack,
    time,
    seed,
    network: unsteady,
    log: ears.log,
    latencyOf: usualLatency,
    fateOf: (call) => strikes.fateOf(call),
    wireOtherwise: ears.around({ ...steps, ...wires }),
    skew: () => now.skew,
    onTransition: parts.onTransition,
    onStatus: parts.onStatus,
  });
  strikes.attach(cloud.account);
  const trail = trailOf(cloud, estate, time, own);

  cloud.ssm.set(switchName(settings.stage), goText);
  const secrets = await armFleet(entries, settings, estate, cloud.secretsManager);
  const slack = await openChannels(settings, cloud, estate);
  for (const target of [estate.keys, estate.signatures])
    for (const one of drawn.parts.flatMap(({ disturbances }) => disturbances))
      if (one.kind === 'new keys count late') target.delay(one.after);
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
  const world: World = {
    ...{ time, cloud, estate, ground, strikes, unsteady, services, outsider, secrets, before },
    live: now,
  };
  await parts.play(world, drawn);
  await services.finish();

  const failing = new Set(
    secrets.filter(({ service, name }) => services.records.get(service)?.failing.has(name)).map(({ arn }) => arn),
  );
  const { lastLook, noted, staged, managed, calls } = trail;
  const found = broken({
    ...{ cloud, estate, slack, own, before, suffered, failing, lastLook, noted, staged, managed, canaries, asOf },
    live: now,
    acted: outsider.acted,
    used: outsider.used,
    looked: drawn.looks,
    faults: strikes.faults.size,
    asked: unsteady.asked,
    heard: ears.heard,
    tokens: ears.tokens,
  });
  const reports = runsIn(cloud).map(({ mode, report }) => `${mode}: ${report?.outcome ?? 'unreported'}`);
  const report = reportOf(cloud, parts.rotation);
  return {
    drawn,
    outcome: report?.outcome ?? 'unreported',
    reasons: report?.reasons ?? [],
    runs: reports,
    redriven: cloud.states.executions().reduce((sum, { redrives }) => sum + redrives.count, 0),
    oldKeys: managed.filter(({ versions }) => versions.length > 0).map(({ did }) => did),
    broken: found,
    points: strikes.points,
    struck: strikes.struck,
    trace: createHash('sha256').update(calls.join('\n')).digest('hex'),
  };
}

function noteIn(canaries: Set<string>, value: unknown): void {
  const text = String(value ?? '{}');
  if (!text.startsWith('{')) canaries.add(text);
  const { password, apiKey, signingKey } = text.startsWith('{') ? JSON.parse(text) : {};
  for (const field of [password, apiKey, signingKey]) if (typeof field === 'string') canaries.add(field);
}
