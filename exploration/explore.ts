import { type Counterexample as CounterexampleOf, type Explored, explored } from './explored.ts';
import { type Broken, promises, promisesOf, settlementOf } from './promises.ts';
import { type Event, isQuiet, namer, type Scenario, type State, start, successorsOf } from './state.ts';

export type Counterexample = CounterexampleOf<State, Event, Broken>;

/** Explores everything that can happen in a scenario, until a promise is broken. */
export const explore = (scenario: Scenario): Explored<State, Event, Broken> =>
  explored({
    start: start(scenario),
    name: namer(scenario),
    successors: (state) => successorsOf(state, scenario),
    broken: promisesOf(scenario),
  });

/** Tells a counterexample so that it can be read, with what changed after each event. */
export function tell(scenario: Scenario, { promise, path }: Counterexample): string {
  let before = start(scenario);
  const lines = path.map(({ event, state }, index) => {
    const said = `${String(index + 1).padStart(3)}. ${sayEvent(event, scenario)}`;
    const changes = sayChanges(before, state);
    before = state;
    return changes === '' ? said : `${said.padEnd(72)}  ${changes}`;
  });
  const end = promise === 'endless' ? 'a run comes back to where it was' : promises[promise];
  return [scenario.name, ...lines, ...saySettlement(before, scenario), `  => ${end}`].join('\n');
}

/** What settling does to the state in which a story ends, when nobody is at work there. */
function saySettlement(state: State, { rules, deliveries }: Scenario): string[] {
  if (!isQuiet(state)) return [];
  return settlementOf(state.world, deliveries[0]?.goal ?? 'rotate', rules).map(
    ({ goal, calls, held }) =>
      `     settled by ${goal}: ${calls.join(', ')}: ${held === undefined ? 'done' : `held: ${held}`}`,
  );
}

function sayEvent(event: Event, { deliveries }: Scenario): string {
  if (event.by === 'outsider') return `an outsider ${event.act}`;
  if (event.by === 'function') return 'the function that was given up on does what it was asked to';
  const name = deliveries.length > 1 ? `${event.goal} (${event.by + 1})` : event.goal;
  return event.fate === 'works' ? `${name}: ${event.call}` : `${name}: ${event.call} ${event.fate}`;
}

function sayChanges({ world: was, deliveries: before }: State, { world: is, deliveries }: State): string {
  const parts = [
    was.current !== is.current && `AWSCURRENT is on ${is.current}`,
    was.pending !== is.pending && (is.pending === 'none' ? 'AWSPENDING is gone' : `AWSPENDING is on ${is.pending}`),
    was.fresh !== is.fresh && `new holds #${is.fresh}`,
    was.other !== is.other && `other holds #${is.other}`,
    String(was.accepts) !== String(is.accepts) &&
      `the target accepts ${is.accepts.map((value) => `#${value}`).join(', ')}`,
    was.refused !== is.refused && `the target turns away #${is.refused}`,
    ...deliveries.map((delivery, index) => {
      if (delivery.phase !== 'ended' || before[index]?.phase === 'ended' || delivery.how === 'killed') return false;
      return delivery.how.kind === 'done' ? 'done' : `held: ${delivery.how.reason}`;
    }),
  ];
  return parts.filter((part) => part !== false).join('; ');
}
