/*
 * Goal: whatever goes wrong in a run, it settles: every secret is rotated, back, or held with a reason, no client notices,
 * the lock is free, nothing is denied and no value gets out (S5, S11, S12).
 *
 * Method: whole runs of fixed seeds, each with a small random fleet and random faults. More of them: `npm run simulate`.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import settings from '../../keyturn.config.ts';
import { prepare } from '../../simulation/ground.ts';
import { shrink } from '../../simulation/shrink.ts';
import { simulate } from '../../simulation/simulate.ts';
import { Tally, tell } from '../../simulation/tell.ts';

const ground = prepare(settings);
after(() => ground.leave());

describe('simulated runs', () => {
  it('keep every promise', async (test) => {
    const tally = new Tally();
    const began = performance.now();
    for (let seed = 1; seed <= 30; seed += 1) {
      const simulated = await simulate(ground, seed);
      tally.add(simulated);
      if (simulated.broken.length > 0) assert.fail(tell(await shrink(ground, simulated)));
    }
    test.diagnostic(tally.summary((performance.now() - began) / 1_000));
  });

  it('are the same for the same seed, call by call', async () => {
    const [one, again, other] = [await simulate(ground, 4), await simulate(ground, 4), await simulate(ground, 5)];
    assert.deepEqual(again, one);
    assert.notEqual(other.trace, one.trace);
    assert.notDeepEqual(one.struck, []);
  });
});
