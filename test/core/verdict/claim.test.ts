import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isForgery, type NotStarted, notStarted } from '../../../core/verdict/claim.ts';

const meanings: Readonly<Record<NotStarted, 'forgery' | 'no forgery'>> = {
  approvalMissing: 'forgery',
  waveApprovalMissing: 'forgery',
  notApproved: 'forgery',
  sealBroken: 'forgery',
  otherRun: 'forgery',
  otherPlan: 'forgery',
  otherScope: 'forgery',
  selfApproved: 'forgery',
  tooFewApprovals: 'forgery',
  notSignedIn: 'forgery',
  decidedTooLate: 'forgery',
  batchNotInPlan: 'forgery',
  otherMode: 'forgery',
  otherTier: 'forgery',
  notAdmitted: 'forgery',
  runOver: 'forgery',
  approvalExpired: 'no forgery',
  goAheadWithdrawn: 'no forgery',
  lockNotHeld: 'no forgery',
  switchAbsent: 'no forgery',
  switchMalformed: 'no forgery',
  switchOff: 'no forgery',
};

describe('a batch that did not start', () => {
  for (const [reason, meaning] of Object.entries(meanings)) {
    it(`because of ${reason} means ${meaning}: time, switch, lock and go-ahead are nobody’s attack`, () => {
      assert.equal(isForgery(reason as NotStarted), meaning === 'forgery');
    });
  }

  it('has no reason that nobody has thought about', () => {
    assert.deepEqual(Object.keys(notStarted).sort(), Object.keys(meanings).sort());
  });

  it('is not called a forgery for a reason that nobody knows', () => {
    assert.equal(isForgery('constructor' as NotStarted), false);
  });
});
