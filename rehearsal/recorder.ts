import { archiveKeys } from '../core/archive-keys.ts';
import { type BatchAnswer, notStarted } from '../core/claim.ts';
import { decidedAt, parseDecision } from '../core/decision.ts';
import { type Draft, type NotPlanned, preflightReasons } from '../core/draft.ts';
import type { Instant } from '../core/instant.ts';
import { leaveAloneReasons } from '../core/leave-alone.ts';
import type { Batch, Mode, Run } from '../core/plan.ts';
import type { RunReport } from '../core/report.ts';
import { restoreReasons } from '../core/restore.ts';
import { driftReasons } from '../core/still-due.ts';
import type { Cloud } from './cloud.ts';
import type { Watch } from './progress.ts';
import type { Mark, RehearsalReport } from './report.ts';
import { brokenPromises, type Scenario, type Trap } from './scenario.ts';
import type { Services } from './services.ts';
import type { Stack } from './stack.ts';
import type { Transition } from './states/world.ts';
import type { VirtualTime } from './virtual-time.ts';

const sentences: Readonly<Record<string, string>> = {
  ...leaveAloneReasons,
  ...restoreReasons,
  ...preflightReasons,
  ...driftReasons,
  ...notStarted,
  batchFailed: 'another secret of its batch could not be turned',
};

/** After these the same wave is admitted once more. */
const admittedAgain = new Set(['Await window', 'Request wave approval', 'Remind of wave']);

/** Notes what happens while a run is played, and makes a report of it. */
export class Recorder {
  readonly #time: VirtualTime;
  readonly #watch: Watch;
  readonly #timeline: Mark[] = [];
  readonly #promoted = new Map<string, Instant>();
  readonly #demoted = new Map<string, Instant>();
  #wave: number | undefined;
  #services: Services | undefined;

  constructor(time: VirtualTime, watch: Watch) {
    this.#time = time;
    this.#watch = watch;
  }

  /** Begins to listen. Labels are read after each write: what counts is where AWSCURRENT is then. */
  listen(cloud: Cloud, services: Services): void {
    this.#services = services;
    const current = new Map(
      cloud.secretsManager.arns().map((arn) => [arn, cloud.secretsManager.labels(arn)['AWSCURRENT']]),
    );
    const original = new Map(current);
    cloud.secretsManager.onWrite(({ secretArn }) => {
      const now = cloud.secretsManager.labels(secretArn)['AWSCURRENT'];
      if (now === current.get(secretArn)) return;
      current.set(secretArn, now);
      if (now === original.get(secretArn)) {
        this.#demoted.set(secretArn, this.#time.now());
      } else {
        this.#promoted.set(secretArn, this.#time.now());
        this.tell({ kind: 'secret promoted', name: nameIn(secretArn), promoted: this.#promoted.size });
      }
    });
    cloud.lambda.onAnswer(({ functionName, event }, answer) => this.#answered(functionName, event, answer));
  }

  transition({ kind, state, at, executionArn }: Transition): void {
    if (kind !== 'entered' || executionArn.includes('/Map') || isChild(executionArn)) return;
    if (state === 'Admit wave' && !admittedAgain.has(this.#timeline.at(-1)?.state ?? ''))
      this.#wave = (this.#wave ?? 0) + 1;
    if (state === 'Close run' || state === 'Settle run') this.#wave = undefined;
    this.#timeline.push({ at, state, wave: this.#wave });
    this.tell({ kind: 'state', state, wave: this.#wave });
  }

  tell(happening: DistributedOmit<Parameters<Watch>[0], 'at'>): void {
    const { authentications = 0, failures = 0 } = this.#services ?? {};
    this.#watch({ ...happening, at: this.#time.now() }, { authentications, failures });
  }

  #answered(functionName: string, event: unknown, answer: unknown): void {
    const { goal, phase, batch } = event as { goal?: 'rotate' | 'roll back'; phase?: string; batch?: Batch };
    if (batch?.wave === undefined) return;
    const place = { wave: batch.wave, batch: batch.index };
    if (functionName.includes('-rotate-batch-') && goal !== undefined) {
      const given = answer as BatchAnswer;
      const claims = given.kind === 'turned' ? given.claims : [];
      const failed = claims.find(({ kind }) => kind === 'failed');
      this.tell({
        kind: 'batch turned',
        goal,
        ...place,
        tier: batch.tier,
        turned: claims.filter(({ kind }) => ['rotated', 'retired', 'back'].includes(kind)).length,
        isRetirement: batch.secrets.some(({ old }) => old !== undefined),
        of: batch.secrets.length,
        problem: given.kind === 'notStarted' ? given.reason : failed?.kind === 'failed' ? failed.reason : undefined,
      });
    } else if (functionName.includes('-probe-batch-') && phase !== undefined) {
      this.tell({ kind: 'batch probed', phase, ...place, sound: (answer as { sound: boolean }).sound });
    }
  }

  report(told: {
    readonly run: Run;
    readonly mode: Mode;
    readonly scenario: Scenario;
    readonly trap: Trap;
    readonly stack: Stack;
    readonly cloud: Cloud;
    readonly services: Services;
    readonly ending: { readonly outcome: RunReport['outcome']; readonly reasons: readonly string[] };
    readonly startedAt: Instant;
    readonly wallSeconds: number;
    readonly seed: number;
    readonly targets: 'real' | 'simulated';
  }): RehearsalReport {
    const { run, cloud, stack, scenario, trap, services, startedAt } = told;
    const read = <T>(key: string): T | undefined => {
      const text = cloud.s3.text(cloud.archiveBucket, key);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    };
    const report = read<RunReport>(archiveKeys.recovery(run)) ?? read<RunReport>(archiveKeys.report(run));
    const leftAlone =
      read<NotPlanned[]>(archiveKeys.leftAlone(run)) ?? read<Draft>(archiveKeys.draft(run))?.leftAlone ?? [];
    const decision = parseDecision(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run)) ?? '');
    const own = new Set([...stack.roles.map(({ arn }) => arn), 'apigateway.amazonaws.com', 'events.amazonaws.com']);
    const records = [...services.records].filter(([, { failures }]) => failures > 0);

    const found: RehearsalReport = {
      run,
      scenario: scenario.name,
      promise: { says: scenario.says, broken: [] },
      mode: told.mode,
      ...told.ending,
      fleet: report?.fleet ?? { secrets: 0, services: 0 },
      selected: report?.selected ?? 0,
      rotated: report?.rotated ?? 0,
      rolledBack: report?.rolledBack ?? 0,
      held: report?.held ?? 0,
      leftAlone: report?.leftAlone ?? {},
      guardrails: report?.guardrails ?? [],
      waves: report?.waves ?? [],
      clients: {
        authentications: services.authentications,
        failures: services.failures,
        stillFailing: [...services.records].filter(([, { failing }]) => failing.size > 0).map(([service]) => service),
        failing: Object.fromEntries(records.map(([service, { failures }]) => [service, failures])),
      },
      verification: report?.verification ?? { claims: 0, confirmed: 0, contradicted: 0 },
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
      startedAt,
      endedAt: this.#time.now(),
      approval: decision && {
        by: decision.answers.map(({ answer }) => answer.approver).join(' and '),
        at: decidedAt(decision),
        decision: decision.decision,
      },
      targets: told.targets,
      timeline: this.#timeline,
      secrets: (report?.secrets ?? []).map((secret) => ({
        ...secret,
        promotedAt: this.#promoted.get(secret.arn),
        demotedAt: this.#demoted.get(secret.arn),
      })),
      leftAloneSecrets: leftAlone.map(({ name, arn, reason }) => ({
        name,
        arn,
        reason,
        why: sentences[reason] ?? reason,
      })),
    };
    return { ...found, promise: { says: scenario.says, broken: brokenPromises(scenario, found, trap) } };
  }
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A child execution's ARN carries the label of its map: `…:execution:machine/label:name`. */
const isChild = (executionArn: string): boolean => /:execution:[^:]+\/[^:]+:/.test(executionArn);

const nameIn = (arn: string): string =>
  arn
    .split(':')
    .slice(6)
    .join(':')
    .replace(/-[A-Za-z0-9]{6}$/, '');

const nameOf = ({ functions }: Stack, principal: string): string =>
  functions.find(({ roleArn }) => roleArn === principal)?.name ?? principal;

function sum({ account }: Cloud, own: ReadonlySet<string>): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const principal of account.calls.principals.filter((one) => own.has(one))) {
    for (const [call, count] of Object.entries(account.calls.of(principal))) calls[call] = (calls[call] ?? 0) + count;
  }
  return calls;
}
