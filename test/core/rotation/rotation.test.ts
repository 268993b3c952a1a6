import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { goals, holds, next, type Observed } from '../../../core/rotation/rotation.ts';
import { strategies } from '../../../core/settings.ts';

/** Nothing has happened yet, and nobody has been asked. */
const untouched: Observed = { current: 'old', pending: 'none', newVersion: 'absent', old: 'unasked', new: 'unasked' };
/** The new version exists, and the target has not learned it. */
const created: Observed = { ...untouched, pending: 'new', newVersion: 'present', old: 'accepted', new: 'rejected' };
const promoted: Observed = { ...created, current: 'new', new: 'accepted' };

const anything: fc.Arbitrary<Observed> = fc.record({
  current: fc.constantFrom('old', 'new', 'other'),
  pending: fc.constantFrom('none', 'old', 'new', 'other'),
  newVersion: fc.constantFrom('unseen', 'absent', 'present'),
  old: fc.constantFrom('accepted', 'rejected', 'unknown', 'unasked'),
  new: fc.constantFrom('accepted', 'rejected', 'unknown', 'unasked'),
});
const strategy = fc.constantFrom(...strategies);
const goal = fc.constantFrom(...goals);

describe('rotating one credential', () => {
  it('asks first whether the old credential works', () => {
    assert.deepEqual(next('rotate', 'overlap', untouched), { kind: 'ask old' });
  });

  it('creates a new one only over an old one that works', () => {
    assert.deepEqual(next('rotate', 'overlap', { ...untouched, old: 'accepted' }), { kind: 'create' });
    assert.deepEqual(next('rotate', 'overlap', { ...untouched, old: 'rejected' }), {
      kind: 'hold',
      reason: 'oldRejected',
    });
    assert.deepEqual(next('rotate', 'overlap', { ...untouched, old: 'unknown' }), {
      kind: 'hold',
      reason: 'oldUnknown',
    });
  });

  it('never steals AWSPENDING from somebody else', () => {
    const taken: Observed = { ...untouched, old: 'accepted', pending: 'other' };
    assert.deepEqual(next('rotate', 'overlap', taken), { kind: 'hold', reason: 'pendingTaken' });
  });

  it('looks for a version without a label by its id before it makes or gives up anything', () => {
    for (const way of goals) {
      for (const how of strategies.filter((one) => one !== 'alternate' || way === 'roll back')) {
        for (const old of ['unasked', 'accepted', 'rejected', 'unknown'] as const) {
          assert.deepEqual(next(way, how, { ...untouched, newVersion: 'unseen', old }), { kind: 'find new' });
        }
      }
    }
  });

  it('for alternate, looks for one only where the old credential does not work', () => {
    const unseen: Observed = { ...untouched, newVersion: 'unseen' };
    assert.deepEqual(next('rotate', 'alternate', unseen), { kind: 'ask old' });
    assert.deepEqual(next('rotate', 'alternate', { ...unseen, old: 'accepted' }), { kind: 'create' });
    assert.deepEqual(next('rotate', 'alternate', { ...unseen, old: 'rejected' }), { kind: 'find new' });
    assert.deepEqual(next('rotate', 'alternate', { ...unseen, old: 'unknown' }), { kind: 'find new' });
  });

  it('sets what the target does not accept yet, and tests what has been set', () => {
    assert.deepEqual(next('rotate', 'alternate', created), { kind: 'set' });
    assert.deepEqual(next('rotate', 'alternate', { ...created, new: 'unasked' }), { kind: 'test' });
  });

  it('promotes what was accepted, drops AWSPENDING, and is done', () => {
    assert.deepEqual(next('rotate', 'alternate', { ...created, new: 'accepted' }), { kind: 'promote' });
    assert.deepEqual(next('rotate', 'alternate', promoted), { kind: 'drop pending' });
    assert.deepEqual(next('rotate', 'alternate', { ...promoted, pending: 'none' }), { kind: 'done' });
  });

  it('goes on by version id when somebody dropped AWSPENDING in between', () => {
    assert.deepEqual(next('rotate', 'overlap', { ...created, pending: 'none', new: 'accepted' }), { kind: 'promote' });
  });

  it('for replace, sets a new password only over an old one that works', () => {
    assert.deepEqual(next('rotate', 'replace', created), { kind: 'set' });
    assert.deepEqual(next('rotate', 'replace', { ...created, old: 'unasked' }), { kind: 'ask old' });
    assert.deepEqual(next('rotate', 'replace', { ...created, old: 'rejected' }), {
      kind: 'hold',
      reason: 'neitherAccepted',
    });
  });
});

describe('rolling one credential back', () => {
  it('proves the old credential before AWSCURRENT goes back to it', () => {
    assert.deepEqual(next('roll back', 'overlap', { ...promoted, old: 'unasked' }), { kind: 'ask old' });
    assert.deepEqual(next('roll back', 'overlap', promoted), { kind: 'demote' });
  });

  it('leaves AWSCURRENT on the new credential when the old one no longer works', () => {
    assert.deepEqual(next('roll back', 'overlap', { ...promoted, old: 'rejected' }), {
      kind: 'hold',
      reason: 'oldRejected',
    });
    assert.deepEqual(next('roll back', 'alternate', { ...promoted, old: 'unknown' }), {
      kind: 'hold',
      reason: 'oldUnknown',
    });
  });

  it('for replace, gives the old password back to the target first', () => {
    assert.deepEqual(next('roll back', 'replace', { ...promoted, old: 'rejected' }), { kind: 'restore target' });
    assert.deepEqual(next('roll back', 'replace', { ...promoted, old: 'accepted' }), { kind: 'demote' });
  });

  it('for replace, asks first about the password that may be about to stop working', () => {
    // Asked the other way round, a delivery beside this one could make both answers no, and neither be true any more.
    const unasked: Observed = { ...created, old: 'unasked', new: 'unasked' };
    assert.deepEqual(next('rotate', 'replace', unasked), { kind: 'ask old' });
    assert.deepEqual(next('roll back', 'replace', unasked), { kind: 'test' });
    assert.deepEqual(next('rotate', 'replace', { ...unasked, new: 'accepted' }), { kind: 'promote' });
  });

  it('finds nothing to do where nothing was touched, once the old credential is proved', () => {
    assert.deepEqual(next('roll back', 'overlap', { ...untouched, old: 'accepted' }), { kind: 'done' });
  });
});

describe('whatever is observed', () => {
  it('holds when AWSCURRENT is on a version that the plan does not know', () => {
    fc.assert(
      fc.property(goal, strategy, anything, (way, how, observed) => {
        assert.deepEqual(next(way, how, { ...observed, current: 'other' }), { kind: 'hold', reason: 'currentMoved' });
      }),
    );
  });

  it('S5 moves AWSCURRENT only to a credential that the target was seen to accept', () => {
    fc.assert(
      fc.property(goal, strategy, anything, (way, how, observed) => {
        const { kind } = next(way, how, observed);
        if (kind === 'promote') assert.equal(observed.new, 'accepted');
        if (kind === 'demote') assert.equal(observed.old, 'accepted');
      }),
    );
  });

  it('S6 is never done while the credential that is current is not known to be accepted', () => {
    fc.assert(
      fc.property(goal, strategy, anything, (way, how, observed) => {
        if (next(way, how, observed).kind !== 'done') return;
        assert.equal(way === 'rotate' ? observed.new : observed.old, 'accepted');
        assert.equal(observed.current, way === 'rotate' ? 'new' : 'old');
      }),
    );
  });

  it('S7 knows no step that takes an old credential away', () => {
    fc.assert(
      fc.property(goal, strategy, anything, (way, how, observed) => {
        assert.ok(!['retire', 'revoke', 'delete'].includes(next(way, how, observed).kind));
      }),
    );
  });

  it('can hold for every reason that it has, but those of the loop around it', () => {
    const reasons = new Set<string>();
    fc.assert(
      fc.property(goal, strategy, anything, (way, how, observed) => {
        const step = next(way, how, observed);
        if (step.kind === 'hold') reasons.add(step.reason);
      }),
      { numRuns: 5_000, seed: 7 },
    );
    assert.deepEqual([...reasons, 'deadline', 'stuck'].sort(), Object.keys(holds).sort());
  });
});

describe('restoring one credential', () => {
  const before: Observed = { ...untouched, newVersion: 'present' };

  it('asks the target about what it restores, and only then moves AWSCURRENT', () => {
    assert.deepEqual(next('restore', 'alternate', before), { kind: 'test' });
    assert.deepEqual(next('restore', 'alternate', { ...before, new: 'accepted' }), { kind: 'promote' });
    assert.deepEqual(next('restore', 'alternate', { ...before, new: 'accepted', current: 'new' }), { kind: 'done' });
  });

  it('is done once AWSCURRENT has moved, whoever rotates on from there', () => {
    const moved: Observed = { ...before, new: 'accepted', current: 'new', pending: 'other' };
    assert.deepEqual(next('restore', 'overlap', moved), { kind: 'done' });
  });

  it('holds on anything but a yes', () => {
    assert.deepEqual(next('restore', 'overlap', { ...before, new: 'rejected' }), {
      kind: 'hold',
      reason: 'newRejected',
    });
    assert.deepEqual(next('restore', 'overlap', { ...before, new: 'unknown' }), { kind: 'hold', reason: 'newUnknown' });
    assert.deepEqual(next('restore', 'overlap', { ...before, newVersion: 'absent' }), {
      kind: 'hold',
      reason: 'versionGone',
    });
    assert.deepEqual(next('restore', 'overlap', { ...before, pending: 'other' }), {
      kind: 'hold',
      reason: 'pendingTaken',
    });
  });

  it('holds where the target forgot it, whatever the target says', () => {
    fc.assert(
      fc.property(anything, (observed) => {
        const step = next('restore', 'replace', observed);
        return step.kind === 'hold' || step.kind === 'find new';
      }),
    );
  });

  it('never makes anything, and never tells the target anything', () => {
    const quiet = ['find new', 'test', 'promote', 'done', 'hold'];
    fc.assert(fc.property(strategy, anything, (how, observed) => quiet.includes(next('restore', how, observed).kind)));
  });
});
