import type { Instant } from '../../core/instant.ts';
import type { Batch, Mode, Run } from '../../core/plan.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { BatchAnswer } from '../../core/verdict/claim.ts';
import type { Transition } from '../aws/states/world.ts';
import type { Cloud } from '../cloud.ts';
import type { Stack } from '../template/stack.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Watch } from './progress.ts';
import type { Mark, RehearsalReport } from './report.ts';
import { type Move, tellRun } from './run-told.ts';
import { brokenPromises, type Scenario, type Trap } from './scenario.ts';
import type { Services } from './services.ts';

/** After these the same wave is admitted once more. */
const admittedAgain = new Set(['Await window', 'Request wave approval', 'Remind of wave']);

/** How far a run has come. */
interface Course {
  readonly timeline: Mark[];
  wave: number | undefined;
}

/** Notes what happens while runs are played, and makes a report of it. */
export class Recorder {
  readonly #time: VirtualTime;
  readonly #watch: Watch;
  readonly #courses = new Map<Run, Course>();
  readonly #moves: Move[] = [];
  #services: Services | undefined;

  constructor(time: VirtualTime, watch: Watch) {
    this.#time = time;
    this.#watch = watch;
  }

  /** Begins to listen. Labels are read after each write: what counts is where AWSCURRENT is then. */
  listen(cloud: Cloud, services: Services): void {
    this.#services = services;
    const currentOf = (arn: string) => cloud.secretsManager.labels(arn)['AWSCURRENT'];
    const current = new Map(cloud.secretsManager.arns().map((arn) => [arn, currentOf(arn)]));
    const original = new Map(current);
    const promoted = new Set<string>();
    cloud.secretsManager.onWrite(({ secretArn: arn }) => {
      const [from, to] = [current.get(arn), currentOf(arn)];
      if (to === from) return;
      current.set(arn, to);
      this.#moves.push({ arn, at: this.#time.now(), from, to });
      if (to === original.get(arn)) return;
      promoted.add(arn);
      this.tell({ kind: 'secret promoted', name: nameIn(arn), promoted: promoted.size });
    });
    cloud.lambda.onAnswer(({ functionName, event }, answer) => this.#answered(functionName, event, answer));
  }

  /** Notes that the execution of a run entered a state, or the execution that settles it. */
  transition(run: Run, { kind, state, at }: Transition): void {
    if (kind !== 'entered') return;
    const course = this.#courses.get(run) ?? { timeline: [], wave: undefined };
    this.#courses.set(run, course);
    if (state === 'Admit wave' && !admittedAgain.has(course.timeline.at(-1)?.state ?? ''))
      course.wave = (course.wave ?? 0) + 1;
    if (state === 'Close run' || state === 'Settle run') course.wave = undefined;
    const { wave } = course;
    course.timeline.push({ at, state, wave });
    this.tell({ kind: 'state', run, state, wave });
  }

  tell(happening: DistributedOmit<Parameters<Watch>[0], 'at'>): void {
    const { authentications = 0, failures = 0 } = this.#services ?? {};
    this.#watch({ ...happening, at: this.#time.now() }, { authentications, failures });
  }

  #answered(functionName: string, event: unknown, answer: unknown): void {
    const { goal, phase, batch } = event as { goal?: 'rotate' | 'roll back'; phase?: string; batch?: Batch };
    if (batch?.wave === undefined) return;
    const place = { run: batch.run, wave: batch.wave, batch: batch.index };
    if (functionName.includes('-rotate-batch-') && goal !== undefined) {
      const given = answer as BatchAnswer;
      const claims = given.kind === 'turned' ? given.claims : [];
      const failed = claims.find(({ kind }) => kind === 'failed');
      this.tell({
        kind: 'batch turned',
        goal,
        ...place,
        mode: modeOf(batch),
        tier: batch.tier,
        turned: claims.filter(({ kind }) => ['rotated', 'retired', 'back'].includes(kind)).length,
        of: batch.secrets.length,
        problem: given.kind === 'notStarted' ? given.reason : failed?.kind === 'failed' ? failed.reason : undefined,
      });
    } else if (functionName.includes('-probe-batch-') && phase !== undefined) {
      this.tell({ kind: 'batch probed', phase, ...place, sound: (answer as { sound: boolean }).sound });
    }
  }

  report(told: {
    readonly run: Run;
    readonly scenario: Scenario;
    readonly trap: Trap;
    readonly stack: Stack;
    readonly cloud: Cloud;
    readonly services: Services;
    readonly ending: Pick<RunReport, 'outcome' | 'reasons'>;
    readonly startedAt: Instant;
    readonly wallSeconds: number;
    readonly seed: number;
    readonly targets: 'real' | 'simulated';
  }): RehearsalReport {
    const { run, cloud, stack, scenario, trap, services, ending, startedAt } = told;
    const own = new Set([...stack.roles.map(({ arn }) => arn), gateway, 'events.amazonaws.com']);
    const records = [...services.records].filter(([, { failures }]) => failures > 0);

    const found: RehearsalReport = {
      ...this.#tell(cloud, run),
      outcome: ending.outcome,
      reasons: ending.reasons,
      scenario: scenario.name,
      promise: { says: scenario.says, broken: [] },
      others: [...this.#courses.keys()].filter((other) => other !== run).map((other) => this.#tell(cloud, other)),
      clients: {
        authentications: services.authentications,
        failures: services.failures,
        stillFailing: [...services.records].filter(([, { failing }]) => failing.size > 0).map(([service]) => service),
        failing: Object.fromEntries(records.map(([service, { failures }]) => [service, failures])),
      },
      calls: { ...sum(cloud, own), 'states:transitions': cloud.transitions },
      writesToSecrets: cloud.account.writesToSecrets.total((principal) => own.has(principal)),
      denied: cloud.account.authorisation.denials
        .filter(({ principal }) => own.has(principal))
        .map(({ principal, action, resource }) => ({ function: nameOf(stack, principal), action, resource })),
      duration: {
        virtualSeconds: Math.round((this.#time.now() - startedAt) / 1_000),
        wallSeconds: told.wallSeconds,
      },
      seed: told.seed,
      targets: told.targets,
    };
    return { ...found, promise: { says: scenario.says, broken: brokenPromises(scenario, found, trap) } };
  }

  #tell(cloud: Cloud, run: Run) {
    return tellRun(cloud, { run, timeline: this.#courses.get(run)?.timeline ?? [], moves: this.#moves });
  }
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What is done to a batch, as its secrets say it. */
function modeOf({ secrets }: Batch): Mode {
  if (secrets.some(({ old }) => old !== undefined)) return 'retire';
  return secrets.some(({ before }) => before !== undefined) ? 'restore' : 'rotate';
}

const nameIn = (arn: string): string =>
  arn
    .split(':')
    .slice(6)
    .join(':')
    .replace(/-[A-Za-z0-9]{6}$/, '');

const nameOf = ({ functions }: Stack, principal: string): string =>
  functions.find(({ roleArn }) => roleArn === principal)?.name ?? principal;

/** Who invokes for people that open the page. */
const gateway = 'apigateway.amazonaws.com';

/** How many calls of each kind were made. What people ask of the page is told apart: it grows with them, not with the fleet. */
function sum({ account }: Cloud, own: ReadonlySet<string>): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const principal of account.calls.principals.filter((one) => own.has(one))) {
    for (const [call, count] of Object.entries(account.calls.of(principal))) {
      const kind = principal === gateway ? 'apigateway:requests' : call;
      calls[kind] = (calls[kind] ?? 0) + count;
    }
  }
  return calls;
}
