import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { timeToAsk, waitsOf } from '../../../core/approval/reminder.ts';
import { instant } from '../../../core/instant.ts';

describe('a reminder', () => {
  it('comes when three quarters of the time to answer are over', () => {
    assert.deepEqual(waitsOf(4 * 3_600), { first: 10_800, last: 3_720 });
    assert.deepEqual(waitsOf(60), { first: 45, last: 135 });
    assert.deepEqual(waitsOf(61), { first: 45, last: 136 });
  });

  it('S11 is followed by a wait that ends two minutes after the time to answer, in which an answer is recorded that came at the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 604_800 }), (seconds) => {
        const { first, last } = waitsOf(seconds);
        return first + last === seconds + 120 && Number.isInteger(first) && first > 0 && last > 120;
      }),
    );
  });
});

describe('the time for which people are asked', () => {
  const settings = { approvalTimeoutSeconds: 3_600 };
  const asked = (planSeconds: number) => timeToAsk(instant(planSeconds * 1_000), instant(0), settings);

  it('is what approvers may take, as long as the plan leaves a decision five minutes to be heard of', () => {
    assert.deepEqual(asked(86_400), waitsOf(3_600));
    assert.deepEqual(asked(3_900), waitsOf(3_600));
    assert.deepEqual(asked(3_899), waitsOf(3_599));
  });

  it('is a minute at least: for less nobody is asked', () => {
    assert.deepEqual(asked(360), waitsOf(60));
    assert.equal(asked(359), undefined);
    assert.equal(asked(0), undefined);
  });
});
