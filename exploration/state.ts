import type { Goal } from '../core/rotation/rotation.ts';
import {
  asksFunction,
  besideAnAct,
  type Call,
  callOf,
  type Delivery,
  effectOf,
  failedCall,
  hasEnded,
  keyOfDelivery,
  killed,
  type Rules,
  type Running,
  unknownAnswer,
} from './delivery.ts';
import { acts } from './outsider.ts';
import { catchUp, isLagging, keyOf as keyOfWorld, lagBehind, pristine, rotatedBefore, type World } from './world.ts';

/** When a delivery may begin: once those before it have ended or are past their deadline, or while they still run. */
export interface Planned {
  readonly goal: Goal;
  readonly begins: 'after' | 'beside';
}

export interface Scenario {
  readonly name: string;
  readonly rules: Rules;
  readonly deliveries: readonly Planned[];
  /** How many things may go wrong in one run, an outsider's acts among them. */
  readonly disturbances: number;
}

/** Everything at one moment of a run. */
export interface State {
  readonly world: World;
  readonly deliveries: readonly Delivery[];
  /** How many more things may go wrong. */
  readonly left: number;
  readonly hadOutsider: boolean;
}

/** What happens to a call, or instead of one. */
export type Fate =
  | 'works'
  | 'is lost'
  | 'works, and its answer is lost'
  | 'is not made: the step is killed, or past its deadline'
  | 'works, and the step is killed'
  | 'is answered with something senseless'
  | 'works, but not everywhere yet: the next answer is no'
  | 'works, but not everywhere yet: the next two answers are no'
  | 'is taken, and the target turns the credential away'
  | 'is given up on, while the function goes on'
  | 'is due after the deadline, which nobody heeds';

/** One thing that happens: a call of a delivery with its fate, or an outsider's act. */
export type Event =
  | { readonly by: number; readonly goal: Goal; readonly call: Call; readonly fate: Fate }
  | { readonly by: 'function' }
  | { readonly by: 'outsider'; readonly act: string };

export interface Successor {
  readonly event: Event;
  readonly state: State;
}

export const start = ({ rules, deliveries, disturbances }: Scenario): State => ({
  world: deliveries[0]?.goal === 'restore' ? rotatedBefore(rules.target) : pristine(rules.target),
  deliveries: deliveries.map(() => ({ phase: 'waiting' })),
  left: disturbances,
  hadOutsider: false,
});

/** Gives things that are alike one number. */
class Numbers<Thing> {
  readonly #keyOf: (thing: Thing) => string;
  readonly #byKey = new Map<string, number>();
  /** Most things are met again as they are, and writing their key takes longer than looking them up. */
  readonly #byThing = new Map<Thing, number>();

  constructor(keyOf: (thing: Thing) => string) {
    this.#keyOf = keyOf;
  }

  of(thing: Thing): number {
    const met = this.#byThing.get(thing);
    if (met !== undefined) return met;

    const key = this.#keyOf(thing);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const number = this.#byKey.size;
    this.#byKey.set(key, number);
    this.#byThing.set(thing, number);
    return number;
  }
}

/** Names states, so that two from which the same follows have one name. */
export function namer({ deliveries: planned }: Scenario): (state: State) => string {
  const worlds = new Numbers<World>(keyOfWorld);
  const numbers = new Numbers<Delivery>(keyOfDelivery);
  // Two deliveries side by side with one goal are each other's mirror image.
  const mirrored = planned.findIndex(
    ({ goal, begins }, index) => begins === 'beside' && planned[index - 1]?.goal === goal,
  );

  return ({ world, deliveries, left, hadOutsider }) => {
    const ids = deliveries.map((delivery) => numbers.of(delivery));
    const [one, other] = [ids[mirrored - 1], ids[mirrored]];
    if (one !== undefined && other !== undefined && one > other) [ids[mirrored - 1], ids[mirrored]] = [other, one];
    return `${worlds.of(world)},${ids},${left}${hadOutsider ? 'o' : ''}`;
  };
}

/** Everything that can happen now. */
export function successorsOf(state: State, scenario: Scenario): Successor[] {
  const successors: Successor[] = [];
  state.deliveries.forEach((_, index) => {
    if (mayRun(state, scenario, index)) callsOf(state, scenario, index, successors);
  });
  if (isLagging(state.world)) {
    successors.push({
      event: { by: 'function' },
      state: { ...state, world: catchUp(state.world, scenario.rules.customs) },
    });
  }
  if (state.left > 0) {
    const deliveries = state.deliveries.map(besideAnAct);
    for (const { says, world } of acts(state.world, scenario.rules.target, scenario.rules.customs.pendingFollows)) {
      successors.push({
        event: { by: 'outsider', act: says },
        state: {
          world: isLagging(world) ? lagBehind(world, world.lagging.value, true) : world,
          deliveries,
          left: state.left - 1,
          hadOutsider: true,
        },
      });
    }
  }
  return successors;
}

function mayRun({ deliveries }: State, scenario: Scenario, index: number): boolean {
  const delivery = deliveries[index];
  if (delivery === undefined || hasEnded(delivery)) return false;
  if (delivery.phase !== 'waiting' || index === 0) return true;
  const before = deliveries.slice(0, index);
  return scenario.deliveries[index]?.begins === 'beside'
    ? before.slice(0, -1).every(isOver) && before.at(-1)?.phase !== 'waiting'
    : before.every(isOver);
}

const isOver = (delivery: Delivery): boolean => hasEnded(delivery) || (delivery.phase === 'turning' && delivery.isLate);

/** Whether nobody is at work. */
export const isQuiet = ({ deliveries }: State): boolean =>
  deliveries.every(({ phase }) => phase === 'ended' || phase === 'waiting');

function callsOf(state: State, { rules, deliveries }: Scenario, index: number, successors: Successor[]): void {
  const { world, left, hadOutsider } = state;
  const delivery = state.deliveries[index] as Delivery;
  const goal = deliveries[index]?.goal as Goal;
  const call = callOf(delivery, rules) as Call;
  const effect = effectOf(goal, delivery, world, rules);

  const add = (fate: Fate, after: World, heard: Delivery, cost: number) =>
    successors.push({
      event: { by: index, goal, call, fate },
      state: {
        world: after,
        deliveries: state.deliveries.map((one, at) => (at === index ? heard : one)),
        left: left - cost,
        hadOutsider,
      },
    });

  add('works', effect.world, effect.heard, 0);
  if (left === 0) return;

  // Before it has turned anything, to be killed is the same as to be killed right after.
  if (delivery.phase !== 'turning') return;
  add('is not made: the step is killed, or past its deadline', world, killed, 1);

  if (call === 'ask old' || call === 'ask new') {
    add('is answered with something senseless', world, unknownAnswer(delivery, rules), 1);
    // Our own question is never lost. That to a function may be.
    if (asksFunction(delivery, world, rules)) add('is lost', world, failedCall(delivery, rules), 1);
  } else {
    const failed = failedCall(delivery, rules);
    add('is lost', world, failed, 1);
    if (effect.world !== world) {
      add('works, and its answer is lost', effect.world, failed, 1);
      add('works, and the step is killed', effect.world, killed, 1);
    }
  }
  if (call === 'set' && rules.target === 'plugged pair' && effect.world.accepts !== world.accepts) {
    const { turning, truth } = delivery;
    const lagging = lagBehind(world, turning.fresh as number, truth.actedSinceLook);
    add('is given up on, while the function goes on', lagging, failedCall(delivery, rules), 1);
  }
  slowly(effect.world);
  if (!rules.heedsDeadline && !delivery.isLate) {
    add('is due after the deadline, which nobody heeds', world, { ...delivery, isLate: true }, 1);
  }

  /** The target takes a credential, and accepts it later or never. */
  function slowly(after: World): void {
    const isIssue = call === 'create' && rules.target === 'issued keys';
    const isTaken = isIssue || (call === 'set' && rules.target !== 'issued keys') || call === 'restore target';
    const [taken] = after.accepts.filter((value) => !world.accepts.includes(value));
    if (!isTaken || taken === undefined) return;

    const late = (noes: number) => ({ ...after, late: { value: taken, noes } });
    add('works, but not everywhere yet: the next answer is no', late(1), effect.heard, 1);
    add('works, but not everywhere yet: the next two answers are no', late(2), effect.heard, 1);
    if (call === 'restore target') return;
    const refused = { ...(rules.target === 'replace' ? world : after), refused: taken };
    const heard = rules.target === 'replace' ? failedCall(delivery as Running, rules) : effect.heard;
    add('is taken, and the target turns the credential away', refused, heard, 1);
  }
}
