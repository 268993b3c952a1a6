import {
  accepts,
  heldBy,
  isPair as isPairOf,
  original,
  outsiders,
  type TargetKind,
  twins,
  unknown,
  type World,
} from './world.ts';

/** What somebody may do meanwhile who knows nothing of the run, as sentences of a story. */
export interface Act {
  readonly says: string;
  readonly world: World;
}

/** Everything an outsider can do now that changes something. */
export function acts(world: World, target: TargetKind, pendingFollows: boolean): Act[] {
  return [...possible(world, target, pendingFollows)];
}

function* possible(world: World, target: TargetKind, pendingFollows: boolean): Generator<Act> {
  const { current, pending, accepts: taken } = world;
  const isPair = isPairOf(target);
  const isReplace = target === 'replace';
  const login = (heldBy(world, current) ?? 0) % 2 === 0 ? 0 : 1;
  const at = (which: 0 | 1, value: number) => taken.map((is, index) => (index === which ? value : is));

  /** Another value, stored as AWSCURRENT and accepted by the target. */
  const byHand = (value: number, accepted: readonly number[]): World => ({
    ...world,
    other: value,
    current: 'other',
    previous: current,
    pending: pendingFollows && pending === current ? 'none' : pending,
    accepts: accepted,
  });
  if (current !== 'other') {
    const idle = login === 0 ? 1 : 0;
    const value = outsiders[isPair ? idle : 0];
    const accepted = isPair ? at(idle, value) : isReplace ? [value] : [...taken, value];
    yield { says: 'rotates the secret by hand', world: byHand(value, accepted) };
    if (isPair) {
      const own = outsiders[login];
      yield { says: 'gives the login in use another password, and stores it', world: byHand(own, at(login, own)) };
    }
    const to = current === 'old' ? 'new' : 'old';
    if (heldBy(world, to) !== undefined) {
      const goes = pendingFollows && pending === current ? 'none' : pending;
      yield {
        says: `moves AWSCURRENT to the ${to} version by hand`,
        world: { ...world, current: to, previous: current, pending: goes },
      };
    }
  }

  if (pending !== 'other' && world.current !== 'other') {
    yield {
      says: 'puts AWSPENDING on a version of their own',
      world: { ...world, pending: 'other', other: outsiders[0] },
    };
  }
  if (pending !== 'none') yield { says: 'drops AWSPENDING', world: { ...world, pending: 'none' } };
  if (world.previous === 'new') {
    const without = { ...world, previous: 'none', pending: pending === 'new' ? 'none' : pending } as const;
    yield { says: 'takes every label off the new version', world: without };
  }

  if (!taken.includes(original)) {
    const accepted = isPair ? at(0, original) : isReplace ? [original] : [original, ...taken];
    yield { says: 'restores the old password', world: { ...world, accepts: accepted } };
  }
  if (isPair && taken[1] !== twins) {
    yield { says: 'restores what the idle login had', world: { ...world, accepts: at(1, twins) } };
  }
  const fresh = heldBy(world, 'new');
  if (isReplace && taken[0] !== unknown[0]) {
    yield { says: 'sets a password that they store nowhere', world: { ...world, accepts: [unknown[0]] } };
  } else if (isPair) {
    if (taken[1] !== unknown[1])
      yield { says: 'changes the password of the second login', world: { ...world, accepts: at(1, unknown[1]) } };
    if (taken[0] !== unknown[0])
      yield { says: 'changes the password of the first login', world: { ...world, accepts: at(0, unknown[0]) } };
  } else {
    if (accepts(world, fresh))
      yield { says: 'deletes the new key', world: { ...world, accepts: taken.filter((is) => is !== fresh) } };
    if (accepts(world, original))
      yield { says: 'deletes the old key', world: { ...world, accepts: taken.filter((is) => is !== original) } };
  }
}
