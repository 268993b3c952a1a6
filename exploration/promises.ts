import type { Goal, Hold } from '../core/rotation/rotation.ts';
import { type Call, type Delivery, effectOf, hasEnded, type Rules, type Running } from './delivery.ts';
import { type Event, isQuiet, type Scenario, type State } from './state.ts';
import {
  accepts,
  authenticates,
  firstCreated,
  heldBy,
  keyOf,
  labelsOf,
  original,
  rested,
  type World,
} from './world.ts';

/** Everything that is checked, and the sentence a story ends with. */
export const promises = {
  notOurs: 'a call was made, or moved AWSCURRENT to, what its goal does not allow',
  othersMoved: 'AWSCURRENT was moved from, or AWSPENDING taken off, a version of somebody else',
  oldTakenAway: 'S7: a call took away an old credential that the strategy can leave valid',
  currentDied: 'S5: AWSCURRENT authenticated, and a call of ours ended that',
  windowStayedOpen: 'S5: the call after the one that opened the window of `replace` does not close it',
  lost: 'S11: the target accepts a credential that no version holds',
  unlabelled: 'S11: on its way forward, a delivery took the last label off the version it made',
  unproved: 'S6: done, and the last answer about the credential it is done with was not yes',
  notDone: 'S6: done, and the labels are not where they then should be',
  notUndone: 'S11: rolled back and done, and later AWSCURRENT is not on the old version',
  leftBroken: 'S5: nobody is at work, at most one call failed, and AWSCURRENT does not authenticate',
  heldInVain: 'S11: nothing went wrong, and yet it was held',
  notSettled: 'S11: nothing stands in its way, and yet it cannot be settled',
  settledBroken: 'S5: it was settled, a version that the run can name works, and AWSCURRENT does not authenticate',
  untrueHold: 'it was held for a reason that is not so',
} as const;

export type Broken = keyof typeof promises;

const allowed: Readonly<Record<Goal, ReadonlySet<Call>>> = {
  rotate: new Set<Call>([
    'read current',
    'describe',
    'look',
    'read old',
    'read new',
    'ask old',
    'ask new',
    'list',
    'remove',
    'create',
    'stage',
    'set',
    'promote',
    'drop pending',
  ]),
  restore: new Set<Call>(['read current', 'describe', 'look', 'read new', 'ask new', 'promote']),
  'roll back': new Set<Call>([
    'read current',
    'describe',
    'look',
    'read old',
    'read new',
    'ask old',
    'ask new',
    'restore target',
    'demote',
    'drop pending',
  ]),
};

/** Where the target forgot the old credential, there is nothing to restore: nobody is asked, and nothing moves. */
const withoutRestore = new Set<Call>(['read current', 'describe', 'look', 'read new']);

const isAllowed = (call: Call, goal: Goal, target: Rules['target']): boolean =>
  (goal === 'restore' && target === 'replace' ? withoutRestore : allowed[goal]).has(call);

/** A way back goes forward only where the target would not take the old credential back, as often as it was asked to. */
const goesForward = (was: Delivery, call: Call, { target }: Rules): boolean =>
  call === 'promote' && target === 'replace' && was.phase === 'turning' && was.turning.tried['restore target'] === 3;

/** Which promise one event broke, if it broke one. Remembers which worlds it has settled already. */
export function promisesOf(scenario: Scenario): (before: State, event: Event, after: State) => Broken | undefined {
  const { rules, deliveries, disturbances } = scenario;
  const settled = new Map<string, Broken | undefined>();
  const forward: Goal = deliveries[0]?.goal === 'restore' ? 'restore' : 'rotate';
  const isInVain = forward === 'restore' && rules.target === 'replace';
  /** A rotation beside a way back, which a deadline should have stopped, moves AWSCURRENT to and fro. */
  const isContested = deliveries.some(
    ({ goal, begins }, index) => begins === 'beside' && goal !== deliveries[index - 1]?.goal,
  );

  return (before, event, after) => {
    const during =
      event.by === 'outsider'
        ? undefined
        : event.by === 'function'
          ? brokenByFunction(before.world, after.world)
          : brokenByCall(before, after, event.by, event.goal, event.call, rules, isContested);
    return during ?? (isQuiet(after) ? brokenAtRest(after) : undefined);
  };

  function brokenAtRest(state: State): Broken | undefined {
    const { world, left, hadOutsider } = state;
    const run = state.deliveries.filter(hasEnded);
    const wasKilled = run.some((one) => one.phase === 'ended' && one.how === 'killed');
    if (!hadOutsider && !wasKilled && !isContested && disturbances - left <= 1 && !authenticates(world)) {
      return 'leftBroken';
    }
    if (!hadOutsider && !isContested && left === disturbances && !isInVain) {
      if (run.some(isHeld)) return 'heldInVain';
    }
    if (!hadOutsider && !isContested) {
      const last = state.deliveries.findLastIndex((one) => one.phase === 'ended');
      const how = state.deliveries[last];
      if (deliveries[last]?.goal === 'roll back' && how?.phase === 'ended' && how.how !== 'killed') {
        if (how.how.kind === 'done' && world.current !== 'old') return 'notUndone';
      }
    }

    // Whatever an outsider did there, nothing of ours may mend it.
    if (isInVain) return undefined;
    const wentBack = state.deliveries.some(
      ({ phase }, index) => phase === 'ended' && deliveries[index]?.goal === 'roll back',
    );
    const key = `${keyOf(world)}${hadOutsider}${wentBack}`;
    if (!settled.has(key)) settled.set(key, brokenWhenSettled(world, { hadOutsider, wentBack, forward }, rules));
    return settled.get(key);
  }
}

const isHeld = (delivery: Delivery): boolean =>
  delivery.phase === 'ended' && delivery.how !== 'killed' && delivery.how.kind === 'held';

/** What a function does late that its caller gave up on. Nobody can keep an outsider from acting before it is done. */
function brokenByFunction(w: World, x: World): Broken | undefined {
  if (accepts(w, original) && !accepts(x, original)) return 'oldTakenAway';
  return authenticates(w) && !authenticates(x) && !w.lagging.acted ? 'currentDied' : undefined;
}

function brokenByCall(
  before: State,
  after: State,
  by: number,
  goal: Goal,
  call: Call,
  rules: Rules,
  isContested: boolean,
): Broken | undefined {
  const { target } = rules;
  const was = before.deliveries[by] as Delivery;
  if (!isAllowed(call, goal, target) && !goesForward(was, call, rules)) return 'notOurs';
  const is = after.deliveries[by] as Delivery;
  const [w, x] = [before.world, after.world];

  if (was.phase === 'turning' && w !== x) {
    const broken = brokenByWrite(w, x, was, goal, call, target, isContested);
    if (broken !== undefined) return broken;
  }
  if (was.phase === 'turning' && target === 'replace' && !isContested) {
    const opens = (call === 'set' || call === 'restore target') && authenticates(w) && !authenticates(x);
    const closes = goal === 'rotate' ? 'promote' : 'demote';
    const hasHeard = is.phase === 'turning' && is.turning.observed !== undefined;
    if (opens && hasHeard && is.next !== closes && !was.truth.actedSinceLook) return 'windowStayedOpen';
  }
  if (is.phase === 'ended' && was.phase !== 'ended' && is.how !== 'killed' && is.how.kind === 'done') {
    // What a zombie says of the labels nobody hears: its task has ended, and probe-batch looks for itself.
    const isExcused = isContested && (target === 'replace' || goal !== 'roll back');
    return brokenByDone(was as Running, after, goal, is.how.on, call, isExcused);
  }
  return undefined;
}

function brokenByWrite(
  w: World,
  x: World,
  { truth, turning }: Running,
  goal: Goal,
  call: Call,
  target: Rules['target'],
  isContested: boolean,
): Broken | undefined {
  if (w.current === 'other' && x.current !== 'other') return 'othersMoved';
  if (w.current !== x.current && x.current !== (goal === 'roll back' && call !== 'promote' ? 'old' : 'new'))
    return 'notOurs';
  if (w.current !== x.current && call !== 'promote' && call !== 'demote') return 'notOurs';
  if (w.pending === 'other' && x.pending !== 'other' && !truth.actedSinceLook && w.current !== 'other') {
    return 'othersMoved';
  }

  const isReplace = target === 'replace';
  if (!isReplace && accepts(w, original) && !accepts(x, original)) return 'oldTakenAway';

  if (authenticates(w) && !authenticates(x)) {
    const opensWindow = isReplace && (call === 'set' || call === 'restore target');
    // Between a look, or an answer, and the very call that rests on it, nobody can keep an outsider from acting.
    const isCollision =
      (call === 'set' && turning.justLooked && truth.actedSinceLook) ||
      (call === 'promote' && truth.actedSinceNew) ||
      (call === 'demote' && truth.actedSinceOld);
    if (!opensWindow && !isCollision && !(isContested && isReplace)) return 'currentDied';
  }

  if (target !== 'issued keys' && x.accepts.some((value) => value >= firstCreated && value !== x.fresh)) return 'lost';
  if (goal === 'rotate' && !truth.actedSinceLook && labelsOf(w).isNewLabelled && !labelsOf(x).isNewLabelled)
    return 'unlabelled';
  return undefined;
}

function brokenByDone(
  was: Running,
  after: State,
  goal: Goal,
  on: 'old' | 'new',
  call: Call,
  isExcused: boolean,
): Broken | undefined {
  if (on !== (goal === 'roll back' ? 'old' : 'new')) return 'notDone';
  const asked = call === 'ask old' || call === 'ask new';
  const last = asked ? 'accepted' : was.truth[on];
  if (last !== 'accepted') return 'unproved';

  const { world, hadOutsider, deliveries } = after;
  const isAlone = deliveries.every(({ phase }) => phase === 'ended' || phase === 'waiting');
  if (
    isAlone &&
    !hadOutsider &&
    !isExcused &&
    (world.current !== on || world.pending === 'new' || !authenticates(world))
  ) {
    return 'notDone';
  }
  return undefined;
}

/** Why a reason to hold is so, looking at everything. */
const isSo: Readonly<Record<Hold, (world: World, target: Rules['target']) => boolean>> = {
  currentMoved: (world) => world.current === 'other',
  pendingTaken: (world) => world.pending === 'other',
  oldRejected: (world) => !accepts(world, original),
  newRejected: (world) => !accepts(world, world.fresh),
  neitherAccepted: (world) => !accepts(world, original) && !accepts(world, world.fresh),
  oldUnknown: () => false,
  newUnknown: () => false,
  versionGone: (world) => heldBy(world, 'new') === undefined,
  nothingToRestore: (_, target) => target === 'replace',
  deadline: () => false,
  stuck: () => false,
};

/**
 * Settles what was left, with nothing going wrong any more: back, and forward where back is impossible. Where nobody else
 * acted it must get back, and it must get forward too, unless the target refuses what is new.
 */
function brokenWhenSettled(
  left: World,
  {
    hadOutsider,
    wentBack,
    forward: goal,
  }: { readonly hadOutsider: boolean; readonly wentBack: boolean; readonly forward: Goal },
  rules: Rules,
): Broken | undefined {
  const world = rested(left, rules.customs);
  const back = runAlone('roll back', world, rules);
  if (back.broken !== undefined) return back.broken;

  if (!hadOutsider) {
    if (back.held !== undefined) return 'notSettled';
    if (wentBack) return undefined;
    const forward = runAlone(goal, world, rules);
    if (forward.broken !== undefined) return forward.broken;
    if (forward.held !== undefined && (forward.held !== 'newRejected' || world.refused < firstCreated))
      return 'notSettled';
    return authenticates(forward.world) ? undefined : 'settledBroken';
  }

  const settled = back.held === undefined ? back : runAlone(goal, back.world, rules);
  if (settled.broken !== undefined) return settled.broken;
  const { current, pending } = settled.world;
  const isOurs = current !== 'other' && pending !== 'other';
  const couldWork = accepts(settled.world, original) || accepts(settled.world, settled.world.fresh);
  return isOurs && couldWork && !authenticates(settled.world) ? 'settledBroken' : undefined;
}

export interface Alone {
  readonly calls: readonly Call[];
  readonly world: World;
  readonly held: Hold | undefined;
  readonly broken: Broken | undefined;
}

/** How what was left is settled, for a story: first back, then forward if it was held. */
export function settlementOf(left: World, forward: Goal, rules: Rules): readonly (Alone & { readonly goal: Goal })[] {
  const back = runAlone('roll back', rested(left, rules.customs), rules);
  const goes = { ...back, goal: 'roll back' as const };
  return back.held === undefined ? [goes] : [goes, { ...runAlone(forward, back.world, rules), goal: forward }];
}

/** One delivery to its end, alone and undisturbed. */
function runAlone(goal: Goal, from: World, rules: Rules): Alone {
  const state = (world: World, delivery: Delivery): State => ({
    world,
    deliveries: [delivery],
    left: 0,
    hadOutsider: false,
  });
  let delivery: Delivery = { phase: 'waiting' };
  let world = from;
  const calls: Call[] = [];
  while (calls.length < 100) {
    const call: Call =
      delivery.phase === 'turning' ? delivery.next : delivery.phase === 'waiting' ? 'read current' : 'describe';
    calls.push(call);
    const { world: after, heard } = effectOf(goal, delivery, world, rules);
    const broken = brokenByCall(state(world, delivery), state(after, heard), 0, goal, call, rules, false);
    if (broken !== undefined) return { calls, world: after, held: undefined, broken };
    [world, delivery] = [after, heard];
    if (delivery.phase === 'ended') {
      const held = delivery.how !== 'killed' && delivery.how.kind === 'held' ? delivery.how.reason : undefined;
      if (held === undefined) return { calls, world, held, broken: undefined };
      return { calls, world, held, broken: isSo[held](world, rules.target) ? undefined : 'untrueHold' };
    }
  }
  return { calls, world, held: undefined, broken: 'notSettled' };
}
