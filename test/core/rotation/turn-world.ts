import { LabelMovedError, VersionTakenError } from '../../../core/errors.ts';
import { type Instant, instant } from '../../../core/instant.ts';
import type { SecretEntry } from '../../../core/inventory.ts';
import { askPatiently } from '../../../core/patience.ts';
import type { PlannedSecret } from '../../../core/plan.ts';
import type { Answer, Clock, CurrentVersion, Prober, Rotator, Vault } from '../../../core/ports.ts';
import type { Goal } from '../../../core/rotation/rotation.ts';
import { type Turned, turn } from '../../../core/rotation/turn.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import type { Strategy } from '../../../core/settings.ts';

/** What happens to one call: it works, it is lost on the way there, or only its answer is lost. */
export const fates = ['works', 'requestLost', 'responseLost'] as const;
export type Fate = (typeof fates)[number];

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/a-AAAAAA';

/** Everything around one credential: its versions, its target, and a network that misbehaves on cue. */
export class TurnWorld implements Clock {
  readonly strategy: Strategy;
  readonly versions = new Map<string, string>([['v-old', 'first']]);
  readonly labels = new Map<string, string>([['AWSCURRENT', 'v-old']]);
  /** What the target accepts. */
  readonly accepted = new Set(['first']);
  /** Every moment at which AWSCURRENT did not authenticate, by the call after which it was so. */
  readonly outages: string[] = [];
  readonly calls: string[] = [];
  /** From now on the target refuses every new credential, whatever it said when it took it. */
  refusesNew = false;
  /** The target takes no old credential back. */
  keepsNew = false;
  /** How long after it took a new credential the target turns it away still, in milliseconds: it is not known everywhere yet. */
  knownAfter = 0;
  #tookAt: Instant | undefined;
  /** From now on nobody can ask the target. */
  isSilent = false;
  /** What whoever makes the new credential work says of it, where that is somebody else. */
  theirWord: 'yes' | 'no' | undefined;
  /** How long they take to say it, in milliseconds. */
  theyTake = 0;
  readonly #fates: Fate[];
  #now = instant(0);

  constructor(strategy: Strategy, fatesInOrder: readonly Fate[] = []) {
    this.strategy = strategy;
    this.#fates = [...fatesInOrder];
  }

  get current(): string {
    return this.labels.get('AWSCURRENT') ?? '';
  }

  now(): Instant {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#now = instant(this.#now + milliseconds);
  }

  async turn(goal: Goal, deadline: Instant = instant(240_000)): Promise<Turned> {
    const entry = this.#describe();
    const value = this.versions.get(this.current);
    return turn({
      goal,
      secret: planned(this.strategy),
      vault: this.#vault,
      rotator: this.theirWord === undefined ? this.#rotator : { ...this.#rotator, test: (token) => this.#test(token) },
      prober: this.#prober,
      ask: askPatiently(this),
      master: undefined,
      clock: this,
      deadline,
      seen: { entry, current: value === undefined ? undefined : new SecretValue(value) },
    });
  }

  #describe(): SecretEntry {
    const labelled = (id: string) => [...this.labels].filter(([, at]) => at === id).map(([label]) => label);
    return {
      arn,
      name: 'prod/low/a',
      tags: [],
      versions: Object.fromEntries([...this.versions.keys()].map((id) => [id, labelled(id)])),
      rotationEnabled: false,
      rotationFunction: undefined,
      nextRotation: 'never',
      owningService: undefined,
      managedType: undefined,
      primaryRegion: undefined,
      deletedAt: undefined,
    };
  }

  /** Makes one call, meets its fate, then looks at what a client would see. */
  async #call<T>(name: string, effect: () => T): Promise<T> {
    const fate = this.#fates.shift() ?? 'works';
    this.calls.push(name);
    if (fate === 'requestLost') throw new Error(`${name}: no answer`);
    const answer = effect();
    if (!this.accepted.has(this.versions.get(this.current) ?? '')) this.outages.push(name);
    if (fate === 'responseLost') throw new Error(`${name}: no answer`);
    return answer;
  }

  readonly #vault: Vault = {
    describe: () => this.#call('describe', () => this.#describe()),
    read: (_, id) =>
      this.#call('read', () => {
        const value = this.versions.get(id);
        return value === undefined ? undefined : new SecretValue(value);
      }),
    readMaster: async () => new SecretValue('{}'),
    readCurrent: async () => new Map<string, CurrentVersion>(),
    stage: (_, id, value) =>
      this.#call('stage', () => {
        const known = this.versions.get(id);
        if (known !== undefined && known !== value.reveal()) throw new VersionTakenError(arn, id);
        this.versions.set(id, value.reveal());
        this.labels.set('AWSPENDING', id);
      }),
    moveCurrent: (_, { from, to }) =>
      this.#call(`current to ${to}`, () => {
        if (this.current !== from) throw new LabelMovedError('AWSCURRENT', arn, from);
        this.labels.set('AWSPREVIOUS', from).set('AWSCURRENT', to);
        if (this.labels.get('AWSPENDING') === from) this.labels.delete('AWSPENDING');
      }),
    dropPending: (_, id) =>
      this.#call('drop pending', () => {
        if (this.labels.get('AWSPENDING') !== id) throw new LabelMovedError('AWSPENDING', arn, id);
        this.labels.delete('AWSPENDING');
      }),
  };

  readonly #rotator: Rotator = {
    create: async ({ token }) => new SecretValue(`${token} made at ${this.calls.length}`),
    set: ({ old, fresh }) =>
      this.#call('set', () => {
        if (this.strategy === 'replace' && !this.accepted.has(fresh.reveal())) {
          if (!this.accepted.delete(old.reveal())) throw new Error('cannot log in');
        }
        this.accepted.add(fresh.reveal());
        this.#tookAt ??= this.#now;
      }),
    revert: ({ old, fresh }) =>
      this.#call('revert', () => {
        if (this.keepsNew) throw new Error('a password may not be used again');
        if (!this.accepted.delete(fresh.reveal())) throw new Error('cannot log in');
        this.accepted.add(old.reveal());
      }),
  };

  async #test(token: string): Promise<void> {
    await this.#call(`their test of ${token}`, () => {
      if (this.theirWord === 'no') throw new Error('they cannot log in');
    });
    await this.sleep(this.theyTake);
  }

  readonly #prober: Prober = {
    ask: async (value): Promise<Answer> => {
      this.calls.push('ask');
      if (this.isSilent) return 'unknown';
      if (this.refusesNew && value.reveal() !== 'first') return 'rejected';
      const isKnown = value.reveal() === 'first' || this.#now - (this.#tookAt ?? this.#now) >= this.knownAfter;
      return isKnown && this.accepted.has(value.reveal()) ? 'accepted' : 'rejected';
    },
  };
}

const planned = (strategy: Strategy): PlannedSecret => ({
  name: 'prod/low/a',
  arn,
  tier: 'low',
  service: 'a',
  rotator: 'r',
  strategy,
  probe: 'p',
  currentVersion: 'v-old',
  newVersion: 'v-new',
  currentSince: instant(0),
  expirationDate: '2026-11-01',
  daysOverdue: 17,
});
