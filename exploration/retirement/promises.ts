import { beginRetiring } from '../../core/rotation/retiring.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import {
  callOf,
  type Delivery,
  type Event,
  effectOf,
  isQuiet,
  recordedAs,
  type Scenario,
  type State,
} from './state.ts';
import { clientsWork, opensOld, opensRecorded, type World } from './world.ts';

/** What must hold whatever happens, and the sentence that a story ends with when it does not. */
export const promises = {
  currentDied: 'S5: clients got in, and a call of ours ended that',
  unproved: 'S7: the old credential was touched although what is AWSCURRENT does not open what it should',
  usedTaken: 'S7: a credential was taken that was still used, or of which nobody knows',
  activeDeleted: 'S7: a credential was deleted that was active',
  inFlightTouched: 'S4: a credential was touched while somebody was rotating its secret',
  usedByUs: 'S7: the way forward used the very credential that is to be out of use',
  doneWrong: 'S6: a delivery says that it is done, and it is not so',
  untouchedLie: 'S6: a delivery says that nothing was touched, and it was',
  notSettled: 'S11: nothing goes wrong any more, and a way back does not end where it should',
  broughtBack: 'S7: a credential was reactivated that was inactive before the run',
} as const;

export type Broken = keyof typeof promises;

/** Which promise an event broke, if one. */
export function brokenBy(before: State, event: Event, after: State, scenario: Scenario): Broken | undefined {
  if (event.by === 'outsider') return settledWrong(after, scenario);
  const delivery = after.deliveries[event.by] as Delivery;
  const unseen = delivery.phase === 'waiting' ? undefined : delivery.unseen;
  const broken = brokenByCall(before.world, event, after, scenario);
  const restsOnAnswers = broken === 'unproved' || broken === 'doneWrong';
  const isExcused = unseen?.sinceLook || (restsOnAnswers && (unseen?.sinceCurrent || unseen?.sinceOld));
  return (isExcused ? undefined : broken) ?? settledWrong(after, scenario);
}

function brokenByCall(
  world: World,
  { by, goal, call, fate }: Event & { readonly by: number },
  after: State,
  scenario: Scenario,
): Broken | undefined {
  const { customs } = scenario;
  const isMade = fate.startsWith('works') || fate.startsWith('is taken') || fate.startsWith('is answered');
  if (isMade && clientsWork(world, customs) && !clientsWork(after.world, customs)) return 'currentDied';
  if (isMade && (call === 'deactivate' || call === 'delete')) {
    if (!opensRecorded(world, customs)) return 'unproved';
    if (world.wasUsed || !customs.tellsUse) return 'usedTaken';
    if (call === 'delete' && world.old === 'active') return 'activeDeleted';
    if (world.isInFlight) return 'inFlightTouched';
  }
  if (isMade && call === 'ask old' && goal === 'rotate' && world.old === 'active') return 'usedByUs';
  if (isMade && call === 'reactivate' && scenario.retirement === 'delete') return 'broughtBack';

  const delivery = after.deliveries[by];
  if (delivery?.phase !== 'ended' || delivery.how === 'killed') return undefined;
  if (delivery.how.kind === 'done') return isSo(goal, after.world, scenario) ? undefined : 'doneWrong';
  return delivery.how.untouched && after.world.old !== recordedAs(scenario) ? 'untouchedLie' : undefined;
}

/** Whether what a delivery calls done is so. */
function isSo(goal: Goal, world: World, { retirement, customs }: Scenario): boolean {
  if (goal === 'roll back') return retirement === 'delete' ? world.old !== 'gone' : opensOld(world);
  const isThere = retirement === 'delete' ? world.old === 'gone' : world.old !== 'active';
  return isThere && !opensOld(world) && world.current === 'recorded' && opensRecorded(world, customs);
}

/** A way back on which nothing goes wrong: the calls, and the world after it. */
export function settlementOf(world: World, scenario: Scenario): { readonly calls: string[]; readonly world: World } {
  let retiring = beginRetiring('roll back', scenario.retirement);
  const calls: string[] = [];
  let now = world;
  for (let call = callOf(retiring, scenario.heart); typeof call === 'string'; call = callOf(retiring, scenario.heart)) {
    calls.push(call);
    ({ world: now, heard: retiring } = effectOf(call, retiring, now, scenario));
  }
  return { calls, world: now };
}

/** Whatever happened: what was active is active again, as long as it is there and somebody may say so. */
function settledWrong(state: State, scenario: Scenario): Broken | undefined {
  const { world } = state;
  if (!isQuiet(state) || scenario.retirement === 'delete' || scenario.customs.isOneKey) return undefined;
  if (world.old === 'gone' || world.recorded === 'dead') return undefined;
  return settlementOf(world, scenario).world.old === 'active' ? undefined : 'notSettled';
}
