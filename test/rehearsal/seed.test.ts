/* Goal: what looks random in a rehearsal is the same for the same seed, and different for another. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { randomFrom, seeded } from '../../rehearsal/seed.ts';

const draw = (seed: number, count: number) => Array.from({ length: count }, seeded(seed));

describe('seeded numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual(draw(1, 100), draw(1, 100));
    assert.notDeepEqual(draw(1, 100), draw(2, 100));
  });

  it('lie in [0, 1), evenly', () => {
    const numbers = draw(7, 10_000);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const count = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
      assert.ok(count > 900 && count < 1_100, `${count} of 10,000 in tenth ${tenth}`);
    }
  });
});

describe('randomness of steps', () => {
  it('gives as many bytes as asked for, and identifiers in the shape of a UUID, none twice', () => {
    const random = randomFrom(seeded(1));
    assert.equal(random.bytes(32).length, 32);
    const ids = Array.from({ length: 1_000 }, () => random.uuid());
    assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
    assert.equal(new Set(ids).size, 1_000);
  });
});
