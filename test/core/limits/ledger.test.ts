import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import { judgeDay, type Ledger, parseLedger, reserve } from '../../../core/limits/ledger.ts';
import type { Run } from '../../../core/plan.ts';

const day = 86_400_000;
const earlier: Ledger = [{ run: 'run-1' as Run, at: instant(1_000), secrets: 60 }];
const asked = (at: number, secrets = 40) => ({ run: 'run-2' as Run, at: instant(at), secrets });
const verdict = (at: number, secrets?: number) => judgeDay(earlier, 99, asked(at, secrets)).verdict;

describe('S2 the cap over all runs of 24 hours', () => {
  it('counts a run until it is 24 hours old, to the millisecond', () => {
    assert.equal(verdict(1_000 + day - 1), 'exceeded');
    assert.equal(verdict(1_000 + day), 'within');
  });

  it('lets exactly as many through as it says, and not one more', () => {
    assert.equal(verdict(2_000, 39), 'within');
    assert.equal(verdict(2_000, 40), 'exceeded');
    assert.equal(judgeDay(earlier, 99, asked(2_000)).actual, 100);
  });

  it('does not count a run against itself, and writes it down once', () => {
    const after = reserve(earlier, 100, asked(2_000));
    assert.deepEqual(
      after.map(({ secrets }) => secrets),
      [60, 40],
    );
    assert.equal(reserve(after, 100, asked(3_000)), after);
    assert.equal(judgeDay(after, 100, asked(3_000)).actual, 100);
  });

  it('writes nothing down that it does not let through', () => {
    assert.equal(reserve(earlier, 99, asked(2_000)), earlier);
  });

  it('forgets what is older than two days', () => {
    assert.deepEqual(
      reserve(earlier, 100, asked(1_000 + 2 * day)).map(({ run }) => run),
      ['run-2'],
    );
  });

  for (const text of ['', 'null', '{}', '[1]', '[null]', '[{"run":"r","at":1}]', '[{"run":"r","at":1,"secrets":-1}]']) {
    it(`is not understood, and so an error: ${text || 'nothing at all'}`, () => {
      assert.throws(() => parseLedger(text));
    });
  }
});
