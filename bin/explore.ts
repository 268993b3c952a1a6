import { parseArgs } from 'node:util';

import { defects, withDefect } from '../exploration/defects.ts';
import { explore, tell } from '../exploration/explore.ts';
import { allScenarios, bounds } from '../exploration/scenarios.ts';

const help = `Explores everything that can happen to one credential while it is rotated or sent back, breadth first.

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
    if (values.bound === undefined || values.bound === 'full') return exploreAll(bounds.full);
    return values.bound === 'test' ? exploreAll(bounds.test) : say(help, 2);
  } catch (error) {
    return say(error instanceof Error ? `${error.message}\n\n${help}` : help, 2);
  }
}

function exploreAll(bound: (typeof bounds)[keyof typeof bounds]): number {
  const began = performance.now();
  let [states, transitions] = [0, 0];
  for (const scenario of allScenarios(bound)) {
    const from = performance.now();
    const explored = explore(scenario);
    states += explored.states;
    transitions += explored.transitions;
    if (explored.counterexample !== undefined) return say(tell(scenario, explored.counterexample), 1);

    const { pendingFollows } = scenario.rules.customs;
    const columns = [
      explored.states.toLocaleString('en').padStart(12),
      seconds(from).padStart(8),
      `  ${scenario.disturbances} disturbances  ${String(explored.longest).padStart(3)} events at most`,
      `  ${scenario.name}${pendingFollows ? '' : ' (AWSPENDING stays)'}`,
    ];
    say(columns.join(''), 0);
  }
  const figures = `${states.toLocaleString('en')} states, ${transitions.toLocaleString('en')} transitions`;
  return say(`Every promise holds in all of ${figures}, explored in ${seconds(began)}.`, 0);
}

function tellDefects(): number {
  const missed = defects.filter((defect) => {
    const scenario = withDefect(defect);
    const { counterexample } = explore(scenario);
    say(counterexample === undefined ? `${scenario.name}: NOT FOUND` : tell(scenario, counterexample), 0);
    say('', 0);
    return counterexample === undefined;
  });
  return say(`${defects.length - missed.length} of ${defects.length} defects were found.`, missed.length === 0 ? 0 : 1);
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1_000).toFixed(1)} s`;
}

function say(text: string, exitCode: number): number {
  console.log(text);
  return exitCode;
}
