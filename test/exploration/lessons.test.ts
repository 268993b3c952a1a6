/*
 * Goal: what other rotations have lost credentials by is impossible here. Each test is named after the failure: F1 to F11
 * are those of AWS's own four steps, the others are of the system in front.
 *
 * Method: the failure is told, event by event, in the explored world. The exploration covers each of them too, among
 * everything else; here it can be read.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Call } from '../../exploration/delivery.ts';
import { Tale } from '../../exploration/tale.ts';
import { accepts, original, strategyOf, targets } from '../../exploration/world.ts';

/** Onward and back, of a rotation. */
const goals = ['rotate', 'roll back'] as const;
const killedAfter = (at: Call) => ({ at, fate: 'works, and the step is killed' }) as const;
const lost = (at: Call, time = 1) => ({ at, time, fate: 'is lost' }) as const;
const doneOn = (on: 'old' | 'new') => ({ kind: 'done', on, touched: true }) as const;
const overlapping = targets.filter((target) => strategyOf(target) === 'overlap');

describe('what AWS documents of its four steps is impossible here:', () => {
  it('F1 a crash after set leaves AWSCURRENT dead only for `replace`, and until any next delivery', () => {
    for (const target of targets) {
      for (const goal of goals) {
        const tale = new Tale(target);
        tale.deliver('rotate', killedAfter(target === 'issued keys' ? 'stage' : 'set'));
        assert.equal(tale.works, target !== 'replace', target);

        assert.deepEqual(tale.deliver(goal), doneOn(goal === 'rotate' ? 'new' : 'old'));
        assert(tale.works, `${target}, then ${goal}`);
      }
    }
  });

  it('F2 and when somebody then drops AWSPENDING, nobody is locked out: the version is found by its id', () => {
    for (const target of targets) {
      for (const goal of goals) {
        const tale = new Tale(target);
        tale.deliver('rotate', killedAfter(target === 'issued keys' ? 'stage' : 'set'));
        tale.outsider('drops AWSPENDING');

        assert.deepEqual(tale.deliver(goal), doneOn(goal === 'rotate' ? 'new' : 'old'));
        assert(tale.works, `${target}, then ${goal}`);
      }
    }
  });

  it('F3 a test that fails leaves AWSCURRENT working, and the way back leaves no AWSPENDING', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      const at = target === 'issued keys' ? 'create' : 'set';
      const refused = { at, fate: 'is taken, and the target turns the credential away' } as const;
      assert.deepEqual(tale.deliver('rotate', refused), { kind: 'held', reason: 'newRejected' });
      assert(tale.works, target);

      assert.deepEqual(tale.deliver('roll back'), doneOn('old'));
      assert.equal(tale.world.pending, 'none');
    }
  });

  it('F3 a credential that is not known everywhere yet is asked about again, and set again', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      const at = target === 'issued keys' ? 'create' : 'set';
      tale.deliver('rotate', { at, fate: 'works, but not everywhere yet: the next answer is no' });
      assert(tale.works, target);
      assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
    }
  });

  it('F4 a stray AWSPENDING of somebody else holds the rotation, is left where it is, and locks nothing', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      tale.outsider('puts AWSPENDING on a version of their own');
      assert.deepEqual(tale.deliver('rotate'), { kind: 'held', reason: 'pendingTaken' });
      assert.equal(tale.world.pending, 'other');

      tale.outsider('drops AWSPENDING');
      assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
    }
  });

  it('F5 a client that has cached the old value still gets in after a rotation, unless the target holds one password', () => {
    for (const target of targets.filter((one) => one !== 'replace')) {
      const tale = new Tale(target);
      tale.deliver('rotate');
      assert(accepts(tale.world, original), target);
    }
  });

  it('F6 cancelled after any call, the labels tell the next delivery all it needs, in both directions', () => {
    for (const target of targets) {
      const calls = callsOf(target, 'rotate');
      for (const call of calls) {
        for (const goal of goals) {
          const tale = new Tale(target);
          tale.deliver('rotate', { at: call, fate: 'is not made: the step is killed, or past its deadline' });
          const end = tale.deliver(goal);
          assert.equal(end !== 'killed' && end.kind, 'done', `${target}: killed at ${call}, then ${goal}`);
          assert.equal(tale.world.current, goal === 'rotate' ? 'new' : 'old');
          assert(tale.works);
        }
      }
    }
  });

  it('F8 it drops AWSPENDING itself, and is not done before', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      assert.deepEqual(tale.deliver('rotate', lost('drop pending'), lost('drop pending', 2)), doneOn('new'));
      assert.equal(tale.world.pending, 'none');

      const never = new Tale(target);
      const end = never.deliver('rotate', lost('drop pending'), lost('drop pending', 2), lost('drop pending', 3));
      assert.deepEqual(end, { kind: 'held', reason: 'stuck' });
      assert(never.works);
    }
  });

  it('F9 a value that somebody puts by hand is no rotation: it holds, and is not built upon', () => {
    for (const target of targets) {
      for (const goal of goals) {
        const tale = new Tale(target);
        tale.outsider('rotates the secret by hand');
        assert.deepEqual(tale.deliver(goal), { kind: 'held', reason: 'currentMoved' });
        assert(tale.works, target);
      }
    }
  });

  it('F11 a value that the target will not take changes nothing that clients read', () => {
    const tale = new Tale('replace');
    tale.deliver('rotate', { at: 'set', fate: 'is taken, and the target turns the credential away' });
    assert.deepEqual([tale.world.current, tale.works], ['old', true]);
  });
});

describe('what was reported of other systems is impossible here:', () => {
  it('aws-iam-access-key-auto-rotation: a crash between create and put loses no key that somebody reads', () => {
    const tale = new Tale('issued keys');
    tale.deliver('rotate', killedAfter('create'));
    assert(tale.works);
    assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
    // The key that nobody holds is gone: it was found by its label, once the version that counts was safe.
    assert.deepEqual(tale.world.accepts, [original, tale.world.fresh]);
  });

  it('Vault #28989: no new value is made on a retry; the one that is kept is set, however often', () => {
    for (const target of ['alternate', 'replace', 'registered keys'] as const) {
      const tale = new Tale(target);
      tale.deliver('rotate', lost('set'), lost('set', 2), lost('set', 3));
      const { fresh } = tale.world;
      assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
      assert.deepEqual([tale.world.fresh, tale.world.created], [fresh, 1]);
    }
  });

  it('Vault #21435: a failure that does not pass ends in a hold, and is not repeated for ever', () => {
    for (const call of ['look', 'create', 'stage', 'set', 'promote', 'drop pending'] as const) {
      const tale = new Tale('alternate');
      const end = tale.deliver('rotate', ...Array.from({ length: 50 }, (_, index) => lost(call, index + 1)));
      assert.equal(end !== 'killed' && end.kind, 'held', call);
      assert(tale.calls.filter((made) => made === call).length <= 3, call);
      assert(tale.works);
    }
  });

  it('Vault #18738, Conjur, Infisical on create: nothing but the idle credential is ever changed', () => {
    for (const target of targets.filter((one) => one !== 'replace')) {
      const tale = new Tale(target);
      for (const goal of ['rotate', 'roll back', 'rotate', 'rotate'] as const) {
        tale.deliver(goal);
        assert(accepts(tale.world, original), `${target}: ${goal}`);
      }
      assert(!tale.working.includes(false));
    }
  });

  it('Azure sample: a step that is delivered again does not turn to the other credential', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      tale.deliver('rotate');
      const after = tale.world;
      assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
      assert.deepEqual({ ...tale.world, used: [] }, { ...after, used: [] });
    }
  });

  it('Infisical PR 5461: the target learns no value before a version holds it', () => {
    for (const target of targets.filter((one) => one !== 'issued keys')) {
      const calls = callsOf(target, 'rotate');
      assert(calls.indexOf('stage') < calls.indexOf('set'), target);
    }
  });

  it('Argo: an answer that says nothing is no yes: it holds, and nothing is promoted on it', () => {
    for (const target of targets) {
      for (const at of ['ask old', 'ask new'] as const) {
        const tale = new Tale(target);
        const end = tale.deliver('rotate', { at, fate: 'is answered with something senseless' });
        assert.deepEqual(end, { kind: 'held', reason: at === 'ask old' ? 'oldUnknown' : 'newUnknown' });
        assert(tale.works, `${target}: ${at}`);
      }
    }
  });

  it('Argo rollback: sent back twice, it is on the same version', () => {
    for (const target of targets) {
      const tale = new Tale(target);
      tale.deliver('rotate');
      assert.deepEqual(tale.deliver('roll back'), doneOn('old'));
      assert.deepEqual(tale.deliver('roll back'), doneOn('old'));
      assert.equal(tale.world.current, 'old');
    }
  });

  it('section 6: to persist fails after create, five times: what is served stays valid', () => {
    for (const target of overlapping) {
      const tale = new Tale(target);
      tale.deliver('rotate', ...Array.from({ length: 5 }, (_, index) => lost('stage', index + 1)));
      assert(!tale.working.includes(false));
      assert.deepEqual(tale.deliver('rotate'), doneOn('new'));
    }
  });
});

/** The calls of a rotation in which nothing goes wrong. */
function callsOf(target: (typeof targets)[number], goal: (typeof goals)[number]): readonly Call[] {
  const tale = new Tale(target);
  tale.deliver(goal);
  return tale.calls.filter((call) => call !== 'read current' && call !== 'describe');
}
