import { type Retirement, retirements } from '../../core/plan.ts';
import { type Counterexample as CounterexampleOf, type Explored, explored } from '../explored.ts';
import type { Planned } from '../state.ts';
import { type Broken, brokenBy, promises } from './promises.ts';
import { type Event, heart, nameOf, type Scenario, type State, start, successorsOf } from './state.ts';
import type { Customs } from './world.ts';

export type Counterexample = CounterexampleOf<State, Event, Broken>;

/** What is delivered, in which order. */
export const courses = {
  again: [
    { goal: 'rotate', begins: 'after' },
    { goal: 'rotate', begins: 'after' },
  ],
  beside: [
    { goal: 'rotate', begins: 'after' },
    { goal: 'rotate', begins: 'beside' },
  ],
  back: [
    { goal: 'rotate', begins: 'after' },
    { goal: 'roll back', begins: 'after' },
  ],
  backBeside: [
    { goal: 'rotate', begins: 'after' },
    { goal: 'roll back', begins: 'beside' },
  ],
  backTwice: [
    { goal: 'rotate', begins: 'after' },
    { goal: 'roll back', begins: 'after' },
    { goal: 'roll back', begins: 'after' },
  ],
} as const satisfies Readonly<Record<string, readonly Planned[]>>;

export type Course = keyof typeof courses;

export const customs = {
  'a usual target': { tellsUse: true, isOneKey: false },
  'a target that does not tell of use': { tellsUse: false, isOneKey: false },
  'two versions of one credential': { tellsUse: true, isOneKey: true },
} as const satisfies Readonly<Record<string, Customs>>;

export const scenario = (
  retirement: Retirement,
  at: keyof typeof customs,
  course: Course,
  disturbances: number,
): Scenario => ({
  name: `${retirement} at ${at}: ${course}`,
  retirement,
  customs: customs[at],
  deliveries: courses[course],
  disturbances,
  heart,
});

/** How many things may go wrong in one run: beside being delivered twice, where a course does that. */
export const bounds = {
  test: { again: 2, beside: 1, back: 2, backBeside: 1, backTwice: 1 },
  full: { again: 3, beside: 2, back: 3, backBeside: 2, backTwice: 2 },
} as const satisfies Readonly<Record<string, Readonly<Record<Course, number>>>>;

export const allScenarios = (bound: Readonly<Record<Course, number>>): Scenario[] =>
  retirements.flatMap((retirement) =>
    (Object.keys(customs) as (keyof typeof customs)[]).flatMap((at) =>
      (Object.keys(courses) as Course[]).map((course) => scenario(retirement, at, course, bound[course])),
    ),
  );

/** Explores everything that can happen in a scenario, until a promise is broken. */
export const explore = (given: Scenario): Explored<State, Event, Broken> =>
  explored({
    start: start(given),
    name: nameOf,
    successors: (state) => [...successorsOf(state, given)],
    broken: (before, event, after) => brokenBy(before, event, after, given),
  });

/** Tells a counterexample so that it can be read. */
export function tell({ name }: Scenario, { promise, path }: Counterexample): string {
  const lines = path.map(({ event, state: { world } }, index) => {
    const said = event.by === 'outsider' ? `an outsider ${event.act}` : sayCall(event);
    return `${String(index + 1).padStart(3)}. ${said.padEnd(70)}  old is ${world.old}, AWSCURRENT on ${world.current}`;
  });
  return [
    name,
    ...lines,
    `  => ${promise === 'endless' ? 'a run comes back to where it was' : promises[promise]}`,
  ].join('\n');
}

const sayCall = ({ by, goal, call, fate }: Event & { readonly by: number }): string =>
  `${goal} (${by + 1}): ${call}${fate === 'works' ? '' : ` ${fate}`}`;
