import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { judgeCaps } from '../../../core/limits/caps.ts';

const verdicts = (caps: Parameters<typeof judgeCaps>[0], selected: number, fleet: number) =>
  judgeCaps(caps, { selected, fleet }).map(({ verdict }) => verdict);

describe('S2 the caps', () => {
  it('say what they were held against, and how near it came', () => {
    assert.deepEqual(judgeCaps({ secrets: 60, percentOfFleet: 40 }, { selected: 38, fleet: 127 }), [
      { name: 'secrets', verdict: 'within', actual: 38, limit: 60, unit: 'secrets' },
      { name: 'percentOfFleet', verdict: 'within', actual: 29.93, limit: 40, unit: '% of the fleet' },
    ]);
  });

  it('would have stopped the incident twice', () => {
    assert.deepEqual(judgeCaps({ secrets: 60, percentOfFleet: 40 }, { selected: 89, fleet: 127 }), [
      { name: 'secrets', verdict: 'exceeded', actual: 89, limit: 60, unit: 'secrets' },
      { name: 'percentOfFleet', verdict: 'exceeded', actual: 70.08, limit: 40, unit: '% of the fleet' },
    ]);
  });

  it('let through exactly as many secrets as they say, and not one more', () => {
    assert.deepEqual(verdicts({ secrets: 50, percentOfFleet: 100 }, 50, 1_000), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 50, percentOfFleet: 100 }, 51, 1_000), ['exceeded', 'within']);
  });

  it('let through exactly the share they say, and not one secret more', () => {
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 25 }, 25, 100), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 25 }, 26, 100), ['within', 'exceeded']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 25 }, 25, 99), ['within', 'exceeded']);
  });

  it('compare shares without a rounding error', () => {
    // 0.07 * 100 is 7.000000000000001 in floating point, and 29 / 100 * 100 is 28.999999999999996.
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 0.07 }, 7, 10_000), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 0.07 }, 8, 10_000), ['within', 'exceeded']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 29 }, 29, 100), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 33.3 }, 333, 1_000), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 1_000, percentOfFleet: 33.3 }, 334, 1_000), ['within', 'exceeded']);
  });

  it('let nothing through when they are zero', () => {
    assert.deepEqual(verdicts({ secrets: 0, percentOfFleet: 0 }, 0, 127), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 0, percentOfFleet: 0 }, 1, 127), ['exceeded', 'exceeded']);
  });

  it('have nothing against an empty selection of an empty fleet, and everything against a selection of none', () => {
    assert.deepEqual(verdicts({ secrets: 50, percentOfFleet: 25 }, 0, 0), ['within', 'within']);
    assert.deepEqual(verdicts({ secrets: 50, percentOfFleet: 25 }, 1, 0), ['within', 'exceeded']);
    const share = (selected: number) =>
      judgeCaps({ secrets: 50, percentOfFleet: 25 }, { selected, fleet: 0 })[1]?.actual;
    assert.deepEqual([share(0), share(1)], [0, 100]);
  });

  it('count what cannot be compared as exceeded', () => {
    assert.deepEqual(verdicts({ secrets: NaN, percentOfFleet: NaN }, 1, 127), ['exceeded', 'exceeded']);
  });

  it('never show a share beyond the cap as if it were at the cap', () => {
    const [, share] = judgeCaps({ secrets: 1_000_000, percentOfFleet: 40 }, { selected: 200_001, fleet: 500_000 });
    assert.deepEqual([share?.verdict, share?.actual], ['exceeded', 40.01]);
  });

  it('agree with exact arithmetic on whole percentages', () => {
    fc.assert(
      fc.property(fc.nat(500_000), fc.integer({ min: 1, max: 500_000 }), fc.nat(100), (selected, fleet, percent) => {
        const exceeds = BigInt(selected) * 100n > BigInt(percent) * BigInt(fleet);
        const [, share] = judgeCaps({ secrets: 0, percentOfFleet: percent }, { selected, fleet });
        assert.equal(share?.verdict, exceeds ? 'exceeded' : 'within');
      }),
    );
  });
});
