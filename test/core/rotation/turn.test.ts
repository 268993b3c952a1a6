/*
 * Goal: whatever the network loses, turning a credential ends, and no client ever reads one that has stopped working.
 *
 * Method: turn it in this process, over ports whose every call may be lost on its way there or on its way back. The
 * fate of every call is data, so fast-check searches the losses, and shrinks a failure to the fewest that cause it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { instant } from '../../../core/instant.ts';
import { fates, TurnWorld } from './turn-world.ts';

const losses = fc.array(fc.constantFrom(...fates), { maxLength: 12 });
const leavesOldValid = fc.constantFrom('overlap' as const, 'alternate' as const);

describe('turning a credential', () => {
  it('takes create, set, test, promote and drop pending, each once, with three writes', async () => {
    const world = new TurnWorld('alternate');
    assert.deepEqual(await world.turn('rotate'), { kind: 'done', versionId: 'v-new', touched: true });
    assert.deepEqual(world.calls, ['ask', 'stage', 'describe', 'set', 'ask', 'current to v-new', 'drop pending']);
    assert.deepEqual(Object.fromEntries(world.labels), { AWSCURRENT: 'v-new', AWSPREVIOUS: 'v-old' });
  });

  it('for replace, promotes right after it has set: two calls lie between', async () => {
    const world = new TurnWorld('replace');
    await world.turn('rotate');
    assert.deepEqual(world.calls, [
      'read',
      'ask',
      'stage',
      'describe',
      'set',
      'current to v-new',
      'ask',
      'drop pending',
    ]);
    assert.deepEqual(world.outages, ['set']);
  });

  it('does nothing when it is done already', async () => {
    const world = new TurnWorld('overlap');
    await world.turn('rotate');
    world.calls.length = 0;
    assert.deepEqual(await world.turn('rotate'), { kind: 'done', versionId: 'v-new', touched: true });
    assert.deepEqual(world.calls, ['read', 'ask', 'describe']);
  });

  it('S6 holds when the target takes the new credential and then rejects it', async () => {
    const world = new TurnWorld('overlap');
    world.refusesNew = true;
    assert.deepEqual(await world.turn('rotate'), { kind: 'held', reason: 'newRejected' });
    assert.equal(world.current, 'v-old');
  });

  it('aws-sdk-js #559, Vault #3115: is promoted when what is new is known everywhere only 15 seconds later, and not before', async () => {
    for (const strategy of ['overlap', 'alternate'] as const) {
      const world = new TurnWorld(strategy);
      world.knownAfter = 15_000;
      assert.deepEqual(await world.turn('rotate'), { kind: 'done', versionId: 'v-new', touched: true }, strategy);
      assert.deepEqual(world.outages, []);
      // 3 × 7 seconds of asking are not for ever.
      const never = new TurnWorld(strategy);
      never.knownAfter = 22_000;
      assert.deepEqual(await never.turn('rotate'), { kind: 'held', reason: 'newRejected' }, strategy);
      assert.equal(never.current, 'v-old');
    }
  });

  it('S6 takes no answer for a yes: when the target falls silent, nothing is created', async () => {
    const world = new TurnWorld('overlap');
    world.isSilent = true;
    assert.deepEqual(await world.turn('rotate'), { kind: 'held', reason: 'oldUnknown' });
    assert.deepEqual([...world.versions.keys()], ['v-old']);
  });

  it('S11 writes nothing from its deadline on', async () => {
    const world = new TurnWorld('overlap');
    assert.deepEqual(await world.turn('rotate', instant(0)), { kind: 'held', reason: 'deadline' });
    assert.deepEqual(world.calls, []);
  });

  it('goes back from wherever it was left, and for replace gives the old password back', async () => {
    for (const strategy of ['overlap', 'alternate', 'replace'] as const) {
      const world = new TurnWorld(strategy);
      await world.turn('rotate');
      assert.deepEqual(await world.turn('roll back'), { kind: 'done', versionId: 'v-old', touched: true });
      assert.equal(world.current, 'v-old');
      assert.ok(world.accepted.has('first'), strategy);
    }
  });

  it('S5 never leaves AWSCURRENT on a credential that the target rejects, whatever is lost', async () => {
    await fc.assert(
      fc.asyncProperty(leavesOldValid, losses, losses, async (strategy, forward, back) => {
        const world = new TurnWorld(strategy, [...forward, ...back]);
        await world.turn('rotate');
        await world.turn('roll back');
        assert.deepEqual(world.outages, []);
      }),
    );
  });

  it('S5 for replace, leaves no outage after a single loss once it was turned again', async () => {
    for (let at = 0; at < 12; at += 1) {
      for (const fate of ['requestLost', 'responseLost'] as const) {
        for (const goal of ['rotate', 'roll back'] as const) {
          const world = new TurnWorld('replace', [...Array.from({ length: at }, () => 'works' as const), fate]);
          await world.turn('rotate');
          const turned = await world.turn(goal);
          assert.equal(turned.kind, 'done', `${fate} at ${at}, then ${goal}`);
          assert.ok(world.accepted.has(world.versions.get(world.current) ?? ''), `${fate} at ${at}, then ${goal}`);
        }
      }
    }
  });

  it('S11 loses no credential: whatever the target accepts is held in some version, whatever is lost', async () => {
    await fc.assert(
      fc.asyncProperty(leavesOldValid, losses, async (strategy, lost) => {
        const world = new TurnWorld(strategy, lost);
        await world.turn('rotate');
        const held = new Set(world.versions.values());
        assert.deepEqual(
          [...world.accepted].filter((value) => !held.has(value)),
          [],
        );
      }),
    );
  });

  it('S11 ends the same when it is delivered again with nothing lost any more', async () => {
    await fc.assert(
      fc.asyncProperty(leavesOldValid, losses, async (strategy, lost) => {
        const world = new TurnWorld(strategy, lost);
        await world.turn('rotate');
        // What is left of the losses must not reach the second delivery.
        const again = await world.turn('rotate');
        if (again.kind === 'held') assert.notEqual(again.reason, 'newRejected');
      }),
    );
  });
});
