import type { Labels } from '../core/rotation/turning.ts';
import type { Strategy } from '../core/settings.ts';

/**
 * The kinds of target there are. Two hold several keys: one takes the keys of its clients, one issues them. Of two with a
 * pair of logins, one is changed by us, and one by a function of somebody else's.
 */
export const targets = ['registered keys', 'issued keys', 'alternate', 'plugged pair', 'replace'] as const;
export type TargetKind = (typeof targets)[number];

export const isPair = (target: TargetKind): boolean => target === 'alternate' || target === 'plugged pair';

export function strategyOf(target: TargetKind): Strategy {
  if (target === 'replace') return target;
  return isPair(target) ? 'alternate' : 'overlap';
}

/**
 * A value of the secret, by number. For logins, an even one is of the first login of a pair, an odd one of the second.
 * What deliveries create is numbered from {@link firstCreated} on.
 */
export type Value = number;
export const original: Value = 0;
/** What the second login of a pair had before anybody rotated, or what a restore returns to. */
export const twins: Value = 1;
/** What an outsider stores, for either login. */
export const outsiders: readonly [Value, Value] = [2, 3];
/** What an outsider sets at the target and stores nowhere. */
export const unknown: readonly [Value, Value] = [4, 5];
export const firstCreated: Value = 10;
const none: Value = -1;

const loginOf = (value: Value): 0 | 1 => (value % 2 === 0 ? 0 : 1);

export type Place = 'old' | 'new' | 'other';

/** One secret and its target, and nothing of those who work on them. */
export interface World {
  readonly current: Place;
  readonly pending: Place | 'none';
  readonly previous: Place | 'none';
  /** What the new version holds, -1 while there is none. */
  readonly fresh: Value;
  /** What the outsider's version holds, -1 while there is none. */
  readonly other: Value;
  /**
   * What the target accepts: for keys, all of them; for a pair, the first login's password and the second's; for
   * `replace`, the one password.
   */
  readonly accepts: readonly Value[];
  /** Created values that it takes and, for a reason of its own, turns away; or -1. */
  readonly refused: Value;
  /** A value that it accepts, but not everywhere yet, and how often it will still say no. */
  readonly late: { readonly value: Value; readonly noes: number };
  /** Keys that were used: only a rotator that removes keys asks. */
  readonly used: readonly Value[];
  readonly created: number;
  /** What a function is still setting that its caller gave up on, or -1; and whether an outsider acted since it was asked to. */
  readonly lagging: { readonly value: Value; readonly acted: boolean };
}

export const pristine = (target: TargetKind): World => ({
  current: 'old',
  pending: 'none',
  previous: 'none',
  fresh: none,
  other: none,
  accepts: isPair(target) ? [original, twins] : [original],
  refused: none,
  late: { value: none, noes: 0 },
  used: [],
  created: 0,
  lagging: { value: none, acted: false },
});

/** What a rotation left, of which nobody knows any more: new is the version before it, which is to be restored. */
export const rotatedBefore = (target: TargetKind): World => ({
  ...pristine(target),
  previous: 'new',
  fresh: twins,
  accepts: target === 'replace' ? [original] : [original, twins],
});

export const keyOf = (world: World): string =>
  `${world.current[1]}${world.pending[1]}${world.previous[1]}${world.fresh},${world.other},${world.accepts},${world.refused},${world.late.value},${world.late.noes},${world.used},${world.created},${world.lagging.value}${world.lagging.acted ? 'a' : ''}`;

/** What a version holds; undefined, when there is no such version. */
export function heldBy(world: World, place: Place): Value | undefined {
  const value = place === 'old' ? original : place === 'new' ? world.fresh : world.other;
  return value === none ? undefined : value;
}

/** Whether a client that has this value gets in, now or, where the target is slow, in a moment. */
export const accepts = (world: World, value: Value | undefined): boolean =>
  value !== undefined && world.accepts.includes(value) && world.refused !== value;

/** Whether a client that reads the secret now gets in. */
export const authenticates = (world: World): boolean => accepts(world, heldBy(world, world.current));

export const labelsOf = ({ current, pending, previous }: World): Labels => ({
  current,
  pending,
  isNewLabelled: current === 'new' || pending === 'new' || previous === 'new',
});

/** Something was refused, and did not take place. */
export const refusal = Symbol('refusal');
export type Refusal = typeof refusal;

/** How the world behaves where nobody knows, or where a defect is put in on purpose. */
export interface Customs {
  /** Whether AWSPENDING goes when AWSCURRENT leaves its version. */
  readonly pendingFollows: boolean;
  readonly comparesLabels: boolean;
  readonly demotesTo: 'old' | 'whatever is AWSPREVIOUS';
  readonly onSet: 'nothing else' | 'removes the old key' | 'moves AWSCURRENT as well' | 'changes the login in use';
  readonly onLag: 'sets what it was asked to' | 'changes what is idle by then';
  readonly onAsk: 'both say' | 'the function alone says';
  readonly onCreate: 'nothing else' | 'removes unused keys of its label' | 'removes the oldest key';
}

export const ordinary: Customs = {
  pendingFollows: true,
  comparesLabels: true,
  demotesTo: 'old',
  onSet: 'nothing else',
  onLag: 'sets what it was asked to',
  onAsk: 'both say',
  onCreate: 'nothing else',
};

export function move(world: World, from: Place, to: Place, customs: Customs): World | Refusal {
  if (customs.comparesLabels && world.current !== from) return refusal;
  const left = world.current;
  const pendingGoes = customs.pendingFollows && world.pending === left && left !== to;
  return { ...world, current: to, previous: left, pending: pendingGoes ? 'none' : world.pending };
}

export function demote(world: World, customs: Customs): World | Refusal {
  if (customs.demotesTo === 'old') return move(world, 'new', 'old', customs);
  return world.previous === 'none' ? refusal : move(world, world.current, world.previous, customs);
}

/** PutSecretValue under the token: a version's value never changes, and a repetition moves no label. */
export function stage(world: World, value: Value): World | Refusal {
  if (world.fresh === value) return world;
  return world.fresh === none ? { ...world, fresh: value, pending: 'new' } : refusal;
}

export const dropPending = (world: World): World | Refusal =>
  world.pending === 'new' ? { ...world, pending: 'none' } : refusal;

/** What is created, and the world in which it is. */
export function create(
  world: World,
  target: TargetKind,
  old: Value,
  { onCreate }: Customs,
): readonly [Value, World] | Refusal {
  const value = firstCreated + 2 * world.created + (isPair(target) ? 1 - loginOf(old) : 0);
  const created = { ...world, created: world.created + 1 };
  if (target !== 'issued keys') return [value, created];
  if (!accepts(world, old)) return refusal;
  const kept =
    onCreate === 'removes the oldest key' && world.accepts.length > 1 ? world.accepts.slice(1) : world.accepts;
  return [value, { ...created, accepts: [...kept, value] }];
}

export function set(world: World, target: TargetKind, old: Value, fresh: Value, customs: Customs): World | Refusal {
  switch (target) {
    case 'replace':
      return exchange(world, old, fresh);
    case 'alternate': {
      // The rotator logs in with the old one first, and refuses a pair that is none.
      if (!accepts(world, old) || loginOf(old) === loginOf(fresh)) return refusal;
      return setIdle(world, fresh);
    }
    case 'plugged pair':
      return loginOf(old) === loginOf(fresh) ? refusal : setByFunction(world, fresh, customs);
    case 'registered keys':
      if (!accepts(world, old) || world.accepts.some((is) => is >= firstCreated && is !== fresh)) return refusal;
      return withoutOld({ ...world, accepts: [...new Set([...world.accepts, fresh])].sort(ascending) }, customs);
    case 'issued keys':
      // It removes the keys of its label that it is not to set: whoever asked for them does not hold the version.
      if (!accepts(world, old)) return refusal;
      if (customs.onCreate !== 'nothing else') return withoutOld(world, customs);
      return withoutOld(
        { ...world, accepts: world.accepts.filter((is) => is < firstCreated || is === fresh) },
        customs,
      );
  }
}

const setIdle = (world: World, fresh: Value): World =>
  world.accepts[loginOf(fresh)] === fresh
    ? world
    : { ...world, accepts: world.accepts.map((is, login) => (login === loginOf(fresh) ? fresh : is)) };

/** A function goes by the labels that it finds, and does nothing for a version that is AWSCURRENT, or works already. */
function setByFunction(world: World, fresh: Value, { onSet }: Customs): World | Refusal {
  if (world.current === 'new') return world;
  if (world.pending !== 'new') return refusal;
  const finished = onSet === 'moves AWSCURRENT as well' ? ({ current: 'new', previous: world.current } as const) : {};
  if (accepts(world, fresh)) return { ...world, ...finished };

  const current = heldBy(world, world.current);
  if (current === undefined || !accepts(world, current) || loginOf(current) === loginOf(fresh)) return refusal;
  if (onSet === 'changes the login in use') {
    return { ...world, accepts: world.accepts.map((is, login) => (login === loginOf(current) ? fresh : is)) };
  }
  return { ...setIdle(world, fresh), ...finished };
}

/** What a function has begun, and goes on with though nobody waits for it: it looks at nothing any more. */
export const lagBehind = (world: World, fresh: Value, acted: boolean): World => ({
  ...world,
  lagging: { value: fresh, acted },
});

export function catchUp(world: World, { onLag }: Customs): World {
  const { value } = world.lagging;
  const login = onLag === 'sets what it was asked to' ? loginOf(value) : 1 - loginOf(heldBy(world, world.current) ?? 0);
  const accepted = world.accepts.map((is, which) => (which === login ? value : is));
  return { ...world, accepts: accepted, lagging: { value: none, acted: false } };
}

export const isLagging = ({ lagging }: World): boolean => lagging.value !== none;

/** Whether a function says of the new version that it works. */
export const passesTest = (world: World): boolean =>
  world.current === 'new' || (world.pending === 'new' && accepts(world, heldBy(world, 'new')));

const ascending = (one: Value, other: Value) => one - other;

const withoutOld = (world: World, { onSet }: Customs): World =>
  onSet !== 'removes the old key' ? world : { ...world, accepts: world.accepts.filter((value) => value !== original) };

export const revert = (world: World, target: TargetKind, old: Value, fresh: Value): World | Refusal =>
  target === 'replace' ? exchange(world, fresh, old) : world;

/** The login changes its own password, for which it must know the one that works. */
function exchange(world: World, from: Value, to: Value): World | Refusal {
  if (world.refused === to) return refusal;
  if (accepts(world, from)) return { ...world, accepts: [to] };
  return accepts(world, to) ? world : refusal;
}

/** What the target says, after patience, and the world in which it has said so. */
export function ask(world: World, value: Value, { onCreate }: Customs): readonly ['accepted' | 'rejected', World] {
  if (!accepts(world, value)) return ['rejected', world];
  const { late, used } = world;
  if (late.value === value && late.noes > 0) return ['rejected', { ...world, late: lessLate(late) }];
  if (onCreate !== 'removes unused keys of its label' || used.includes(value)) return ['accepted', world];
  return ['accepted', { ...world, used: [...used, value].sort(ascending) }];
}

const lessLate = ({ value, noes }: World['late']) =>
  noes === 1 ? { value: none, noes: 0 } : { value, noes: noes - 1 };

/** Time enough has passed for the target to accept everywhere what it accepts, and for every function to have ended. */
export function rested(world: World, customs: Customs): World {
  const caughtUp = isLagging(world) ? catchUp(world, customs) : world;
  return caughtUp.late.noes === 0 ? caughtUp : { ...caughtUp, late: { value: none, noes: 0 } };
}
