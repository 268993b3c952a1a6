/*
 * Goal: every mutant of the heart, and of retiring, meets its exploration, in a second.
 *
 * Method: one disturbance where one delivery follows another, and none where they interleave: `npm test` explores further.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { explore, tell } from '../exploration/explore.ts';
import * as retirement from '../exploration/retirement/explore.ts';
import { allScenarios, type Bounds } from '../exploration/scenarios.ts';

const bound: Bounds = {
  ...{ again: 1, back: 1, redriven: 0, twice: 0, backTwice: 0, contested: 0 },
  ...{ restored: 1, restoredBack: 1, restoredTwice: 0, restoreContested: 0 },
};

describe('one credential, with little that happens to it', () => {
  for (const scenario of allScenarios(bound)) {
    it(`breaks no promise: ${scenario.name}, ${scenario.rules.customs.pendingFollows}`, () => {
      const { counterexample } = explore(scenario);
      if (counterexample !== undefined) assert.fail(tell(scenario, counterexample));
    });
  }
});

describe('one old credential, with little that happens to it', () => {
  for (const scenario of retirement.allScenarios({ again: 1, beside: 0, back: 1, backBeside: 0, backTwice: 0 })) {
    it(`breaks no promise: ${scenario.name}`, () => {
      const { counterexample } = retirement.explore(scenario);
      if (counterexample !== undefined) assert.fail(retirement.tell(scenario, counterexample));
    });
  }
});
