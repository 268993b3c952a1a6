import { type Goal, next, type Observed, type Step } from '../core/rotation/rotation.ts';
import { nextCall, towards } from '../core/rotation/turning.ts';
import type { Strategy } from '../core/settings.ts';
import { type Heart, heart, type Rules, type Turning } from './delivery.ts';
import type { Counterexample } from './explore.ts';
import { type Course, scenario } from './scenarios.ts';
import type { Scenario } from './state.ts';
import type { Customs, TargetKind } from './world.ts';

/** A mistake that rotations have been written with, put in on purpose. */
export interface Defect {
  readonly name: string;
  readonly target: TargetKind;
  readonly course: Course;
  readonly disturbances: number;
  readonly rules: Partial<Omit<Rules, 'target' | 'customs' | 'heart'>> & {
    readonly customs?: Partial<Customs>;
    readonly heart?: Partial<Heart>;
  };
  /** The promise that the search finds broken, and after how many events. */
  readonly breaks: Counterexample['promise'];
  readonly after: number;
}

export function withDefect({ name, target, course, disturbances, rules }: Defect): Scenario {
  const sound = scenario(target, course, disturbances);
  return {
    ...sound,
    name: `${name} (${sound.name})`,
    rules: {
      ...sound.rules,
      ...rules,
      customs: { ...sound.rules.customs, ...rules.customs },
      heart: { ...heart, ...rules.heart },
    },
  };
}

/** A heart that decides otherwise. */
export const deciding = (decide: (goal: Goal, strategy: Strategy, observed: Observed) => Step): Partial<Heart> => ({
  nextCall: (turning) =>
    turning.observed === undefined
      ? nextCall(turning)
      : towards(turning, turning.observed, decide(turning.goal, turning.strategy, turning.observed)),
});

/** A heart that takes what it sees for something else. */
export const mistaking = (mistake: (observed: Observed) => Partial<Observed>): Partial<Heart> =>
  deciding((goal, strategy, observed) => next(goal, strategy, { ...observed, ...mistake(observed) }));

/** What the heart would do next if it did not look again first. */
export function withoutLooking(turning: Turning, steps: readonly Step['kind'][]): ReturnType<Heart['nextCall']> {
  const { goal, strategy, observed } = turning;
  if (observed === undefined || !steps.includes(next(goal, strategy, observed).kind)) return nextCall(turning);
  return nextCall({ ...turning, justLooked: true });
}
