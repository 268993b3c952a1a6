import { parseInventory } from '../../adapters/inventory-file.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { type Instant, toIso } from '../../core/instant.ts';
import { goText } from '../../core/limits/flags.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Run } from '../../core/plan.ts';
import { cutIntoWaves } from '../../core/planning/waves.ts';
import type { Log } from '../../core/ports.ts';
import type { RunReport } from '../../core/report/report.ts';
import { select } from '../../core/selection/selection.ts';
import { type Settings, switchName } from '../../core/settings.ts';
import type { StartableMode } from '../../core/start.ts';
import { usualLatency, withLatency } from '../account/latency.ts';
import type { ExecutionResult } from '../aws/states/execution.ts';
import { Cloud } from '../cloud.ts';
import { Door } from '../door/door.ts';
import { deployFunctions } from '../functions.ts';
import { seeded } from '../seed.ts';
import { type Estate, type Hosts, simulateEstate, startEstate } from '../targets/estate.ts';
import type { SlackWorkspace } from '../targets/slack.ts';
import { readSettings } from '../template/settings-layer.ts';
import type { Stack } from '../template/stack.ts';
import { loadStack } from '../template/template.ts';
import { VirtualTime } from '../virtual-time.ts';
import { environmentOfOperator, isAsking, waysToAnswer } from './approver.ts';
import { openChannels } from './channels.ts';
import { evidenceOf, type Left } from './evidence.ts';
import { type ArmedSecret, armFleet, entriesOf, type InventoryEntry } from './fleet.ts';
import type { Watch } from './progress.ts';
import { Recorder } from './recorder.ts';
import type { RehearsalReport } from './report.ts';
import type { Scenario, Trap } from './scenario.ts';
import { Services } from './services.ts';
import { openSignIn } from './sign-in.ts';
import { stay } from './staying.ts';

export interface PlayOptions {
  /** Directory of the synthesised assembly. */
  readonly assembly: string;
  /** What `aws secretsmanager list-secrets` printed, all pages. */
  readonly inventory: string;
  readonly asOf: Instant;
  readonly seed: number;
  readonly mode: StartableMode;
  readonly scenario: Scenario;
  readonly targets: 'real' | 'simulated';
  /** Whether a person answers at the page; otherwise the rehearsal does, by the same requests. */
  readonly person: boolean;
  readonly watch: Watch;
  /** Who asked for the run. The schedule, if not said. */
  readonly requestedBy?: string;
  /** Where the steps' own log goes. Nowhere, if not said. */
  readonly log?: Log;
  /** Stays after the run, for whoever comes to the door, until this is over. Without it, the rehearsal ends with the run. */
  readonly leave?: () => Promise<void>;
  /** Is handed what each run left behind, once all is over. */
  readonly bequeath?: (left: readonly Left[]) => Promise<void>;
}

/**
 * Plays one run from its start to its end, and says what happened.
 *
 * @throws {InventoryFileError} before anything is started, when the inventory is none.
 */
export async function play(options: PlayOptions): Promise<RehearsalReport> {
  parseInventory(options.inventory, 'inventory');
  const time = new VirtualTime(options.asOf);
  const door = await Door.open();
  try {
    const stack = loadStack(options.assembly, { overrides: { 'AWS::ApiGatewayV2::Api.ApiEndpoint': door.url } });
    const settings = readSettings(stack);
    const random = seeded(options.seed);
    const hosts = hostsOf(settings);
    const estate = options.targets === 'real' ? await startEstate(time, hosts) : simulateEstate(time, hosts, random);
    try {
      return await time.run(playIn({ options, time, door, stack, settings, estate, random }));
    } finally {
      await estate.stop();
    }
  } finally {
    await door.close();
  }
}

interface Stage {
  readonly options: PlayOptions;
  readonly time: VirtualTime;
  readonly door: Door;
  readonly stack: Stack;
  readonly settings: Settings;
  readonly estate: Estate;
  readonly random: () => number;
}

async function playIn({ options, time, door, stack, settings, estate, random }: Stage): Promise<RehearsalReport> {
  const { scenario, seed, mode, asOf, targets, requestedBy = 'schedule:rotation', log = silent } = options;
  const began = performance.now();
  const run = `rehearsal-${toIso(asOf).slice(0, 10)}-${scenario.name}-${seed}` as Run;
  const recorder = new Recorder(time, options.watch);
  let trap: Trap = {};

  const network = withLatency(estate.network, time);
  const cloud = new Cloud({
    stack,
    time,
    seed,
    network,
    log,
    latencyOf: usualLatency,
    fateOf: (call) => trap.fateOf?.(call) ?? 'works',
    wireOtherwise: scenario.wireOtherwise ?? {},
    onTransition: (transition) => {
      const of = cloud.runOf(transition.executionArn);
      if (of !== undefined) recorder.transition(of, transition);
      trap.onTransition?.(transition);
    },
  });
  cloud.ssm.set(switchName(settings.stage), goText);

  const entries = chosen(options, settings);
  const secrets = await time.real(() => armFleet(entries, settings, estate, cloud.secretsManager));
  deployFunctions(cloud, { network });
  const waves = wavesOf(options.inventory, entries, secrets, settings, asOf);
  const slack = await time.real(() => openChannels(settings, cloud, estate));
  await time.real(() => openSignIn(cloud, { estate, door, time }));
  const tell = (said: string) => recorder.tell({ kind: 'told', said });
  trap = (await scenario.begin?.({ run, time, door, cloud, estate, slack, waves, tell })) ?? {};

  const services = new Services({
    time,
    account: cloud.account,
    secretsManager: cloud.secretsManager,
    estate: { ...estate, network },
    settings,
    secrets,
    random,
    ...(scenario.clientsEvery === undefined ? {} : { interval: scenario.clientsEvery }),
    ...(trap.canUse === undefined ? {} : { canUse: trap.canUse }),
    onFailure: (service, secret) => recorder.tell({ kind: 'client failed', service, secret }),
  });
  await time.real(() => services.start());
  recorder.listen(cloud, services);
  leadTo(door, cloud, stack);

  const execution = cloud.startRun(run, { mode, requestedBy, why: `rehearsal of ${scenario.name}` });
  const answered =
    scenario.nobodyAnswers === true
      ? Promise.resolve()
      : answer({ options, run, time, door, cloud, slack, settings, recorder, execution });
  const [result] = await Promise.all([execution.finished, answered]);
  await trap.settled?.();
  await cloud.settled();
  const ending = endingOf(result, cloud, run);
  const tellOfDay = () =>
    recorder.report({
      run,
      scenario,
      trap,
      stack,
      cloud,
      services,
      ending,
      startedAt: asOf,
      wallSeconds: Math.round((performance.now() - began) / 100) / 10,
      seed,
      targets,
    });
  let promise: RehearsalReport['promise'] | undefined;
  if (options.leave !== undefined) {
    // What is promised is promised of the scenario, and not of what people do once it is over.
    await services.authenticate();
    ({ promise } = tellOfDay());
    tell(howToStay(cloud, door, { run, outcome: ending.outcome }));
    await stay({
      ...{ time, door, cloud, tell, leave: options.leave },
      answer: (execution) =>
        answer({ options, run: execution.name as Run, time, door, cloud, slack, settings, recorder, execution }),
    });
  }
  await services.finish();
  const told = tellOfDay();
  const report = promise === undefined ? told : { ...told, promise };
  await time.real(async () =>
    options.bequeath?.([report, ...report.others].map((told) => evidenceOf(cloud, told.run))),
  );
  return report;
}

/**
 * Waits until approvers are asked, and then for a person, or answers for them: as many as it takes. The person is the first
 * approver; the others are always the rehearsal's. Virtual time stands still while somebody answers.
 */
async function answer(given: {
  readonly options: PlayOptions;
  readonly run: Run;
  readonly time: VirtualTime;
  readonly door: Door;
  readonly cloud: Cloud;
  readonly slack: SlackWorkspace | undefined;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly execution: { readonly finished: Promise<unknown>; readonly status: string };
}): Promise<void> {
  const { options, run, time, door, cloud, slack, settings, recorder, execution } = given;
  const mayAskAgain = settings.tiers.some(({ holdBefore }) => holdBefore);
  /** Who has answered what. Links arrive one after the other, so whoever has none yet is looked for again. */
  const answered = new Map<string, Set<string>>();
  while (execution.status === 'RUNNING') {
    for (const { scope, name, where, orElse, approve } of waysToAnswer({ cloud, door, time, run }, slack)) {
      const before = answered.get(scope) ?? new Set();
      if (before.has(name) || !isAsking(cloud, run)) continue;
      const isPersons = options.person && before.size === 0;
      recorder.tell({
        kind: 'waiting for approval',
        link: where,
        ...(isPersons && orElse !== undefined ? { orElse } : {}),
      });
      if (isPersons) await door.personDecides(time.hold());
      else await approve();
      recorder.tell({ kind: 'approved', by: isPersons ? 'you' : `${name}, played by the rehearsal` });
      answered.set(scope, before.add(name));
    }
    if (answered.size > 0 && !isAsking(cloud, run) && !mayAskAgain) return;
    await time.sleep(1_000);
  }
}

/** What somebody types who stays. */
function howToStay(cloud: Cloud, door: Door, { run, outcome }: Pick<RehearsalReport, 'run' | 'outcome'>): string {
  const { name, environment } = environmentOfOperator(cloud, door);
  return [
    `the run has ended: ${outcome}. Time stands still, and the door stays open until you press Enter. As ${name}, in another terminal:`,
    `export ${environment}`,
    'npm run keyturn -- status',
    `npm run keyturn -- evidence ${run} --verify`,
    `npm run keyturn -- restore ${run} --why 'trying it'`,
  ].join('\n                ');
}

function leadTo(door: Door, cloud: Cloud, { httpApis: [api], region, account }: Stack): void {
  if (api === undefined) throw new Error('the stack has no HTTP API, so nobody could reach the review page');
  door.leadTo(cloud.account, api, `${region}:${account}`);
  door.standForAws(cloud.account, region);
}

/** The targets that the fleet's credentials are for, as the configuration names them. */
function hostsOf({ rotators }: Settings): Hosts {
  const hostOf = (kind: string) => Object.values(rotators).find((rotator) => rotator.kind === kind)?.allowedHosts[0];
  return {
    postgres: hostOf('postgres') ?? 'postgres.invalid',
    keys: hostOf('http-api-key') ?? 'keys.invalid',
    signatures: hostOf('hmac-key') ?? 'signatures.invalid',
  };
}

function chosen({ inventory, scenario, asOf }: PlayOptions, settings: Settings): readonly InventoryEntry[] {
  const entries = entriesOf(inventory);
  const due = new Set(select(parseInventory(inventory, 'inventory'), settings, asOf).selected.map(({ arn }) => arn));
  return scenario.inventory?.(entries, ({ ARN = '' }) => due.has(ARN)) ?? entries;
}

/** What a faultless plan would rotate, wave by wave. */
function wavesOf(
  inventory: string,
  entries: readonly InventoryEntry[],
  secrets: readonly ArmedSecret[],
  settings: Settings,
  asOf: Instant,
): readonly (readonly ArmedSecret[])[] {
  const present = new Set(entries.map(({ ARN }) => ARN));
  const { selected } = select(parseInventory(inventory, 'inventory'), settings, asOf);
  const due = selected.filter(({ arn }) => present.has(arn));
  return cutIntoWaves(due, settings).map((wave) =>
    wave.flatMap(({ arn }) => secrets.find((secret) => secret.arn === arn) ?? []),
  );
}

/** How the run ended, or, if it died, how it was settled. */
function endingOf(
  result: ExecutionResult,
  { s3, archiveBucket }: Cloud,
  run: Run,
): { readonly outcome: Outcome; readonly reasons: readonly string[] } {
  if (result.status === 'SUCCEEDED') {
    return result.output as unknown as { outcome: Outcome; reasons: readonly string[] };
  }
  const recovered = s3.text(archiveBucket, archiveKeys.recovery(run));
  if (recovered !== undefined) return JSON.parse(recovered) as RunReport;
  return { outcome: 'halted', reasons: [`execution ${result.status}: ${result.error}: ${result.cause}`] };
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };
