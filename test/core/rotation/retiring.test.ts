/*
 * Goal: what is said to be untouched was not touched, and nothing is written or ended on anything but a fresh look.
 *
 * Method: what is known of one old credential, with one thing otherwise; the exploration goes through all that can happen.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { unseen } from '../../../core/rotation/retirement.ts';
import {
  beginRetiring,
  currentAnswered,
  lookedAtLabels,
  nextRetirementCall,
  oldAnswered,
  type Retiring,
  retirementFailed,
  stood,
  towardsRetirement,
  wasWritten,
  wereRead,
} from '../../../core/rotation/retiring.ts';

const labels = { current: 'recorded', isInFlight: false } as const;
const seen: Retiring['seen'] = {
  ...{ ...labels, identity: 'apart', state: 'active', use: 'quiet' },
  ...{ currentAnswer: 'accepted', oldAnswer: 'rejected' },
};
const fresh: Retiring = { goal: 'rotate', retirement: 'deactivate', seen, freshness: 'stood', tried: {} };
const inactive: Retiring = { ...fresh, seen: { ...seen, state: 'inactive' } };

describe('S7: stopping short', () => {
  const held = (retiring: Retiring) => towardsRetirement(retiring, { kind: 'hold', reason: 'stillUsed' });

  for (const [what, untouched, retiring] of [
    ['is active, as the plan recorded it', true, fresh],
    ['is active, and was only looked at', true, { ...fresh, tried: { look: 2, 'ask old': 1 } }],
    ['is inactive, which the plan did not record', false, inactive],
    ['is inactive, as the plan recorded it that deletes', true, { ...inactive, retirement: 'delete' }],
    ['is active, which the plan that deletes did not record', false, { ...fresh, retirement: 'delete' }],
    ['was perhaps deactivated', false, { ...fresh, tried: { deactivate: 1 } }],
    ['was perhaps reactivated', false, { ...fresh, tried: { reactivate: 1 } }],
    ['was perhaps deleted', false, { ...inactive, retirement: 'delete', tried: { delete: 1 } }],
    ['is on its way back', false, { ...fresh, goal: 'roll back' }],
    ['was not asked about', false, { ...fresh, seen: { ...seen, identity: 'unreadable', state: 'unasked' } }],
  ] as const satisfies readonly (readonly [string, boolean, Retiring])[]) {
    it(`says ${untouched ? 'untouched' : 'nothing of being untouched'} of one that ${what}`, () => {
      assert.deepEqual(held(retiring), { kind: 'held', reason: 'stillUsed', untouched });
    });
  }

  it('looks at labels and standing first, unless the old version cannot be read at all', () => {
    assert.equal(held({ ...fresh, freshness: 'stale' }), 'look');
    assert.equal(held({ ...fresh, freshness: 'looked' }), 'ask standing');
    const unreadable: Retiring = { ...fresh, freshness: 'stale', seen: { ...seen, identity: 'unreadable' } };
    assert.deepEqual(held(unreadable), { kind: 'held', reason: 'stillUsed', untouched: true });
  });
});

describe('S11: a call of retiring', () => {
  const write = (retiring: Retiring) => towardsRetirement(retiring, { kind: 'deactivate' });

  it('writes, and says that it is done, on nothing older than a look at labels and standing', () => {
    assert.deepEqual(
      (['stale', 'looked', 'stood'] as const).map((freshness) => write({ ...fresh, freshness })),
      ['look', 'ask standing', 'deactivate'],
    );
    assert.equal(towardsRetirement({ ...fresh, freshness: 'looked' }, { kind: 'done' }), 'ask standing');
    assert.deepEqual(towardsRetirement(fresh, { kind: 'done' }), { kind: 'done', touched: false });
    assert.deepEqual(towardsRetirement({ ...fresh, tried: { delete: 1 } }, { kind: 'done' }), {
      kind: 'done',
      touched: true,
    });
  });

  it('asks without a look before it', () => {
    for (const kind of ['look', 'read', 'ask standing', 'ask current', 'ask old'] as const)
      assert.equal(towardsRetirement({ ...fresh, freshness: 'stale' }, { kind }), kind);
  });

  it('is made three times, and no more: a look counts anew once one was answered', () => {
    assert.equal(write({ ...fresh, tried: { deactivate: 2 } }), 'deactivate');
    const stuck = { kind: 'held', reason: 'stuck', untouched: false };
    assert.deepEqual(write({ ...fresh, tried: { deactivate: 3 } }), stuck);
    assert.deepEqual(write({ ...fresh, freshness: 'stale', tried: { look: 3 } }), stuck);
    assert.deepEqual(lookedAtLabels({ ...fresh, tried: { look: 3, deactivate: 1 } }, labels).tried, {
      look: 0,
      deactivate: 1,
    });
  });

  it('begins with nothing known, and with a look', () => {
    const begun = beginRetiring('roll back', 'delete');
    assert.deepEqual(begun, { goal: 'roll back', retirement: 'delete', seen: unseen, freshness: 'stale', tried: {} });
    assert.equal(nextRetirementCall(begun), 'look');
  });
});

describe('what is known of an old credential', () => {
  it('stands while its labels are where they were, and is forgotten but for the values when they moved', () => {
    assert.deepEqual(lookedAtLabels({ ...fresh, freshness: 'stale' }, labels), {
      ...fresh,
      freshness: 'looked',
      tried: { look: 0 },
    });
    for (const moved of [{ current: 'other' }, { isInFlight: true }] as const) {
      const now = { ...labels, ...moved };
      assert.deepEqual(lookedAtLabels(fresh, now).seen, { ...unseen, ...now, identity: 'apart' });
    }
  });

  it('stands while the target says the same of it, and is asked for again when it does not', () => {
    const looked: Retiring = { ...fresh, freshness: 'looked' };
    assert.deepEqual(stood(looked, 'active', 'used'), { ...fresh, seen: { ...seen, use: 'used' } });
    const changed = stood(looked, 'inactive', 'quiet');
    assert.deepEqual(changed.seen, { ...inactive.seen, currentAnswer: 'unasked', oldAnswer: 'unasked' });
    assert.equal(changed.freshness, 'stood');
    // Only right after a look at the labels does it count as fresh.
    for (const freshness of ['stale', 'stood'] as const)
      assert.equal(stood({ ...fresh, freshness }, 'active', 'quiet').freshness, 'stale');
  });

  it('grows by each answer, after which everything is looked at again', () => {
    for (const [after, learnt] of [
      [wereRead(fresh, 'same'), { identity: 'same' }],
      [currentAnswered(fresh, 'unknown'), { currentAnswer: 'unknown' }],
      [oldAnswered(fresh, 'unknown'), { oldAnswer: 'unknown' }],
    ] as const)
      assert.deepEqual(after, { ...fresh, seen: { ...seen, ...learnt }, freshness: 'stale' });
  });

  it('is asked for again after a write, and all forgotten but the values when a call failed', () => {
    const again = { state: 'unasked', use: 'unknown', currentAnswer: 'unasked', oldAnswer: 'unasked' } as const;
    assert.deepEqual(wasWritten({ ...fresh, tried: { deactivate: 1 } }, 'deactivate'), {
      ...fresh,
      seen: { ...seen, ...again },
      freshness: 'stale',
      tried: { deactivate: 2 },
    });
    assert.deepEqual(retirementFailed(fresh, 'ask old'), {
      ...fresh,
      seen: { ...unseen, identity: 'apart' },
      freshness: 'stale',
      tried: { 'ask old': 1 },
    });
  });
});
