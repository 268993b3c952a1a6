/*
 * Goal: whatever happens to one old credential while it is retired, or brought back, S4 to S7 and S11 hold.
 *
 * Method: as for the heart. What is driven is the real decision in the real machine; everything that can happen around it
 * is explored breadth first. Then mistakes are put in on purpose, and the same search finds each.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { defects, soundOf, withDefect } from '../../exploration/retirement/defects.ts';
import { allScenarios, bounds, explore, tell } from '../../exploration/retirement/explore.ts';

describe('S7: one old credential, whatever happens while it is retired', () => {
  const began = performance.now();
  let [states, transitions] = [0, 0];

  for (const scenario of allScenarios(bounds.test)) {
    it(`breaks no promise with ${scenario.disturbances} disturbances: ${scenario.name}`, () => {
      const explored = explore(scenario);
      if (explored.counterexample !== undefined) assert.fail(tell(scenario, explored.counterexample));
      states += explored.states;
      transitions += explored.transitions;
    });
  }

  after(() => {
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`explored ${states} states and ${transitions} transitions of retiring in ${seconds} s`);
  });
});

describe('retiring that', () => {
  const table: string[] = [];

  for (const defect of defects) {
    it(`${defect.name} is found out: ${defect.breaks}, after ${defect.after} events`, () => {
      const { counterexample } = explore(withDefect(defect));
      assert.equal(counterexample?.promise, defect.breaks);
      assert.equal(counterexample?.path.length, defect.after);
      table.push(`  ${defect.name.padEnd(86)}${defect.breaks.padEnd(18)}${String(defect.after).padStart(2)} events`);
    });

    it(`${defect.name} is looked for where nothing is found without it`, () => {
      assert.equal(explore(soundOf(defect)).counterexample, undefined);
    });
  }

  after(() => console.log(['defects of retiring put in on purpose, and found:', ...table].join('\n')));

  it('is told as a story that can be read', () => {
    const defect = defects.find(({ name }) => name === 'compares versions, and not what they hold');
    assert(defect !== undefined);
    const scenario = withDefect(defect);
    const { counterexample } = explore(scenario);
    assert(counterexample !== undefined);
    assert.deepEqual(tell(scenario, counterexample).split('\n').slice(-2), [
      '  7. rotate (1): deactivate                                                  old is inactive, AWSCURRENT on recorded',
      '  => S5: clients got in, and a call of ours ended that',
    ]);
  });
});
