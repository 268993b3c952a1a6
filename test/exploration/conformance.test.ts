/*
 * Goal: what is explored is what is deployed. The loop of `turn` does nothing but what its pure machine decides.
 *
 * Method: the real `turn` runs over ports that stand on the explored world, and the machine runs in the exploration.
 * Whatever goes wrong at whichever call, both make the same calls, end the same, and leave the same world.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { goals } from '../../core/rotation/rotation.ts';
import { type Mishap, Tale } from '../../exploration/tale.ts';
import { targets } from '../../exploration/world.ts';
import { RealTurn } from './real-turn.ts';

const fates = ['is lost', 'works, and its answer is lost', 'is answered with something senseless'] as const;
const counted = [
  'look',
  'read old',
  'read new',
  'ask old',
  'ask new',
  'create',
  'stage',
  'set',
  'promote',
  'restore target',
  'demote',
  'drop pending',
] as const;

const mishap: fc.Arbitrary<Mishap> = fc
  .record({ at: fc.constantFrom(...counted), fate: fc.constantFrom(...fates), time: fc.integer({ min: 1, max: 3 }) })
  .map(({ at, fate, time }) => {
    // Half of one question may be lost: that to a function, of a new value.
    if (at === 'ask new' && fate === 'is lost') return { at, time, fate };
    const isQuestion = at === 'ask old' || at === 'ask new';
    if (isQuestion) return { at, time, fate: 'is answered with something senseless' };
    const changes = at !== 'look' && at !== 'read old' && at !== 'read new';
    return { at, time, fate: fate === 'works, and its answer is lost' && changes ? fate : 'is lost' };
  });
const mishaps = fc.array(mishap, { maxLength: 4 });
const acts = fc.constantFrom(
  undefined,
  'rotates the secret by hand',
  'puts AWSPENDING on a version of their own',
  'drops AWSPENDING',
  'restores the old password',
  'deletes the new key',
  'deletes the old key',
  'sets a password that they store nowhere',
  'moves AWSCURRENT to the old version by hand',
);
const deliveries = fc.array(fc.record({ goal: fc.constantFrom(...goals), mishaps, act: acts }), {
  minLength: 1,
  maxLength: 4,
});

/** What cannot happen in this world, for instance an answer lost to a call that changed nothing, does not happen. */
function happens(tale: Tale, what: (tale: Tale) => void): boolean {
  try {
    what(tale);
    return true;
  } catch {
    return false;
  }
}

describe('the loop that is deployed', () => {
  it('makes the calls that are explored, ends as explored, and leaves the world as explored', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), deliveries, async (target, delivered) => {
        const tale = new Tale(target);
        for (const delivery of delivered) {
          const real = new RealTurn(tale.world, target);
          const from = tale.calls.length;
          let end: ReturnType<Tale['deliver']> | undefined;
          if (!happens(tale, () => (end = tale.deliver(delivery.goal, ...delivery.mishaps)))) return;

          assert.deepEqual(await real.turn(delivery.goal, delivery.mishaps), end);
          assert.deepEqual(
            real.calls,
            tale.calls.slice(from).filter((call) => call !== 'read current' && call !== 'describe'),
          );
          assert.deepEqual(real.world, tale.world);
          compared += 1;
          const { act } = delivery;
          if (act !== undefined && !happens(tale, () => tale.outsider(act))) return;
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
    assert(compared > 1_500, `only ${compared} turns were compared`);
  });
});
