import type { Retirement } from '../../core/plan.ts';
import { nextRetirement, type RetirementStep, type SeenOfOld } from '../../core/rotation/retirement.ts';
import {
  beginRetiring,
  currentAnswered,
  lookedAtLabels,
  oldAnswered,
  type RetirementCall,
  type RetirementEnd,
  type Retiring,
  retirementFailed,
  stood,
  towardsRetirement,
  wasWritten,
  wereRead,
} from '../../core/rotation/retiring.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import type { Planned } from '../state.ts';
import { acts, type Customs, keyOf, manages, opensOld, opensRecorded, pristine, type World } from './world.ts';

/** What is driven: the decision, and what a delivery makes of it. A defect replaces one of them. */
export interface Heart {
  readonly next: (goal: Goal, retirement: Retirement, seen: SeenOfOld) => RetirementStep;
  readonly towards: (retiring: Retiring, step: RetirementStep) => RetirementCall | RetirementEnd;
  readonly stood: typeof stood;
}

export const heart: Heart = { next: nextRetirement, towards: towardsRetirement, stood };

export interface Scenario {
  readonly name: string;
  readonly retirement: Retirement;
  readonly customs: Customs;
  readonly deliveries: readonly Planned[];
  /** How many things may go wrong in one run, an outsider's acts among them. */
  readonly disturbances: number;
  readonly heart: Heart;
}

export type Delivery =
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'retiring';
      readonly retiring: Retiring;
      readonly unseen: Unseen;
    }
  | { readonly phase: 'ended'; readonly how: RetirementEnd | 'killed'; readonly unseen: Unseen };

/** Somebody else changed something since it last looked, or last asked for one of the two: nobody could have seen that. */
export interface Unseen {
  readonly sinceLook: boolean;
  readonly sinceCurrent: boolean;
  readonly sinceOld: boolean;
}

/** What may rest on one look. Whatever comes after anything else has to look anew. */
const restsOnLook: readonly RetirementCall[] = ['ask standing', 'ask old', 'deactivate', 'reactivate', 'delete'];

const nothingUnseen: Unseen = { sinceLook: false, sinceCurrent: false, sinceOld: false };
const allUnseen: Unseen = { sinceLook: true, sinceCurrent: true, sinceOld: true };

export interface State {
  readonly world: World;
  readonly deliveries: readonly Delivery[];
  /** How many more things may go wrong. */
  readonly left: number;
}

export type Fate =
  | 'works'
  | 'is lost'
  | 'works, and its answer is lost'
  | 'is not made: the step is killed, or past its deadline'
  | 'works, and the step is killed'
  | 'is answered with something senseless'
  | 'is taken, and the target lets the credential in all the same';

/** One thing that happens: a call of a delivery with its fate, or an outsider's act. */
export type Event =
  | { readonly by: number; readonly goal: Goal; readonly call: RetirementCall; readonly fate: Fate }
  | { readonly by: 'outsider'; readonly act: string };

export interface Successor {
  readonly event: Event;
  readonly state: State;
}

export const recordedAs = ({ retirement }: Pick<Scenario, 'retirement'>): 'active' | 'inactive' =>
  retirement === 'deactivate' ? 'active' : 'inactive';

export const start = (scenario: Scenario): State => ({
  world: pristine(recordedAs(scenario)),
  deliveries: scenario.deliveries.map(() => ({ phase: 'waiting' })),
  left: scenario.disturbances,
});

export const nameOf = ({ world, deliveries, left }: State): string =>
  `${keyOf(world)} ${JSON.stringify(deliveries)} ${left}`;

/** Everything that can happen now. */
export function* successorsOf(state: State, scenario: Scenario): Generator<Successor> {
  for (const index of state.deliveries.keys()) {
    if (mayRun(state, scenario, index)) yield* callsOf(state, scenario, index);
  }
  if (state.left === 0) return;
  for (const { says, world } of acts(state.world)) {
    const deliveries = state.deliveries.map(collide);
    yield { event: { by: 'outsider', act: says }, state: { world, deliveries, left: state.left - 1 } };
  }
}

const collide = (delivery: Delivery): Delivery =>
  delivery.phase === 'retiring' ? { ...delivery, unseen: allUnseen } : delivery;

function mayRun({ deliveries }: State, scenario: Scenario, index: number): boolean {
  if (deliveries[index]?.phase !== 'waiting') return deliveries[index]?.phase === 'retiring';
  const before = deliveries.slice(0, index);
  if (scenario.deliveries[index]?.begins === 'after') return before.every(({ phase }) => phase === 'ended');
  return before.slice(0, -1).every(({ phase }) => phase === 'ended') && before.at(-1)?.phase !== 'waiting';
}

/** Whether nobody is at work. */
export const isQuiet = ({ deliveries }: State): boolean => deliveries.every(({ phase }) => phase !== 'retiring');

function* callsOf(state: State, scenario: Scenario, index: number): Generator<Successor> {
  const { world, left } = state;
  const goal = scenario.deliveries[index]?.goal ?? 'rotate';
  const delivery = state.deliveries[index];
  const retiring = delivery?.phase === 'retiring' ? delivery.retiring : beginRetiring(goal, scenario.retirement);
  const before = delivery?.phase === 'retiring' ? delivery.unseen : nothingUnseen;
  const call = callOf(retiring, scenario.heart);
  if (typeof call !== 'string') return;
  const unseen: Unseen = {
    sinceLook: before.sinceLook && restsOnLook.includes(call),
    sinceCurrent: call !== 'ask current' && before.sinceCurrent,
    sinceOld: call !== 'ask old' && before.sinceOld,
  };

  const become = (fate: Fate, after: World, heard: Retiring | 'killed', cost: number): Successor => ({
    event: { by: index, goal, call, fate },
    state: {
      world: after,
      left: left - cost,
      deliveries: state.deliveries.map((one, at) => {
        if (at === index) return settled(heard, unseen, scenario.heart);
        return after === world ? one : collide(one);
      }),
    },
  });

  const effect = effectOf(call, retiring, world, scenario);
  yield become('works', effect.world, effect.heard, 0);
  if (left === 0) return;

  const failed = retirementFailed(retiring, call);
  const isWrite = call === 'deactivate' || call === 'reactivate' || call === 'delete';
  yield become('is not made: the step is killed, or past its deadline', world, 'killed', 1);
  if (call === 'ask current') {
    yield become('is answered with something senseless', world, currentAnswered(retiring, 'unknown'), 1);
  } else if (call === 'ask old') {
    yield become('is answered with something senseless', effect.world, oldAnswered(retiring, 'unknown'), 1);
  } else if (call === 'ask standing') {
    yield become(
      'is answered with something senseless',
      world,
      scenario.heart.stood(retiring, 'unknown', 'unknown'),
      1,
    );
  } else {
    yield become('is lost', world, failed, 1);
  }
  if (isWrite && effect.world !== world) {
    yield become('works, and its answer is lost', effect.world, failed, 1);
    yield become('works, and the step is killed', effect.world, 'killed', 1);
  }
  if (call === 'deactivate' && world.old === 'active') {
    const leaky = { ...effect.world, isLeaky: true };
    yield become('is taken, and the target lets the credential in all the same', leaky, effect.heard, 1);
  }
}

/** The call that a delivery makes next, or how it ended. */
export const callOf = (retiring: Retiring, { next, towards }: Heart): RetirementCall | RetirementEnd =>
  towards(retiring, next(retiring.goal, retiring.retirement, retiring.seen));

function settled(heard: Retiring | 'killed', unseen: Unseen, by: Heart): Delivery {
  if (heard === 'killed') return { phase: 'ended', how: 'killed', unseen };
  const call = callOf(heard, by);
  return typeof call === 'string'
    ? { phase: 'retiring', retiring: heard, unseen }
    : { phase: 'ended', how: call, unseen };
}

/** What a call does to the world when it works, and what the delivery makes of its answer. */
export function effectOf(
  call: RetirementCall,
  retiring: Retiring,
  world: World,
  { customs, heart: { stood: stand } }: Scenario,
): { readonly world: World; readonly heard: Retiring } {
  const hears = (heard: Retiring, after = world) => ({ world: after, heard });
  switch (call) {
    case 'look':
      return hears(lookedAtLabels(retiring, { current: world.current, isInFlight: world.isInFlight }));
    case 'read':
      return hears(wereRead(retiring, customs.isOneKey ? 'same' : 'apart'));
    case 'ask standing':
      if (!manages(world, customs)) return hears(stand(retiring, 'unknown', 'unknown'));
      return hears(stand(retiring, world.old, customs.tellsUse ? (world.wasUsed ? 'used' : 'quiet') : 'unknown'));
    case 'ask current':
      return hears(currentAnswered(retiring, opensRecorded(world, customs) ? 'accepted' : 'rejected'));
    case 'ask old':
      if (!opensOld(world)) return hears(oldAnswered(retiring, 'rejected'));
      return hears(oldAnswered(retiring, 'accepted'), world.wasUsed ? world : { ...world, wasUsed: true });
    case 'deactivate':
    case 'reactivate':
    case 'delete': {
      if (!manages(world, customs)) return hears(retirementFailed(retiring, call));
      const old = call === 'delete' ? 'gone' : call === 'deactivate' ? 'inactive' : 'active';
      const after = world.old === 'gone' || world.old === old ? world : { ...world, old, isLeaky: false };
      return hears(wasWritten(retiring, call), after as World);
    }
  }
}
