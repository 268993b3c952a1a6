import { choose } from './choice.ts';
import { Failed, type Failure, takes } from './failure.ts';
import type { Json } from './json.ts';
import type { Catcher, Graph, State } from './language.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import { Retries } from './retries.ts';
import type { Strand } from './run.ts';
import { runTask } from './task.ts';
import { type Exit, Visit } from './visit.ts';
import { wait } from './wait.ts';

/** Walks a graph of states from its start, or from where it ended before a redrive, and answers the last state's output. */
export async function walk(strand: Strand, graph: Graph, input: Json): Promise<Json> {
  const { progress } = strand;
  if (progress.output !== undefined) return progress.output.value;

  let earlier = progress.place;
  let name: string | undefined = graph.StartAt;
  let data = input;
  if (earlier !== undefined) ({ name, input: data, variables: strand.variables } = earlier.entry);
  while (name !== undefined) {
    const state: State | undefined = graph.States[name];
    if (state === undefined) throw new Error(`there is no state ${name}`);

    // A Fail is entered once more, and fails again.
    const visit: Visit = new Visit(strand, name, state, data, state.Type === 'Fail' ? undefined : earlier);
    progress.place = visit.place;
    earlier = undefined;
    strand.visiting = state.Type;
    const exit = await settle(visit, state);
    const { output, assigned } = exit;
    visit.record(`${state.Type}StateExited`, { name, output, assignedVariables: assigned });

    strand.visiting = undefined;
    if (assigned !== undefined) strand.variables = { ...strand.variables, ...assigned };
    data = output;
    name = exit.next;
  }
  progress.output = { value: data };
  return data;
}

/** Tries a state until it succeeds, a catcher takes its failure, or nobody does. */
async function settle(visit: Visit, state: State): Promise<Exit> {
  const retries = new Retries('Retry' in state ? (state.Retry ?? []) : [], visit.run.world.random);
  for (;;) {
    try {
      return await attempt(visit, state);
    } catch (thrown) {
      if (!(thrown instanceof Failed)) throw thrown;

      const delay = retries.next(thrown.failure);
      if (delay === undefined) return await rescue(visit, state, thrown);
      await visit.retryAfter(delay);
    }
  }
}

async function rescue(visit: Visit, state: State, failed: Failed): Promise<Exit> {
  visit.strand.scope.check();
  const catchers: readonly Catcher[] = 'Catch' in state ? (state.Catch ?? []) : [];
  const index = catchers.findIndex(({ ErrorEquals }) => takes(ErrorEquals, failed.failure));
  const catcher = catchers[index];
  if (catcher === undefined) {
    if (state.Type === 'Map' || state.Type === 'Parallel') visit.record(`${state.Type}StateFailed`);
    if (beginsAnew(state, failed.failure)) visit.place.forget();
    throw failed;
  }

  const { error, cause } = failed.failure;
  const errorOutput = { ...(error === undefined ? {} : { Error: error }), Cause: cause ?? '' };
  return visit.conclude(catcher, `Catch[${index}]/`, errorOutput, { errorOutput });
}

/** What a redrive runs again as a whole, also what succeeded in it: the data were at fault, and no branch or child was. */
const beginsAnew = ({ Type }: State, { error }: Failure): boolean =>
  error === 'States.DataLimitExceeded' || (Type === 'Map' && error === 'States.Runtime');

function attempt(visit: Visit, state: State): Promise<Exit> {
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return visit.conclude(state, '', visit.input);
    case 'Fail':
      return fail(visit, state.Error, state.Cause);
    case 'Choice':
      return choose(visit, state);
    case 'Wait':
      return wait(visit, state);
    case 'Task':
      return runTask(visit, state);
    case 'Parallel':
      return runParallel(visit, state, walk);
    case 'Map':
      return runMap(visit, state, walk);
  }
}

async function fail(visit: Visit, error: Json | undefined, cause: Json | undefined): Promise<never> {
  const text = async (template: Json | undefined, field: string) =>
    template === undefined ? undefined : ((await visit.evaluateAs('string', template, field)) as string);
  throw new Failed(await text(error, 'Error'), await text(cause, 'Cause'));
}
