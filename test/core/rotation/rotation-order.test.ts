import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { next, type Observed } from '../../../core/rotation/rotation.ts';

/** The new version exists, and nobody has been asked. */
const staged: Observed = { current: 'old', pending: 'new', newVersion: 'present', old: 'unasked', new: 'unasked' };

describe('what is asked first', () => {
  it('on the way forward is the new credential, but for replace the old one: it must work before anything is set', () => {
    assert.deepEqual(next('rotate', 'overlap', staged), { kind: 'test' });
    assert.deepEqual(next('rotate', 'alternate', staged), { kind: 'test' });
    assert.deepEqual(next('rotate', 'replace', staged), { kind: 'ask old' });
    assert.deepEqual(next('rotate', 'replace', { ...staged, old: 'accepted' }), { kind: 'test' });
  });

  it('on the way back is the old credential, but for replace the new one: it may be all that opens the door', () => {
    assert.deepEqual(next('roll back', 'overlap', staged), { kind: 'ask old' });
    assert.deepEqual(next('roll back', 'alternate', staged), { kind: 'ask old' });
    assert.deepEqual(next('roll back', 'replace', staged), { kind: 'test' });
    assert.deepEqual(next('roll back', 'replace', { ...staged, newVersion: 'absent' }), { kind: 'ask old' });
    assert.deepEqual(next('roll back', 'replace', { ...staged, new: 'rejected' }), { kind: 'ask old' });
  });

  it('once replace was found to have forgotten the old credential is the new one, if it was not asked yet', () => {
    assert.deepEqual(next('roll back', 'replace', { ...staged, old: 'rejected' }), { kind: 'test' });
  });
});

describe('a new credential that is rejected', () => {
  const rejected: Observed = { ...staged, new: 'rejected' };

  it('is set where that takes nothing from anybody, whatever is known of the old one', () => {
    for (const old of ['unasked', 'accepted', 'rejected', 'unknown'] as const) {
      assert.deepEqual(next('rotate', 'overlap', { ...rejected, old }), { kind: 'set' });
      assert.deepEqual(next('rotate', 'alternate', { ...rejected, old }), { kind: 'set' });
    }
  });

  it('is set for replace over an old one that works, and over nothing else', () => {
    const stepFor = (old: Observed['old']) => next('rotate', 'replace', { ...rejected, old });
    assert.deepEqual(stepFor('accepted'), { kind: 'set' });
    assert.deepEqual(stepFor('unasked'), { kind: 'ask old' });
    assert.deepEqual(stepFor('rejected'), { kind: 'hold', reason: 'neitherAccepted' });
    assert.deepEqual(stepFor('unknown'), { kind: 'hold', reason: 'oldUnknown' });
  });
});

describe('a new version that carries no label', () => {
  const unseen: Observed = { ...staged, pending: 'none', newVersion: 'unseen' };

  it('is looked for by its id, but for alternate over an old credential that is not known to fail', () => {
    for (const strategy of ['overlap', 'replace'] as const) {
      assert.deepEqual(next('rotate', strategy, unseen), { kind: 'find new' });
    }
    assert.deepEqual(next('rotate', 'alternate', unseen), { kind: 'ask old' });
    assert.deepEqual(next('rotate', 'alternate', { ...unseen, old: 'accepted' }), { kind: 'create' });
    for (const old of ['rejected', 'unknown'] as const) {
      assert.deepEqual(next('rotate', 'alternate', { ...unseen, old }), { kind: 'find new' });
    }
  });

  it('is looked for on the way back, and wherever AWSCURRENT is not on the old one', () => {
    assert.deepEqual(next('roll back', 'alternate', unseen), { kind: 'find new' });
    assert.deepEqual(next('rotate', 'alternate', { ...unseen, current: 'new' }), { kind: 'find new' });
  });
});
