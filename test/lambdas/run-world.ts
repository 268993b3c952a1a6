import { sha256 } from '../../adapters/sha256.ts';
import type { Announcement } from '../../core/announcer.ts';
import { type Decision, messageToSeal, serialiseDecision } from '../../core/approval.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { BatchAnswer } from '../../core/claim.ts';
import type { CandidateBatch } from '../../core/draft.ts';
import type { Instant } from '../../core/instant.ts';
import type { Batch, PlanDigest, Run } from '../../core/plan.ts';
import type { Log } from '../../core/ports.ts';
import type { Goal } from '../../core/rotation.ts';
import type { Settings } from '../../core/settings.ts';
import { admitWave } from '../../lambdas/admit-wave/step.ts';
import { closeRun } from '../../lambdas/close-run/step.ts';
import { confirmPlan } from '../../lambdas/confirm-plan/step.ts';
import { draftPlan } from '../../lambdas/draft-plan/step.ts';
import { judgeWave } from '../../lambdas/judge-wave/step.ts';
import { probeBatch } from '../../lambdas/probe-batch/step.ts';
import { renewExpiry } from '../../lambdas/renew-expiry/step.ts';
import { rotateBatch } from '../../lambdas/rotate-batch/step.ts';
import { asOf, at } from '../entries.ts';
import { settingsWith } from '../settings.ts';
import { InMemoryArchive } from './approval-world.ts';
import { Fleet, keyOf, type Member } from './run-fleet.ts';

/* A run in this process: the deployed steps over ports in memory, and a fleet of ten of which four are due. */

export { arnOf, asOf, at } from '../entries.ts';
export { canary, keyOf } from './run-fleet.ts';

export const run = 'run-of-november' as Run;
/** Within the first window after the plan was drafted. */
export const inWindow = at('2026-11-19T02:30:00Z');

export const asked = {
  run,
  startedAt: '2026-11-18T19:15:00Z',
  mode: 'rotate',
  requestedBy: 'ada',
  why: 'The keys of the quarter are due',
} as const;

export const [key1, key2, key3, login] = [
  'prod/low/orders/key-1',
  'prod/low/orders/key-2',
  'prod/low/orders/key-3',
  'prod/medium/ledger/login',
] as const;

const loginMember: Member = {
  name: login,
  tags: { tier: 'medium', rotator: 'postgres', probe: 'postgres', health: 'ledger' },
  value: {
    ...keyOf(login),
    engine: 'postgres',
    username: 'ledger',
    password: 'CANARY-password',
    masterarn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2',
  },
};
const fresh = [1, 2, 3, 4, 5, 6].map(
  (n): Member => ({ name: `prod/low/orders/fresh-${n}`, tags: { expirationDate: '2026-12-31' } }),
);

export const settings: Settings = settingsWith({
  waveSizes: [3, 20],
  alarms: ['checkout-errors'],
  health: { orders: 'https://orders.example/health', ledger: 'https://ledger.example/health' },
});

/** As the desk and nobody else seals. */
const sealOf = (message: string): string => `sealed ${sha256(`the desk’s key ${message}`)}`;

class CountedArchive extends InMemoryArchive {
  readonly #calls: string[];
  constructor(calls: string[]) {
    super();
    this.#calls = calls;
  }
  override deposit(key: string, text: string) {
    this.#calls.push(`deposit ${key}`);
    return super.deposit(key, text);
  }
  override fetch(key: string) {
    this.#calls.push(`fetch ${key}`);
    return super.fetch(key);
  }
}

export class RunWorld {
  readonly calls: string[] = [];
  readonly archive = new CountedArchive(this.calls);
  readonly fleet: Fleet;
  readonly settings: Settings;
  readonly goAheads = new Set<Run>();
  /** Which run has the lock. */
  lockedBy: Run | undefined;
  readonly logged: unknown[] = [];
  readonly announced: Announcement[] = [];
  readonly told: (readonly [string, unknown])[] = [];
  readonly renewed: (readonly [string, string])[] = [];
  readonly slept: number[] = [];
  readonly health = new Map<string, 'healthy' | 'unhealthy' | 'unknown'>();
  ringing: readonly string[] | undefined = [];
  now: Instant = asOf;
  switchText: string | undefined = '{"go":true}';
  digest = '' as PlanDigest;

  constructor(more: Partial<Settings> = {}, members: readonly Member[] = []) {
    this.settings = { ...settings, ...more };
    const due = [{ name: key1 }, { name: key2 }, { name: key3 }, loginMember];
    this.fleet = new Fleet([...due, ...fresh, ...members], this.calls, () => this.now);
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
      rotatorFor: fleet.rotatorFor,
      proberFor: fleet.proberFor,
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
      lock: {
        take: async (taker: Run, since: Instant) => ({ run: (this.lockedBy ??= taker), since }),
        isHeldBy: async (one: Run) => this.lockedBy === one,
        holder: async () => (this.lockedBy === undefined ? undefined : { run: this.lockedBy, since: this.now }),
        release: async (owner: Run) => {
          if (this.lockedBy === owner) this.lockedBy = undefined;
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
        },
      },
      announcer: {
        announce: async (announcement: Announcement) => {
          calls.push('announce');
          this.announced.push(announcement);
        },
      },
      herald: {
        tell: async (what: string, detail: unknown) => {
          calls.push('tell');
          this.told.push([what, detail]);
        },
      },
    };
  }

  readonly draftPlan = (event: unknown = asked) => draftPlan(this.ports)(event);
  readonly confirmPlan = (event: unknown = { goal: 'draft', ...asked }) => confirmPlan(this.ports)(event);
  readonly confirmApproval = () => this.confirmPlan({ goal: 'approval', run, digest: this.digest });
  readonly admitWave = (event: unknown = { run, wave: 1 }) => admitWave(this.ports)(event);
  readonly probeBatch = (event: unknown) => probeBatch(this.ports)(event);
  readonly judgeWave = (event: unknown) => judgeWave(this.ports)(event);
  readonly renewExpiry = (event: unknown = { run, wave: 1 }) => renewExpiry(this.ports)(event);
  readonly closeRun = (event: unknown) => closeRun(this.ports)(event);
  readonly rotateBatch = (event: unknown, tier = 'low') => rotateBatch({ ...this.ports, tier })(event);

  /** Turns one batch of wave 1, as the workflow does. */
  async turn(goal: Goal, batch: Batch = this.batch()): Promise<BatchAnswer> {
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

  batches = (wave: number): Batch[] => this.lines<Batch>(archiveKeys.wave(run, wave));

  batch(wave = 1, index = 0): Batch {
    const batch = this.batches(wave)[index];
    if (batch === undefined) throw new Error(`no batch ${index} in wave ${wave}`);
    return batch;
  }

  /** Drafts a plan, looks at its candidates, and confirms it. */
  async plan(): Promise<this> {
    await this.draftPlan();
    for (const batch of this.lines<CandidateBatch>(archiveKeys.candidates(run))) {
      await this.probeBatch({ phase: 'preflight', run, batch });
    }
    const confirmed = await this.confirmPlan();
    if (confirmed.next === 'go on') this.digest = confirmed.digest;
    this.calls.length = 0;
    return this;
  }

  /** Records a decision as the desk does, some of it otherwise. */
  decide(more: Partial<Decision> = {}, seal?: string): void {
    const decision = {
      run,
      digest: this.digest,
      approver: 'Grace',
      decidedAt: at('2026-11-18T20:00:00Z'),
      expiresAt: at('2026-11-20T19:15:00Z'),
      requestedBy: 'ada',
      decision: 'approved',
      ...more,
    } as Decision;
    const sealed = { decision, seal: seal ?? sealOf(messageToSeal(decision)) };
    this.archive.texts.set(archiveKeys.decision(run), serialiseDecision(sealed));
  }

  /** A plan that was approved, in the window in which its first wave may start. */
  async approved(): Promise<this> {
    await this.plan();
    this.decide();
    this.goAheads.add(run);
    this.lockedBy = run;
    this.now = inWindow;
    this.calls.length = 0;
    return this;
  }

  /** Turns a whole wave, and looks at what came of it. */
  async turnWave(goal: Goal, wave = 1): Promise<this> {
    const phase = goal === 'rotate' ? 'rotated' : 'rolledBack';
    for (const batch of this.batches(wave)) {
      await this.probeBatch({ phase, run, batch, answer: await this.turn(goal, batch) });
    }
    return this;
  }

  /** A wave that was rotated and has baked, not judged yet. */
  async baked(wave = 1): Promise<this> {
    await this.turnWave('rotate', wave);
    for (const batch of this.batches(wave)) await this.probeBatch({ phase: 'baked', run, batch });
    return this;
  }

  /** Everything that was deposited, logged or said to anybody. */
  get said(): string {
    return JSON.stringify([[...this.archive.texts], this.logged, this.announced, this.told]);
  }
}
