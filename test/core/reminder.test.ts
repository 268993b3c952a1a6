import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { waitsOf } from '../../core/reminder.ts';

describe('a reminder', () => {
  it('comes when three quarters of the time to answer are over', () => {
    assert.deepEqual(waitsOf(4 * 3_600), { first: 10_800, last: 3_600 });
    assert.deepEqual(waitsOf(60), { first: 45, last: 15 });
    assert.deepEqual(waitsOf(61), { first: 45, last: 16 });
  });

  it('neither lengthens nor shortens the time to answer, and both waits are whole seconds of their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 604_800 }), (seconds) => {
        const { first, last } = waitsOf(seconds);
        return first + last === seconds && Number.isInteger(first) && first > last && last > 0;
      }),
    );
  });
});
