import { LabelMovedError, VersionTakenError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { SecretEntry } from '../../core/inventory.ts';
import { askPatiently } from '../../core/patience.ts';
import type { PlannedSecret } from '../../core/plan.ts';
import type { Answer, Clock, Prober, Rotator, Vault } from '../../core/ports.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import { turn } from '../../core/rotation/turn.ts';
import type { Call, End } from '../../core/rotation/turning.ts';
import { SecretValue } from '../../core/secret-value.ts';
import type { Mishap } from '../../exploration/tale.ts';
import {
  ask,
  create,
  demote,
  dropPending,
  heldBy,
  move,
  ordinary,
  passesTest,
  type Refusal,
  refusal,
  revert,
  set,
  stage,
  strategyOf,
  type TargetKind,
  type World,
} from '../../exploration/world.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/a-AAAAAA';

/** Patience asks this often, and one answer after patience is what is explored. */
const probesPerQuestion = 4;

/** The real `turn`, over ports that stand on the explored world. */
export class RealTurn implements Clock {
  world: World;
  readonly calls: Call[] = [];
  readonly #target: TargetKind;
  readonly #times = new Map<Call, number>();
  #mishaps: readonly Mishap[] = [];
  #probes: { readonly call: Call; readonly answer: Answer; left: number } | undefined;
  #isTestLost = false;
  #now = 0;

  constructor(world: World, target: TargetKind) {
    this.world = world;
    this.#target = target;
  }

  now(): Instant {
    return instant(this.#now);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
  }

  async turn(goal: Goal, mishaps: readonly Mishap[]): Promise<End> {
    this.#mishaps = mishaps;
    const secret = planned(this.#target);
    const current = heldBy(this.world, this.world.current);
    const turned = await turn({
      goal,
      secret,
      vault: this.#vault,
      rotator: this.#target === 'plugged pair' ? { ...this.#rotator, test: this.#test } : this.#rotator,
      prober: this.#prober,
      ask: askPatiently(this),
      master: undefined,
      clock: this,
      deadline: instant(Number.MAX_SAFE_INTEGER),
      seen: { entry: this.#entry(), current: current === undefined ? undefined : write(current) },
    });
    if (turned.kind === 'held') return turned;
    return { kind: 'done', on: turned.versionId === 'v-new' ? 'new' : 'old', touched: turned.touched };
  }

  #entry(): SecretEntry {
    const { current, pending, previous } = this.world;
    const versions: Record<string, string[]> = {};
    const put = (place: string, label: string) => {
      if (place !== 'none') versions[`v-${place}`] = [...(versions[`v-${place}`] ?? []), label];
    };
    put(current, 'AWSCURRENT');
    put(pending, 'AWSPENDING');
    put(previous, 'AWSPREVIOUS');
    return {
      arn,
      name: 'prod/low/a',
      tags: [],
      versions,
      rotationEnabled: false,
      rotationFunction: undefined,
      nextRotation: 'never',
      owningService: undefined,
      managedType: undefined,
      primaryRegion: undefined,
      deletedAt: undefined,
    };
  }

  #fate(call: Call): Mishap['fate'] {
    const time = (this.#times.get(call) ?? 0) + 1;
    this.#times.set(call, time);
    this.calls.push(call);
    return this.#mishaps.find((mishap) => mishap.at === call && mishap.time === time)?.fate ?? 'works';
  }

  async #look<T>(call: Call, see: () => T): Promise<T> {
    if (this.#fate(call) !== 'works') throw new Error(`${call}: no answer`);
    return see();
  }

  async #write(call: Call, change: () => World | Refusal, refused: Error = new Error(`${call}: no`)): Promise<void> {
    const fate = this.#fate(call);
    if (fate === 'is lost') throw new Error(`${call}: no answer`);
    const after = change();
    if (after === refusal) throw refused;
    this.world = after;
    if (fate !== 'works') throw new Error(`${call}: no answer`);
  }

  readonly #vault: Vault = {
    describe: () => this.#look('look', () => this.#entry()),
    read: (_, id) => {
      const place = id === 'v-old' ? 'old' : 'new';
      return this.#look(`read ${place}`, () => {
        const value = heldBy(this.world, place);
        return value === undefined ? undefined : write(value);
      });
    },
    stage: (_, id, value) => this.#write('stage', () => stage(this.world, read(value)), new VersionTakenError(arn, id)),
    moveCurrent: (_, { from, to }) =>
      to === 'v-new'
        ? this.#write('promote', () => move(this.world, 'old', 'new', ordinary), new LabelMovedError('C', arn, from))
        : this.#write('demote', () => demote(this.world, ordinary), new LabelMovedError('C', arn, from)),
    dropPending: (_, id) =>
      this.#write('drop pending', () => dropPending(this.world), new LabelMovedError('P', arn, id)),
    readMaster: async () => assertNever(),
    readCurrent: async () => assertNever(),
  };

  readonly #rotator: Rotator = {
    create: async ({ old }) => {
      let made = -1;
      await this.#write('create', () => {
        const created = create(this.world, this.#target, read(old), ordinary);
        if (created === refusal) return refusal;
        made = created[0];
        return created[1];
      });
      return write(made);
    },
    set: ({ old, fresh }) => this.#write('set', () => set(this.world, this.#target, read(old), read(fresh), ordinary)),
    revert: ({ old, fresh }) =>
      this.#write('restore target', () => revert(this.world, this.#target, read(old), read(fresh))),
  };

  /** The second half of one question: what a function says, after the target. */
  readonly #test = async (): Promise<void> => {
    if (this.#isTestLost || !passesTest(this.world)) throw new Error('their test: no');
  };

  readonly #prober: Prober = {
    ask: async (value) => {
      const call = read(value) === heldBy(this.world, 'old') ? 'ask old' : 'ask new';
      if (this.#probes === undefined || this.#probes.call !== call || this.#probes.left === 0) {
        const fate = this.#fate(call);
        const isSenseless = fate === 'is answered with something senseless';
        this.#isTestLost = fate === 'is lost';
        const [answer, after] = ask(this.world, read(value), ordinary);
        if (!isSenseless) this.world = after;
        this.#probes = { call, answer: isSenseless ? 'unknown' : answer, left: probesPerQuestion };
      }
      this.#probes.left = this.#probes.answer === 'accepted' ? 0 : this.#probes.left - 1;
      return this.#probes.answer;
    },
  };
}

const write = (value: number): SecretValue => new SecretValue(String(value));
const read = (value: SecretValue): number => Number(value.reveal());

function assertNever(): never {
  throw new Error('turning one credential never asks for this');
}

const planned = (target: TargetKind): PlannedSecret => ({
  name: 'prod/low/a',
  arn,
  tier: 'low',
  service: 'a',
  rotator: 'r',
  strategy: strategyOf(target),
  probe: 'p',
  currentVersion: 'v-old',
  newVersion: 'v-new',
  currentSince: instant(0),
  expirationDate: '2026-11-01',
  daysOverdue: 17,
});
