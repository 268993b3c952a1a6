import type { Answer } from '../core/ports.ts';
import type { Goal } from '../core/rotation/rotation.ts';
import {
  answered,
  begin,
  created,
  type End,
  failed,
  looked,
  nextCall,
  type Call as TurnCall,
  type Turning as TurningOf,
  type Write,
  wasRead,
  written,
} from '../core/rotation/turning.ts';
import {
  ask,
  type Customs,
  create,
  demote,
  dropPending,
  firstCreated,
  heldBy,
  labelsOf,
  move,
  ordinary,
  type Place,
  passesTest,
  type Refusal,
  refusal,
  revert,
  set,
  stage,
  strategyOf,
  type TargetKind,
  type Value,
  type World,
} from './world.ts';

export type Turning = TurningOf<Value>;

/** What a delivery calls: what the turn does, what the step around it does first, and what a rotator may do within. */
export type Call = TurnCall | 'read current' | 'describe' | 'list' | 'remove';

/** The version that was AWSCURRENT, and its value, when the step read it. */
export interface Seen {
  readonly place: Place;
  readonly value: Value;
}

/** The heart as it is, or with a defect put in. */
export interface Heart {
  begin(goal: Goal, target: TargetKind, world: World, seen: Seen): Turning;
  nextCall(turning: Turning): TurnCall | End;
  written(turning: Turning, call: Write): Turning;
  failed(turning: Turning, call: TurnCall): Turning;
}

export const heart: Heart = {
  begin: (goal, target, world, { place, value }) => {
    // What was read counts only if it is of the version that is described as AWSCURRENT a moment later.
    const old = place === 'old' && world.current === 'old' ? value : undefined;
    return begin(goal, strategyOf(target), labelsOf(world), old);
  },
  nextCall,
  written,
  failed,
};

/** Everything that stands while one exploration searches. */
export interface Rules {
  readonly target: TargetKind;
  readonly heart: Heart;
  readonly customs: Customs;
  readonly heedsDeadline: boolean;
}

export const rulesFor = (target: TargetKind): Rules => ({ target, heart, customs: ordinary, heedsDeadline: true });

/** What the explorer knows and the delivery does not: what its promises are held against. */
export interface Truth {
  /** What the target last said of what the old version truly holds, and the new. */
  readonly old: Answer | 'unasked';
  readonly new: Answer | 'unasked';
  /** Whether an outsider acted since it looked, and since the target last proved the old credential, or the new. */
  readonly actedSinceLook: boolean;
  readonly actedSinceOld: boolean;
  readonly actedSinceNew: boolean;
}

/** One delivery of a step for one secret: it reads what is AWSCURRENT, describes the secret, and turns it. */
export type Delivery =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'describing'; readonly seen: Seen }
  | Running
  | { readonly phase: 'ended'; readonly how: How };

export interface Running {
  readonly phase: 'turning';
  readonly turning: Turning;
  readonly next: TurnCall;
  readonly truth: Truth;
  /** Keys that it listed in order to remove them: only a rotator that removes before it issues does. */
  readonly listed: readonly Value[] | undefined;
  /** Its deadline has passed, and it does not care: one that does has ended. */
  readonly isLate: boolean;
}

export type How = 'killed' | End;

export const hasEnded = ({ phase }: Delivery): boolean => phase === 'ended';

export const killed: Delivery = { phase: 'ended', how: 'killed' };

/** The call that a delivery makes next. */
export function callOf(delivery: Delivery, { customs }: Rules): Call | undefined {
  switch (delivery.phase) {
    case 'waiting':
      return 'read current';
    case 'describing':
      return 'describe';
    case 'ended':
      return undefined;
    case 'turning':
      if (delivery.next !== 'create' || customs.onCreate !== 'removes unused keys of its label') return delivery.next;
      if (delivery.listed === undefined) return 'list';
      return delivery.listed.length > 0 ? 'remove' : 'create';
  }
}

/** What became of the world through a call that worked, and what the delivery makes of its answer. */
export interface Effect {
  readonly world: World;
  readonly heard: Delivery;
}

/** Makes the next call of a delivery, with nothing lost. */
export function effectOf(goal: Goal, delivery: Delivery, world: World, rules: Rules): Effect {
  switch (delivery.phase) {
    case 'waiting':
      return {
        world,
        heard: { phase: 'describing', seen: { place: world.current, value: heldBy(world, world.current) ?? -1 } },
      };
    case 'describing': {
      const turning = rules.heart.begin(goal, rules.target, world, delivery.seen);
      return { world, heard: decide({ turning, truth: nothingAsked, isLate: false }, rules) };
    }
    case 'turning':
      return effectOfTurning(delivery, world, rules);
    case 'ended':
      throw new Error('who has ended calls nobody');
  }
}

const nothingAsked: Truth = {
  old: 'unasked',
  new: 'unasked',
  actedSinceLook: false,
  actedSinceOld: false,
  actedSinceNew: false,
};

function decide({ turning, truth, isLate }: Pick<Running, 'turning' | 'truth' | 'isLate'>, { heart }: Rules): Delivery {
  const next = heart.nextCall(turning);
  return typeof next === 'string'
    ? { phase: 'turning', turning, next, truth, listed: undefined, isLate }
    : { phase: 'ended', how: next };
}

/** A delivery whose call failed, as far as it knows. */
export function failedCall(delivery: Running, rules: Rules): Delivery {
  return decide({ ...delivery, turning: rules.heart.failed(delivery.turning, delivery.next) }, rules);
}

/** A delivery to whose question the target gave no answer that makes sense. */
export function unknownAnswer(delivery: Running, rules: Rules): Delivery {
  const version = delivery.next === 'ask old' ? 'old' : 'new';
  const truth = { ...delivery.truth, [version]: 'unknown' };
  return decide({ ...delivery, truth, turning: answered(delivery.turning, version, 'unknown') }, rules);
}

function effectOfTurning(delivery: Running, world: World, rules: Rules): Effect {
  const { turning, next, truth } = delivery;
  const { target, customs } = rules;

  const learn = (learned: Turning, after = world, known = truth): Effect => ({
    world: after,
    heard: decide({ ...delivery, turning: learned, truth: known }, rules),
  });
  const write = (after: World | Refusal, call: Write, known = truth): Effect =>
    after === refusal
      ? { world, heard: failedCall(delivery, rules) }
      : learn(rules.heart.written(turning, call), after, known);

  switch (next) {
    case 'look':
      return learn(looked(turning, labelsOf(world)), world, { ...truth, actedSinceLook: false });
    case 'read old':
      return learn(wasRead(turning, 'old', heldBy(world, 'old')));
    case 'read new':
      return learn(wasRead(turning, 'new', heldBy(world, 'new')));
    case 'ask old':
      return asked('old', known(turning.old));
    case 'ask new':
      return asked('new', known(turning.fresh));
    case 'create':
      return createIn();
    case 'stage':
      return write(stage(world, known(turning.made)), next);
    case 'set':
      return write(set(world, target, known(turning.old), known(turning.fresh ?? turning.made), customs), next, {
        ...truth,
        actedSinceNew: false,
      });
    case 'promote':
      return write(move(world, 'old', 'new', customs), next);
    case 'restore target':
      return write(revert(world, target, known(turning.old), known(turning.fresh)), next, {
        ...truth,
        actedSinceOld: false,
      });
    case 'demote':
      return write(demote(world, customs), next);
    case 'drop pending':
      return write(dropPending(world), next);
  }

  function asked(version: 'old' | 'new', value: Value): Effect {
    const isBelieved = version === 'new' && customs.onAsk === 'the function alone says';
    const [answer, after] = isBelieved ? (['accepted', world] as const) : ask(world, value, customs);
    if (asksFunction(delivery, world, rules) && !passesTest(world))
      return { world: after, heard: failedCall(delivery, rules) };
    // An answer about another value than the version's own proves nothing of the version.
    const proved = value === heldBy(world, version) ? answer : truth[version];
    return learn(answered(turning, version, answer), after, {
      ...truth,
      [version]: proved,
      [version === 'old' ? 'actedSinceOld' : 'actedSinceNew']: false,
    });
  }

  function createIn(): Effect {
    const { listed } = delivery;
    if (customs.onCreate === 'removes unused keys of its label') {
      const labelled = world.accepts.filter((value) => value >= firstCreated);
      if (listed === undefined) {
        if (labelled.some((value) => world.used.includes(value))) return { world, heard: failedCall(delivery, rules) };
        return { world, heard: { ...delivery, listed: labelled } };
      }
      if (listed.length > 0) {
        const left = world.accepts.filter((value) => !listed.includes(value));
        return { world: { ...world, accepts: left }, heard: { ...delivery, listed: [] } };
      }
    }
    const made = create(world, target, known(turning.old), customs);
    if (made === refusal) return { world, heard: failedCall(delivery, rules) };
    return learn(created(turning, made[0]), made[1]);
  }
}

function known(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a call was decided on without a value that it takes');
  return value;
}

/** Whether a function is to say of a new value, which the target accepts, that it works: on its way to AWSCURRENT. */
export function asksFunction({ turning, next }: Running, world: World, { target, customs }: Rules): boolean {
  const { goal, observed, fresh } = turning;
  const isOnItsWay = goal === 'rotate' && observed?.current === 'old' && observed.pending === 'new';
  if (target !== 'plugged pair' || next !== 'ask new' || !isOnItsWay) return false;
  return ask(world, known(fresh), customs)[0] === 'accepted';
}

/** A delivery that has not noticed that an outsider just acted. */
export const besideAnAct = (delivery: Delivery): Delivery =>
  delivery.phase === 'turning'
    ? {
        ...delivery,
        truth: { ...delivery.truth, actedSinceLook: true, actedSinceOld: true, actedSinceNew: true },
      }
    : delivery;

export function keyOfDelivery(delivery: Delivery): string {
  switch (delivery.phase) {
    case 'waiting':
      return 'w';
    case 'describing':
      return `d${delivery.seen.place}${delivery.seen.value}`;
    case 'ended': {
      const { how } = delivery;
      return how === 'killed' ? 'k' : how.kind === 'held' ? 'h' : how.on;
    }
    case 'turning': {
      const { turning, truth, listed, isLate, next } = delivery;
      const { observed: o, justLooked, old, fresh, made, tried } = turning;
      const seen = o === undefined ? '?' : `${o.current}${o.pending}${o.newVersion[0]}${o.old}${o.new}`;
      const counts = `${tried.look ?? 0}${tried['read old'] ?? 0}${tried['read new'] ?? 0}${tried['ask new'] ?? 0}${tried.create ?? 0}${tried.stage ?? 0}${tried.set ?? 0}${tried.promote ?? 0}${tried['restore target'] ?? 0}${tried.demote ?? 0}${tried['drop pending'] ?? 0}`;
      const acted = `${truth.actedSinceLook ? 1 : 0}${truth.actedSinceOld ? 1 : 0}${truth.actedSinceNew ? 1 : 0}`;
      return `${next}${seen}${justLooked ? 1 : 0},${old},${fresh},${made},${counts}${acted}${truth.old}${truth.new}${listed}${isLate ? 1 : 0}`;
    }
  }
}
