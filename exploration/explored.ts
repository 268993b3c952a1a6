import { type Found, type Space, search } from './search.ts';

/** What came of exploring everything that can happen. */
export interface Explored<State, Event, Promise> {
  readonly states: number;
  readonly transitions: number;
  /** The longest that a run can last, in calls and acts. */
  readonly longest: number | undefined;
  readonly counterexample: Counterexample<State, Event, Promise> | undefined;
}

/** Endless: a run can come back to where it was. */
export type Counterexample<State, Event, Promise> = Found<State, Event, Promise | 'endless'>;

/** Explores everything that can happen, until a promise is broken. */
export function explored<State, Event, Promise>(space: Space<State, Event, Promise>): Explored<State, Event, Promise> {
  const { states, transitions, longest, found } = search(space);
  const endless = found === undefined && longest === undefined;
  return {
    states,
    transitions,
    longest,
    counterexample: found ?? (endless ? { promise: 'endless', path: [] } : undefined),
  };
}
