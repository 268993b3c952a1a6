import { parseArgs } from 'node:util';

import { withDefect } from '../exploration/defect.ts';
import { defects } from '../exploration/defects.ts';
import { explore, tell } from '../exploration/explore.ts';
import { defects as retirementDefects, withDefect as withRetirementDefect } from '../exploration/retirement/defects.ts';
import * as retirement from '../exploration/retirement/explore.ts';
import { allScenarios, bounds } from '../exploration/scenarios.ts';

const help = `Explores everything that can happen to one credential while it is rotated, sent back or retired, breadth first.

  npm run explore                    every target and course, as far as is affordable: some minutes
  npm run explore -- --bound test    as far as npm test does: under a minute
  npm run explore -- --defects       tells how each defect that is put in on purpose is found

Exit code: 0 when every promise holds, 1 when one is broken, 2 for wrong usage.`;

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  const options = { bound: { type: 'string' }, defects: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) return say(help, 0);
    if (values.defects) return tellDefects();
    if (values.bound === undefined || values.bound === 'full') return exploreAll('full');
    return values.bound === 'test' ? exploreAll('test') : say(help, 2);
  } catch (error) {
    return say(error instanceof Error ? `${error.message}\n\n${help}` : help, 2);
  }
}

function exploreAll(bound: keyof typeof bounds): number {
  const began = performance.now();
  let [states, transitions] = [0, 0];
  for (const scenario of allScenarios(bounds[bound])) {
    const from = performance.now();
    const explored = explore(scenario);
    states += explored.states;
    transitions += explored.transitions;
    if (explored.counterexample !== undefined) return say(tell(scenario, explored.counterexample), 1);

    const { pendingFollows } = scenario.rules.customs;
    const name = `${scenario.name}${pendingFollows ? '' : ' (AWSPENDING stays)'}`;
    say(lineOf(explored, from, scenario.disturbances, name), 0);
  }
  for (const scenario of retirement.allScenarios(retirement.bounds[bound])) {
    const from = performance.now();
    const explored = retirement.explore(scenario);
    states += explored.states;
    transitions += explored.transitions;
    if (explored.counterexample !== undefined) return say(retirement.tell(scenario, explored.counterexample), 1);
    say(lineOf(explored, from, scenario.disturbances, `retirement: ${scenario.name}`), 0);
  }
  const figures = `${states.toLocaleString('en')} states, ${transitions.toLocaleString('en')} transitions`;
  return say(`Every promise holds in all of ${figures}, explored in ${seconds(began)}.`, 0);
}

function lineOf(
  { states, longest }: { readonly states: number; readonly longest: number | undefined },
  from: number,
  disturbances: number,
  name: string,
): string {
  const figures = `${states.toLocaleString('en').padStart(12)}${seconds(from).padStart(8)}`;
  return `${figures}  ${disturbances} disturbances  ${String(longest).padStart(3)} events at most  ${name}`;
}

function tellDefects(): number {
  const tales = [
    ...defects.map((defect) => {
      const scenario = withDefect(defect);
      const { counterexample } = explore(scenario);
      return { name: scenario.name, tale: counterexample && tell(scenario, counterexample) };
    }),
    ...retirementDefects.map((defect) => {
      const scenario = withRetirementDefect(defect);
      const { counterexample } = retirement.explore(scenario);
      return { name: scenario.name, tale: counterexample && retirement.tell(scenario, counterexample) };
    }),
  ];
  for (const { name, tale } of tales) say(`${tale ?? `${name}: NOT FOUND`}\n`, 0);
  const found = tales.filter(({ tale }) => tale !== undefined).length;
  return say(`${found} of ${tales.length} defects were found.`, found === tales.length ? 0 : 1);
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1_000).toFixed(1)} s`;
}

function say(text: string, exitCode: number): number {
  console.log(text);
  return exitCode;
}
