import type { Retirement } from '../../core/plan.ts';
import { nextRetirement, type SeenOfOld } from '../../core/rotation/retirement.ts';
import { towardsRetirement } from '../../core/rotation/retiring.ts';
import { type Counterexample, type Course, type customs, scenario } from './explore.ts';
import { type Heart, heart, type Scenario } from './state.ts';

/** A mistake that retiring credentials can be written with, put in on purpose. */
export interface Defect {
  readonly name: string;
  readonly retirement: Retirement;
  readonly at?: keyof typeof customs;
  readonly course: Course;
  readonly disturbances: number;
  readonly heart: Partial<Heart>;
  /** The promise that the search finds broken, and after how many events. */
  readonly breaks: Counterexample['promise'];
  readonly after: number;
}

export const soundOf = ({ retirement, at = 'a usual target', course, disturbances }: Defect): Scenario =>
  scenario(retirement, at, course, disturbances);

export function withDefect(defect: Defect): Scenario {
  const sound = soundOf(defect);
  return { ...sound, name: `${defect.name} (${sound.name})`, heart: { ...heart, ...defect.heart } };
}

/** A heart that takes what it sees for something else. */
const mistaking = (mistake: (seen: SeenOfOld) => Partial<SeenOfOld>): Partial<Heart> => ({
  next: (goal, retirement, seen) => nextRetirement(goal, retirement, { ...seen, ...mistake(seen) }),
});

export const defects: readonly Defect[] = [
  {
    name: 'deactivates what is still used',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: mistaking(({ use }) => ({ use: use === 'used' ? 'quiet' : use })),
    breaks: 'usedTaken',
    after: 8,
  },
  {
    name: 'takes silence about the last use for none',
    retirement: 'deactivate',
    at: 'a target that does not tell of use',
    course: 'again',
    disturbances: 0,
    heart: mistaking(({ use }) => ({ use: use === 'unknown' ? 'quiet' : use })),
    breaks: 'usedTaken',
    after: 7,
  },
  {
    name: 'does not look where AWSCURRENT is',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: mistaking(({ current }) => ({ current: current === 'unseen' ? current : 'recorded' })),
    breaks: 'currentDied',
    after: 8,
  },
  {
    name: 'compares versions, and not what they hold',
    retirement: 'deactivate',
    at: 'two versions of one credential',
    course: 'again',
    disturbances: 0,
    heart: mistaking(({ identity }) => ({ identity: identity === 'same' ? 'apart' : identity })),
    breaks: 'currentDied',
    after: 7,
  },
  {
    name: 'rests a write on a look from before it asked',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: { towards: (retiring, step) => towardsRetirement({ ...retiring, freshness: 'stood' }, step) },
    breaks: 'currentDied',
    after: 6,
  },
  {
    name: 'does not mind a rotation in flight',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: mistaking(() => ({ isInFlight: false })),
    breaks: 'inFlightTouched',
    after: 8,
  },
  {
    name: 'does not try what is AWSCURRENT first',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: mistaking(() => ({ currentAnswer: 'accepted' })),
    breaks: 'unproved',
    after: 7,
  },
  {
    name: 'takes an unknown answer about AWSCURRENT for a yes',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 2,
    heart: mistaking(({ currentAnswer }) => ({
      currentAnswer: currentAnswer === 'unknown' ? 'accepted' : currentAnswer,
    })),
    breaks: 'unproved',
    after: 8,
  },
  {
    name: 'takes what the target says for proof that the old one is rejected',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: mistaking(() => ({ oldAnswer: 'rejected' })),
    breaks: 'doneWrong',
    after: 11,
  },
  {
    name: 'takes an unknown answer about the old one for a no',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 2,
    heart: mistaking(({ oldAnswer }) => ({ oldAnswer: oldAnswer === 'unknown' ? 'rejected' : oldAnswer })),
    breaks: 'doneWrong',
    after: 12,
  },
  {
    name: 'tries whether the old one still works before it takes it out of use',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 0,
    heart: {
      next: (goal, retirement, seen) =>
        goal === 'rotate' && seen.state === 'active' && seen.oldAnswer === 'unasked'
          ? { kind: 'ask old' }
          : nextRetirement(goal, retirement, seen),
    },
    breaks: 'usedByUs',
    after: 4,
  },
  {
    name: 'deletes what somebody reactivated',
    retirement: 'delete',
    course: 'again',
    disturbances: 1,
    heart: {
      next: (goal, retirement, seen) => {
        if (goal === 'roll back' || seen.state !== 'active') return nextRetirement(goal, retirement, seen);
        const step = nextRetirement(goal, 'deactivate', seen);
        return step.kind === 'deactivate' ? { kind: 'delete' } : step;
      },
    },
    breaks: 'activeDeleted',
    after: 8,
  },
  {
    name: 'brings a wave of deletions back by reactivating it',
    retirement: 'delete',
    course: 'back',
    disturbances: 1,
    heart: {
      next: (goal, retirement, seen) => nextRetirement(goal, goal === 'roll back' ? 'deactivate' : retirement, seen),
    },
    breaks: 'broughtBack',
    after: 7,
  },
  {
    name: 'brings back only what this very delivery deactivated',
    retirement: 'deactivate',
    course: 'back',
    disturbances: 0,
    heart: {
      next: (goal, retirement, seen) =>
        goal === 'roll back' && seen.state === 'inactive' ? { kind: 'done' } : nextRetirement(goal, retirement, seen),
    },
    breaks: 'notSettled',
    after: 12,
  },
  {
    name: 'does not come back once AWSCURRENT has moved',
    retirement: 'deactivate',
    course: 'back',
    disturbances: 1,
    heart: {
      next: (goal, retirement, seen) =>
        goal === 'roll back' && seen.current !== 'recorded' && seen.current !== 'unseen'
          ? { kind: 'hold', reason: 'currentMoved' }
          : nextRetirement(goal, retirement, seen),
    },
    breaks: 'notSettled',
    after: 13,
  },
  {
    name: 'counts what is gone as brought back',
    retirement: 'deactivate',
    course: 'back',
    disturbances: 1,
    heart: {
      next: (goal, retirement, seen) =>
        goal === 'roll back' && seen.state === 'gone' ? { kind: 'done' } : nextRetirement(goal, retirement, seen),
    },
    breaks: 'doneWrong',
    after: 13,
  },
  {
    name: 'says that nothing was touched because this delivery touched nothing',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 2,
    heart: {
      towards: (retiring, step) => {
        const call = towardsRetirement(retiring, step);
        const hasWritten = retiring.tried.deactivate !== undefined;
        return typeof call !== 'string' && call.kind === 'held' ? { ...call, untouched: !hasWritten } : call;
      },
    },
    breaks: 'untouchedLie',
    after: 7,
  },
  {
    name: 'deactivates again and again what does not stay so',
    retirement: 'deactivate',
    course: 'again',
    disturbances: 1,
    heart: {
      next: (goal, retirement, seen) => {
        const step = nextRetirement(goal, retirement, seen);
        return step.kind === 'hold' && step.reason === 'oldAccepted' ? { kind: 'look' } : step;
      },
    },
    breaks: 'endless',
    after: 0,
  },
];
