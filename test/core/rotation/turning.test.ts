/*
 * Goal: what one delivery knows between two calls, and the call that a step comes down to, is exactly what the calls before
 * told: never more (S5, S11).
 *
 * Method: a turn is a value, so each rule is held by values on both sides of it. That the rules are the right ones is for the
 * exploration to show.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Observed } from '../../../core/rotation/rotation.ts';
import {
  begin,
  type Call,
  created,
  failed,
  looked,
  type Turning,
  towards,
  type Write,
  wasRead,
  written,
} from '../../../core/rotation/turning.ts';

const asLooked: Observed = { current: 'old', pending: 'none', newVersion: 'unseen', old: 'unasked', new: 'unasked' };

/** A turn with both values at hand, that has just looked. */
const turning = (change: Partial<Turning<string>> = {}, observed: Partial<Observed> = {}): Turning<string> => ({
  goal: 'rotate',
  strategy: 'replace',
  observed: { ...asLooked, ...observed },
  justLooked: true,
  old: 'first',
  fresh: 'second',
  made: undefined,
  tried: {},
  ...change,
});

const callOf = (given: Turning<string>, kind: 'ask old' | 'create' | 'set' | 'test' | 'restore target' | 'find new') =>
  towards(given, given.observed ?? asLooked, { kind });

describe('S11 the call that a step comes down to', () => {
  for (const [kind, withBoth, withoutOld, withoutNew] of [
    ['ask old', 'ask old', 'read old', 'ask old'],
    ['create', 'create', 'read old', 'create'],
    ['set', 'set', 'read old', 'read new'],
    ['restore target', 'restore target', 'read old', 'read new'],
    ['test', 'ask new', 'ask new', 'read new'],
    ['find new', 'read new', 'read new', 'read new'],
  ] as const) {
    it(`of '${kind}' reads a value first that it takes and has not`, () => {
      const calls = [{}, { old: undefined }, { fresh: undefined }].map((less) => callOf(turning(less), kind));
      assert.deepEqual(calls, [withBoth, withoutOld, withoutNew]);
    });
  }

  it('stages what was created before anything else is made', () => {
    assert.equal(callOf(turning({ made: 'third' }), 'create'), 'stage');
  });

  it('looks for a version without a label only where one may have been staged', () => {
    const staged = (newVersion: Observed['newVersion']) => turning({ tried: { stage: 1 } }, { newVersion });
    assert.deepEqual(
      [staged('unseen'), staged('absent'), turning({}, { newVersion: 'unseen' })].map((one) => callOf(one, 'create')),
      ['read new', 'create', 'create'],
    );
  });

  for (const [strategy, kind, justLooked, call] of [
    ['replace', 'set', false, 'look'],
    ['replace', 'restore target', false, 'look'],
    ['alternate', 'set', false, 'look'],
    ['overlap', 'set', false, 'set'],
    ['replace', 'set', true, 'set'],
    ['replace', 'restore target', true, 'restore target'],
    ['alternate', 'set', true, 'set'],
    ['overlap', 'set', true, 'set'],
  ] as const) {
    it(`of ${strategy}'s '${kind}', ${justLooked ? 'just after a look' : 'a call after the last look'}, is '${call}'`, () => {
      assert.equal(callOf(turning({ strategy, justLooked }), kind), call);
    });
  }
});

describe('S11 a call that was made three times', () => {
  const often = (call: Call, observed: Partial<Observed> = {}) => turning({ tried: { [call]: 3 } }, observed);
  const held = (reason: string) => ({ kind: 'held', reason });

  it('is made a third time, and no fourth', () => {
    assert.equal(callOf(turning({ tried: { create: 2 } }), 'create'), 'create');
    assert.deepEqual(callOf(often('create'), 'create'), held('stuck'));
  });

  it('is the target’s word only when it was to set what is still rejected', () => {
    assert.deepEqual(callOf(often('set', { new: 'rejected' }), 'set'), held('newRejected'));
    assert.deepEqual(callOf(often('set', { new: 'unknown' }), 'set'), held('stuck'));
    assert.deepEqual(callOf(often('create', { new: 'rejected' }), 'create'), held('stuck'));
  });

  it('S5 lets AWSCURRENT follow, when the target keeps the new credential, unless it is there', () => {
    assert.equal(callOf(often('restore target', { current: 'old' }), 'restore target'), 'promote');
    assert.deepEqual(callOf(often('restore target', { current: 'new' }), 'restore target'), held('stuck'));
  });
});

describe('S5 what the target said', () => {
  const labels = { current: 'old', pending: 'none', isNewLabelled: true } as const;
  const before = turning({}, { newVersion: 'present', old: 'accepted', new: 'rejected' });

  it('stands after a look that finds the labels where they were', () => {
    assert.deepEqual(looked(before, labels).observed, before.observed);
  });

  for (const [what, change] of [
    ['AWSCURRENT', { current: 'new' }],
    ['AWSPENDING', { pending: 'new' }],
  ] as const) {
    it(`falls with a look that finds ${what} elsewhere`, () => {
      const { observed } = looked(before, { ...labels, ...change });
      assert.deepEqual([observed?.old, observed?.new], ['unasked', 'unasked']);
    });
  }

  it('falls with a look that finds the new version where there was none', () => {
    const none = turning({ fresh: undefined }, { newVersion: 'absent', old: 'accepted' });
    assert.deepEqual(looked(none, labels).observed, { ...asLooked, newVersion: 'present' });
    assert.equal(looked(none, { ...labels, isNewLabelled: false }).observed?.newVersion, 'absent');
    assert.equal(looked(none, { ...labels, isNewLabelled: false }).observed?.old, 'accepted');
  });

  it('is nothing yet when a turn begins, which has just looked', () => {
    const begun = begin('rotate', 'replace', { current: 'old', pending: 'none', isNewLabelled: false }, 'first');
    const nothing = { fresh: undefined, made: undefined, tried: { look: 0 } };
    assert.deepEqual(begun, {
      goal: 'rotate',
      strategy: 'replace',
      observed: asLooked,
      justLooked: true,
      old: 'first',
      ...nothing,
    });
  });
});

describe('S11 a call that was answered', () => {
  const told = { newVersion: 'present', pending: 'new', old: 'accepted', new: 'rejected' } as const;

  for (const [strategy, call, from, observed] of [
    ['replace', 'stage', {}, { pending: 'new', newVersion: 'present', new: 'rejected' }],
    ['replace', 'set', told, { ...told, old: 'unasked', new: 'accepted' }],
    ['alternate', 'set', told, { ...told, new: 'unasked' }],
    ['replace', 'promote', { ...told, new: 'accepted' }, { ...told, current: 'new', new: 'unasked' }],
    ['overlap', 'promote', { ...told, new: 'accepted' }, { ...told, current: 'new', new: 'accepted' }],
    [
      'replace',
      'restore target',
      { ...told, current: 'new' },
      { ...told, current: 'new', old: 'accepted', new: 'rejected' },
    ],
    ['replace', 'restore target', told, { ...told, old: 'unasked', new: 'rejected' }],
    ['replace', 'demote', { current: 'new', old: 'accepted' }, { current: 'old', old: 'unasked' }],
    ['overlap', 'demote', { current: 'new', old: 'accepted' }, { current: 'old', old: 'accepted' }],
    ['replace', 'drop pending', { ...told, current: 'new' }, { ...told, current: 'new', pending: 'none' }],
  ] as const satisfies readonly (readonly [
    Turning<string>['strategy'],
    Write,
    Partial<Observed>,
    Partial<Observed>,
  ])[]) {
    it(`tells of ${strategy}'s '${call}' that it took place, and no more`, () => {
      const after = written(turning({ strategy }, from), call);
      assert.deepEqual(after.observed, { ...asLooked, ...observed });
      assert.deepEqual(after.tried, { [call]: 1 });
    });
  }

  it('that took AWSCURRENT back says nothing of an AWSPENDING that was there', () => {
    const after = written(turning({}, { current: 'new', pending: 'new' }), 'demote');
    assert.deepEqual([after.observed, after.justLooked], [undefined, false]);
    assert.equal(written(turning({}, { current: 'new', pending: 'other' }), 'demote').observed?.pending, 'other');
  });

  it('is as good as a look only when AWSPENDING came off a version that is AWSCURRENT', () => {
    const dropped = (current: Observed['current']) => written(turning({}, { current, pending: 'new' }), 'drop pending');
    assert.deepEqual([dropped('new').justLooked, dropped('old').justLooked], [true, false]);
  });

  it('leaves what was created in the new version, once it is kept there', () => {
    const made = created(turning({ fresh: undefined }), 'third');
    assert.deepEqual([made.made, made.tried, made.justLooked], ['third', { create: 1 }, false]);
    const staged = written(made, 'stage');
    assert.deepEqual([staged.fresh, staged.made], ['third', undefined]);
  });

  it('that reads the new version takes its value for what was created, or knows that there is none', () => {
    const read = wasRead(turning({ fresh: undefined, made: 'third' }), 'new', 'second');
    assert.deepEqual([read.fresh, read.made, read.observed?.newVersion], ['second', undefined, 'present']);
    assert.equal(wasRead(turning({ fresh: undefined }), 'new', undefined).observed?.newVersion, 'absent');
  });
});

describe('S11 a call that failed', () => {
  it('leaves nothing known but the values, and counts', () => {
    const after = failed(turning({}, { old: 'accepted' }), 'set');
    assert.deepEqual(after, turning({ observed: undefined, justLooked: false, tried: { set: 1 } }));
    assert.deepEqual(failed(after, 'set').tried, { set: 2 });
  });

  it('is also one that finds no old version, which must be there', () => {
    const after = wasRead(turning({ old: undefined }), 'old', undefined);
    assert.deepEqual([after.observed, after.tried], [undefined, { 'read old': 1 }]);
    const found = wasRead(turning({ old: undefined }), 'old', 'first');
    assert.deepEqual([found.old, found.observed, found.tried], ['first', asLooked, {}]);
  });
});
