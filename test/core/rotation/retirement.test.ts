/*
 * Goal: an old credential is taken out of use, or away, only when every question has the one answer that lets it.
 *
 * Method: all answers as they should be, then one of them otherwise.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import type { Retirement } from '../../../core/plan.ts';
import { nextRetirement, type SeenOfOld, unseen, useSince } from '../../../core/rotation/retirement.ts';
import type { Goal } from '../../../core/rotation/rotation.ts';

const active: SeenOfOld = {
  current: 'recorded',
  isInFlight: false,
  identity: 'apart',
  state: 'active',
  use: 'quiet',
  currentAnswer: 'accepted',
  oldAnswer: 'unasked',
};
const inactive: SeenOfOld = { ...active, state: 'inactive', oldAnswer: 'rejected' };
const gone: SeenOfOld = { ...inactive, state: 'gone' };

const step = (goal: Goal, retirement: Retirement, seen: SeenOfOld): string => {
  const next = nextRetirement(goal, retirement, seen);
  return next.kind === 'hold' ? `hold: ${next.reason}` : next.kind;
};

type Row = readonly [what: string, expected: string, otherwise: Partial<SeenOfOld>];

const asksFirst: readonly Row[] = [
  ['nobody has looked', 'look', { current: 'unseen' }],
  ['nobody has read', 'read', { identity: 'unread' }],
  ['it cannot be read', 'hold: oldUnreadable', { identity: 'unreadable' }],
  ['nobody has asked how it stands', 'ask standing', { state: 'unasked' }],
  ['the target cannot say how it stands', 'hold: standingUnknown', { state: 'unknown' }],
];
const movedLabels: readonly Row[] = [
  ['it is AWSCURRENT again', 'hold: oldIsCurrent', { current: 'old' }],
  ['AWSCURRENT moved on', 'hold: currentMoved', { current: 'other' }],
  ['its secret is being rotated', 'hold: inFlight', { isInFlight: true }],
  ['AWSCURRENT holds it as well', 'hold: sameCredential', { identity: 'same' }],
];
const inUse: readonly Row[] = [
  ['it was used', 'hold: stillUsed', { use: 'used' }],
  ['nobody knows whether it was used', 'hold: useUnknown', { use: 'unknown' }],
];
const currentFirst: readonly Row[] = [
  ['nobody has tried what is current', 'ask current', { currentAnswer: 'unasked' }],
  ['what is current is rejected', 'hold: currentRejected', { currentAnswer: 'rejected' }],
  ['the target cannot say whether it accepts what is current', 'hold: currentUnknown', { currentAnswer: 'unknown' }],
];
const outOfUse: readonly Row[] = [
  ['nobody has tried it', 'ask old', { oldAnswer: 'unasked' }],
  ['it still opens the door', 'hold: oldAccepted', { oldAnswer: 'accepted' }],
  ['the target cannot say whether it does', 'hold: oldUnknown', { oldAnswer: 'unknown' }],
];
const back: readonly Row[] = [
  ['nobody has tried it', 'ask old', {}],
  ['it works', 'done', { oldAnswer: 'accepted' }],
  ['it is rejected, although it is active', 'hold: oldRejected', { oldAnswer: 'rejected' }],
  ['the target cannot say whether it works', 'hold: oldUnknown', { oldAnswer: 'unknown' }],
  ['AWSCURRENT moved on: what is brought back is brought back', 'done', { current: 'other', oldAnswer: 'accepted' }],
];

const tables: readonly [about: string, goal: Goal, retirement: Retirement, seen: SeenOfOld, rows: readonly Row[]][] = [
  [
    'deactivating one that is active',
    'rotate',
    'deactivate',
    active,
    [['all is well', 'deactivate', {}], ...asksFirst, ...movedLabels, ...inUse, ...currentFirst],
  ],
  [
    'deactivating one that is inactive already',
    'rotate',
    'deactivate',
    inactive,
    // Nobody asks for its last use any more: it cannot be used.
    [['all is well', 'done', { use: 'unknown' }], ...asksFirst, ...movedLabels, ...outOfUse, ...currentFirst],
  ],
  [
    'deleting one that is inactive',
    'rotate',
    'delete',
    inactive,
    [['all is well', 'delete', {}], ...asksFirst, ...movedLabels, ...inUse, ...outOfUse, ...currentFirst],
  ],
  ['deleting one that is active', 'rotate', 'delete', active, [['somebody reactivated it', 'hold: activeAgain', {}]]],
  ['deleting one that is gone', 'rotate', 'delete', gone, [['all is well', 'done', {}], ...movedLabels, ...outOfUse]],
  ['bringing back one that is active', 'roll back', 'deactivate', active, [...asksFirst, ...back]],
  ['bringing back one that is inactive', 'roll back', 'deactivate', inactive, [['it is', 'reactivate', {}]]],
  ['bringing back one that was to be deleted', 'roll back', 'delete', inactive, [['it is there still', 'done', {}]]],
  ['bringing back one that is gone', 'roll back', 'delete', gone, [['nobody can', 'hold: gone', {}]]],
];

for (const [about, goal, retirement, seen, rows] of tables) {
  describe(`S7: ${about}`, () => {
    for (const [what, expected, otherwise] of rows) {
      it(`comes to '${expected}' when ${what}`, () => {
        assert.equal(step(goal, retirement, { ...seen, ...otherwise }), expected);
      });
    }
  });
}

it('begins with a look at the labels', () => {
  assert.equal(step('rotate', 'deactivate', unseen), 'look');
  assert.equal(step('roll back', 'delete', unseen), 'look');
});

describe('the use of an old credential', () => {
  const since = instant(1_000);
  const use = (lastUsed: number | 'never' | 'unknown') =>
    useSince({ state: 'active', lastUsed: typeof lastUsed === 'number' ? instant(lastUsed) : lastUsed }, since);

  it('is quiet when it was before, to the millisecond, or never', () => {
    assert.deepEqual([use(999), use(1_000), use(1_001), use('never')], ['quiet', 'used', 'used', 'quiet']);
  });

  it('is unknown where the target does not tell', () => assert.equal(use('unknown'), 'unknown'));
});
