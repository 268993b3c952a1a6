import { rulesFor } from './delivery.ts';
import type { Planned, Scenario } from './state.ts';
import { type TargetKind, targets } from './world.ts';

const rotate: Planned = { goal: 'rotate', begins: 'after' };
const restore: Planned = { goal: 'restore', begins: 'after' };
const back: Planned = { goal: 'roll back', begins: 'after' };

/** The ways in which a step is delivered: one after the other, or side by side, call by call in any order. */
export const courses = {
  again: [rotate, rotate],
  back: [rotate, back],
  redriven: [rotate, back, rotate],
  twice: [rotate, { ...rotate, begins: 'beside' }],
  backTwice: [rotate, back, { ...back, begins: 'beside' }],
  contested: [rotate, { ...back, begins: 'beside' }],
  restored: [restore, restore],
  restoredBack: [restore, back, restore],
  restoredTwice: [restore, { ...restore, begins: 'beside' }],
  restoreContested: [restore, { ...back, begins: 'beside' }],
} as const satisfies Readonly<Record<string, readonly Planned[]>>;

export type Course = keyof typeof courses;

/** What each course is, for a reader. */
export const courseTitles: Readonly<Record<Course, string>> = {
  again: 'rotate, and delivered again when that is over',
  back: 'rotate, then the way back',
  redriven: 'rotate, the way back, and rotate once more',
  twice: 'rotate, delivered twice at a time',
  backTwice: 'rotate, then the way back, delivered twice at a time',
  contested: 'rotate, beside the way back: a zombie that nothing stopped',
  restored: 'restore, and delivered again when that is over',
  restoredBack: 'restore, the way back, and restore once more',
  restoredTwice: 'restore, delivered twice at a time',
  restoreContested: 'restore, beside the way back: a zombie that nothing stopped',
};

/** How many things may go wrong in one run: beside being delivered twice, where a course does that. */
export type Bounds = Readonly<Record<Course, number>>;

const restores = (alone: number, beside: number) => ({
  restored: alone,
  restoredBack: alone,
  restoredTwice: beside,
  restoreContested: beside,
});

export const bounds = {
  test: { again: 2, back: 2, redriven: 1, twice: 1, backTwice: 1, contested: 1, ...restores(2, 1) },
  full: { again: 3, back: 3, redriven: 2, twice: 2, backTwice: 2, contested: 2, ...restores(3, 2) },
} as const satisfies Readonly<Record<string, Bounds>>;

export function scenario(target: TargetKind, course: Course, disturbances: number, pendingFollows = true): Scenario {
  const rules = rulesFor(target);
  return {
    name: `${target}: ${courseTitles[course]}`,
    rules: { ...rules, customs: { ...rules.customs, pendingFollows } },
    deliveries: courses[course],
    disturbances,
  };
}

/** Nothing of `replace` is ever restored, so no restore of it goes back. */
const neverOfReplace: readonly Course[] = ['restoredBack', 'restoreContested'];

/** Every target and course; each in both worlds: AWSPENDING goes with AWSCURRENT when that leaves a version, or stays. */
export function* allScenarios(bound: Bounds): Generator<Scenario> {
  for (const target of targets) {
    for (const course of Object.keys(courses) as Course[]) {
      if (target === 'replace' && neverOfReplace.includes(course)) continue;
      for (const pendingFollows of [true, false]) yield scenario(target, course, bound[course], pendingFollows);
    }
  }
}
