/*
 * Goal: whatever happens to one credential while it is turned, no promise of the safety case is broken.
 *
 * Method: the decisions that `turn` makes are a pure machine. Everything that can happen around it is explored breadth
 * first: each call of it working, lost, answered into the void, killed; deliveries in any order; an outsider. A second
 * suite holds the machine against the very loop that is deployed; here only the machine is driven.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { explore, tell } from '../../exploration/explore.ts';
import { allScenarios, bounds } from '../../exploration/scenarios.ts';

describe('S5 S6 S11 one credential, whatever happens to it', () => {
  const began = performance.now();
  let [states, transitions] = [0, 0];

  for (const scenario of allScenarios(bounds.test)) {
    const { disturbances, rules, name } = scenario;
    const stays = rules.customs.pendingFollows ? '' : ', where AWSPENDING stays on the version that AWSCURRENT leaves';
    it(`breaks no promise with ${disturbances} disturbances: ${name}${stays}`, () => {
      const explored = explore(scenario);
      if (explored.counterexample !== undefined) assert.fail(tell(scenario, explored.counterexample));
      states += explored.states;
      transitions += explored.transitions;
    });
  }

  after(() => {
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`explored ${states} states and ${transitions} transitions of the heart in ${seconds} s`);
  });
});
