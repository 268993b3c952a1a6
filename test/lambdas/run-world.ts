import { sha256 } from '../../adapters/sha256.ts';
import { type Decision, type GivenAnswer, messageToSeal, serialiseDecision } from '../../core/approval/decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Instant } from '../../core/instant.ts';
import type { Ledger } from '../../core/limits/ledger.ts';
import { type Notice, noticeText } from '../../core/notices/notice.ts';
import type { KnownDrift } from '../../core/past-runs/drift.ts';
import type { History } from '../../core/past-runs/history.ts';
import type { Quarantine } from '../../core/past-runs/quarantine.ts';
import type { Batch, PlanDigest, Run } from '../../core/plan.ts';
import type { CandidateBatch } from '../../core/planning/draft.ts';
import type { Log } from '../../core/ports.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import type { Scope } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import { type Start, serialiseStart } from '../../core/start.ts';
import type { BatchAnswer } from '../../core/verdict/claim.ts';
import { admitWave } from '../../lambdas/admit-wave/step.ts';
import { closeRun } from '../../lambdas/close-run/step.ts';
import { confirmPlan } from '../../lambdas/confirm-plan/step.ts';
import { draftPlan } from '../../lambdas/draft-plan/step.ts';
import { judgeWave } from '../../lambdas/judge-wave/step.ts';
import { probeBatch } from '../../lambdas/probe-batch/step.ts';
import { renewExpiry } from '../../lambdas/renew-expiry/step.ts';
import { rotateBatch } from '../../lambdas/rotate-batch/step.ts';
import { watchDrift } from '../../lambdas/watch-drift/step.ts';
import { answerWith, sealed } from '../decisions.ts';
import { asOf, at } from '../entries.ts';
import type { Told } from './approval-world.ts';
import { asked, inWindow, members, settings } from './run-example.ts';
import { Fleet, type Member } from './run-fleet.ts';
import { CountedArchive, InMemoryRegister } from './run-stores.ts';

/* A run in this process: the deployed steps over ports in memory. */

export { arnOf, asOf, at } from '../entries.ts';
export * from './run-example.ts';
export { canary, keyOf } from './run-fleet.ts';
export { InMemoryRegister } from './run-stores.ts';

/** As the desk and nobody else seals. */
const sealOf = (message: string): string => `sealed ${sha256(`the desk’s key ${message}`)}`;

export class RunWorld {
  readonly calls: string[] = [];
  readonly archive = new CountedArchive(this.calls);
  readonly fleet: Fleet;
  readonly settings: Settings;
  readonly goAheads = new Set<Run>();
  readonly quarantine = new InMemoryRegister<Quarantine>({});
  readonly ledger = new InMemoryRegister<Ledger>([]);
  readonly knownDrift = new InMemoryRegister<KnownDrift>([]);
  readonly history = new InMemoryRegister<History>([]);
  /** Which run has the lock. */
  lockedBy: Run | undefined;
  readonly logged: unknown[] = [];
  readonly announced: Told[] = [];
  readonly told: (readonly [string, unknown])[] = [];
  readonly renewed: (readonly [string, string])[] = [];
  readonly slept: number[] = [];
  readonly health = new Map<string, 'healthy' | 'unhealthy' | 'unknown'>();
  ringing: readonly string[] | undefined = [];
  now: Instant = asOf;
  /** What is asked for, and so which run it is that is drafted, decided and turned. */
  asked: { readonly run: Run } & Readonly<Record<string, unknown>> = asked;
  switchText: string | undefined = '{"go":true}';
  digest = '' as PlanDigest;

  constructor(more: Partial<Settings> = {}, others: readonly Member[] = []) {
    this.settings = { ...settings, ...more };
    this.fleet = new Fleet([...members, ...others], this.calls, () => this.now);
    this.noteStart();
  }

  /** Puts on record what the run is asked to be, as start-run does. */
  noteStart(): void {
    const { run, startedAt: _, ...start } = this.asked;
    this.archive.texts.set(archiveKeys.start(run), serialiseStart(run, start as unknown as Start));
  }

  get run(): Run {
    return this.asked.run;
  }

  readonly #log: Log = {
    info: (message, fields) => this.logged.push({ level: 'info', message, ...fields }),
    warn: (message, fields) => this.logged.push({ level: 'warn', message, ...fields }),
    error: (message, fields) => this.logged.push({ level: 'error', message, ...fields }),
  };

  get ports() {
    const { fleet, calls, archive } = this;
    return {
      inventory: fleet,
      vault: fleet,
      values: fleet,
      versions: fleet,
      rotatorFor: fleet.rotatorFor,
      proberFor: fleet.proberFor,
      retirerFor: () => undefined,
      standingsFor: () => undefined,
      archive,
      settings: this.settings,
      hash: sha256,
      log: this.#log,
      clock: {
        now: () => this.now,
        sleep: async (millis: number) => {
          this.slept.push(millis);
          this.now = (this.now + millis) as Instant;
        },
      },
      goAhead: {
        give: async (given: Run) => {
          calls.push('give');
          this.goAheads.add(given);
        },
        isGiven: async (given: Run) => {
          calls.push('isGiven');
          return this.goAheads.has(given);
        },
        withdraw: async (given: Run) => {
          calls.push('withdraw');
          this.goAheads.delete(given);
        },
      },
      quarantine: this.quarantine,
      ledger: this.ledger,
      history: this.history,
      documents: { list: async () => this.archive.stored() },
      signer: {
        key: 'signing-key',
        sign: async (message: string) => {
          calls.push('sign');
          return `signed ${sha256(message)}`;
        },
      },
      lock: {
        take: async (taker: Run, since: Instant) => {
          calls.push('take');
          this.lockedBy ??= taker;
          return { run: this.lockedBy, since };
        },
        isHeldBy: async (one: Run) => this.lockedBy === one,
        holder: async () => (this.lockedBy === undefined ? undefined : { run: this.lockedBy, since: this.now }),
        release: async (owner: Run) => {
          calls.push('release');
          if (this.lockedBy === owner) this.lockedBy = undefined;
        },
      },
      known: this.knownDrift,
      lookout: {
        look: async (batch: Batch) => {
          const seen = await this.probeBatch({ phase: 'drift', batch });
          return 'sightings' in seen ? seen.sightings : [];
        },
      },
      killSwitch: {
        read: async () => {
          calls.push('switch');
          return this.switchText;
        },
      },
      seals: {
        isGenuine: async (message: string, seal: string) => {
          calls.push('seal');
          return seal === sealOf(message);
        },
      },
      health: {
        ask: async (service: string) => {
          calls.push(`health ${service}`);
          return this.health.get(service) ?? 'healthy';
        },
      },
      alarms: {
        ringing: async (names: readonly string[]) => {
          calls.push(`alarms ${names.join()}`);
          if (this.ringing === undefined) throw new Error('AccessDenied');
          return this.ringing;
        },
      },
      tags: {
        renew: async (arn: string, date: string) => {
          calls.push(`renew ${arn}`);
          this.renewed.push([arn, date]);
          this.fleet.renew(arn, date);
        },
      },
      channels: {
        personal: [],
        public: [
          {
            name: 'topic',
            post: async (notice: Notice) => {
              calls.push('announce');
              this.announced.push({ to: undefined, subject: notice.subject, text: noticeText(notice) });
            },
          },
        ],
      },
      herald: {
        tell: async (what: string, detail: unknown) => {
          calls.push('tell');
          this.told.push([what, detail]);
        },
      },
    };
  }

  readonly draftPlan = (event: unknown = this.asked) => draftPlan(this.ports)(event);
  readonly confirmPlan = (event: unknown = { goal: 'draft', ...this.asked }) => confirmPlan(this.ports)(event);
  readonly confirmApproval = () => this.confirmPlan({ goal: 'approval', run: this.run, digest: this.digest });
  readonly admitWave = (event: unknown = { run: this.run, wave: 1 }) => admitWave(this.ports)(event);
  readonly probeBatch = (event: unknown) => probeBatch(this.ports)(event);
  readonly judgeWave = (event: unknown) => judgeWave(this.ports)(event);
  readonly renewExpiry = (event: unknown = { run: this.run, wave: 1 }) => renewExpiry(this.ports)(event);
  readonly watchDrift = (event: unknown) => watchDrift(this.ports)(event);
  readonly closeRun = (event: unknown) => closeRun(this.ports)(event);
  readonly rotateBatch = (event: unknown, tier = 'low') => rotateBatch({ ...this.ports, tier })(event);

  /** Notes that a wave was let go, as admit-wave does. */
  admit(wave: number): void {
    this.archive.texts.set(archiveKeys.admission(this.run, wave), JSON.stringify({ run: this.run, wave }));
  }

  /** Turns one batch of wave 1, as the workflow does. */
  async turn(goal: Goal, batch: Batch = this.batch()): Promise<BatchAnswer> {
    if (goal === 'rotate') this.admit(batch.wave);
    return this.rotateBatch({ goal, batch }, batch.tier);
  }

  /** A document of the run, or undefined when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from a document, it compares with a literal.
  document(key: string): any {
    const text = this.archive.texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  lines<Line>(key: string): Line[] {
    const text = this.archive.texts.get(key) ?? '';
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
  }

  batches = (wave: number): Batch[] => this.lines<Batch>(archiveKeys.wave(this.run, wave));

  batch(wave = 1, index = 0): Batch {
    const batch = this.batches(wave)[index];
    if (batch === undefined) throw new Error(`no batch ${index} in wave ${wave}`);
    return batch;
  }

  /** Drafts a plan, looks at its candidates, and confirms it. */
  async plan(): Promise<this> {
    await this.draftPlan();
    for (const batch of this.lines<CandidateBatch>(archiveKeys.candidates(this.run))) {
      await this.probeBatch({ phase: 'preflight', run: this.run, batch });
    }
    const confirmed = await this.confirmPlan();
    if (confirmed.next === 'go on') this.digest = confirmed.digest;
    this.calls.length = 0;
    return this;
  }

  /** Records a decision as the desk does, some of its one answer otherwise. */
  decide(more: Partial<GivenAnswer> = {}, seal?: string): void {
    this.decideBy([more], seal);
  }

  /** Records a decision of several answers as the desk does, some of each otherwise. */
  decideBy(changes: readonly Partial<GivenAnswer>[], seal?: string, scope: Scope = 'plan'): void {
    const answers = changes.map((more) => {
      const answer = answerWith({
        run: this.run,
        digest: this.digest,
        scope,
        approver: 'First-approver',
        decidedAt: at('2026-11-18T20:00:00Z'),
        expiresAt: at('2026-11-20T19:15:00Z'),
        ...more,
      });
      return sealed(answer, seal ?? sealOf(messageToSeal(answer)));
    });
    const decision = { decision: answers[0]?.answer.decision, answers } as unknown as Decision;
    this.archive.texts.set(archiveKeys.decision(this.run, scope), serialiseDecision(decision));
  }

  /** A plan that was approved, in the window in which its first wave may start. */
  async approved(): Promise<this> {
    await this.plan();
    this.decide();
    this.goAheads.add(this.run);
    this.lockedBy = this.run;
    this.now = inWindow;
    this.calls.length = 0;
    return this;
  }

  /** Turns a whole wave, and looks at what came of it. */
  async turnWave(goal: Goal, wave = 1): Promise<this> {
    const phase = goal === 'rotate' ? 'rotated' : 'rolledBack';
    for (const batch of this.batches(wave)) {
      await this.probeBatch({ phase, run: this.run, batch, answer: await this.turn(goal, batch) });
    }
    return this;
  }

  /** A wave that was rotated and has baked, not judged yet. */
  async baked(wave = 1): Promise<this> {
    await this.turnWave('rotate', wave);
    for (const batch of this.batches(wave)) await this.probeBatch({ phase: 'baked', run: this.run, batch });
    return this;
  }

  /** Everything that was deposited, logged or said to anybody. */
  get said(): string {
    return JSON.stringify([[...this.archive.texts], this.logged, this.announced, this.told]);
  }
}
