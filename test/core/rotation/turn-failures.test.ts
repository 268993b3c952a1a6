import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import { type Fate, TurnWorld } from './turn-world.ts';

/** The first calls work, and the next ones meet these fates. */
const after = (calls: number, ...fates: readonly Fate[]): Fate[] => [
  ...Array.from({ length: calls }, () => 'works' as const),
  ...fates,
];

describe('a way back that the target does not allow', () => {
  /** Half-way: the target has the new password, and AWSCURRENT is where it was. */
  const halfWay = async () => {
    const world = new TurnWorld('replace', after(3, 'responseLost', ...Array(20).fill('requestLost')));
    assert.equal((await world.turn('rotate')).kind, 'held');
    const later = new TurnWorld('replace');
    for (const [id, value] of world.versions) later.versions.set(id, value);
    for (const [label, id] of world.labels) later.labels.set(label, id);
    later.accepted.clear();
    for (const value of world.accepted) later.accepted.add(value);
    assert.deepEqual([later.current, later.accepted.has('first')], ['v-old', false]);
    return later;
  };

  it('S5 goes forward, so that what clients read authenticates, and then people are called', async () => {
    const world = await halfWay();
    world.keepsNew = true;
    assert.deepEqual(await world.turn('roll back'), { kind: 'held', reason: 'stuck' });
    assert.equal(world.current, 'v-new');
    assert.ok(world.accepted.has(world.versions.get('v-new') ?? ''));
    assert.equal(world.calls.filter((call) => call === 'revert').length, 3);
    assert.equal(world.calls.filter((call) => call === 'current to v-new').length, 1);
  });

  it('S5 stays where it is, when clients read the new credential already', async () => {
    const world = new TurnWorld('replace');
    await world.turn('rotate');
    world.keepsNew = true;
    assert.deepEqual(await world.turn('roll back'), { kind: 'held', reason: 'stuck' });
    assert.equal(world.current, 'v-new');
  });

  it('goes back as before when the target allows it, and asks nobody who made it for their word', async () => {
    const world = await halfWay();
    world.theirWord = 'no';
    assert.deepEqual(await world.turn('roll back'), { kind: 'done', versionId: 'v-old', touched: true });
    assert.deepEqual([world.current, world.accepted.has('first')], ['v-old', true]);
    assert.deepEqual([world.calls.includes('ask'), world.calls.includes('their test of v-new')], [true, false]);
  });
});

describe('S6 a credential that somebody else makes work', () => {
  it('is promoted when our probe and then their test say yes, in this order', async () => {
    const world = new TurnWorld('alternate');
    world.theirWord = 'yes';
    assert.deepEqual(await world.turn('rotate'), { kind: 'done', versionId: 'v-new', touched: true });
    assert.deepEqual(world.calls, [
      ...['ask', 'stage', 'describe', 'set', 'ask', 'their test of v-new', 'current to v-new', 'drop pending'],
    ]);
  });

  it('is not promoted on our word alone: their test may fail twice, and the third time it is held', async () => {
    const world = new TurnWorld('alternate');
    world.theirWord = 'no';
    assert.deepEqual(await world.turn('rotate'), { kind: 'held', reason: 'stuck' });
    assert.equal(world.calls.filter((call) => call === 'their test of v-new').length, 3);
    assert.equal(world.current, 'v-old');
    assert.deepEqual(await world.turn('roll back'), { kind: 'done', versionId: 'v-old', touched: true });
  });

  it('is not promoted on their word alone: they are not even asked about what the target rejects', async () => {
    const world = new TurnWorld('alternate');
    world.theirWord = 'yes';
    world.refusesNew = true;
    assert.deepEqual(await world.turn('rotate'), { kind: 'held', reason: 'newRejected' });
    assert.equal(world.calls.includes('their test of v-new'), false);
  });

  it('is promoted though an answer of theirs is lost', async () => {
    const world = new TurnWorld('alternate', after(3, 'responseLost'));
    world.theirWord = 'yes';
    assert.equal((await world.turn('rotate')).kind, 'done');
    assert.equal(world.calls.filter((call) => call === 'their test of v-new').length, 2);
  });

  it('is not put to their test again once it is AWSCURRENT, and a way back asks them nothing', async () => {
    const world = new TurnWorld('alternate');
    world.theirWord = 'yes';
    await world.turn('rotate');
    world.theirWord = 'no';
    assert.equal((await world.turn('rotate')).kind, 'done');
    assert.equal((await world.turn('roll back')).kind, 'done');
    assert.equal(world.calls.filter((call) => call === 'their test of v-new').length, 1);
  });

  it('is not put to their test where it carries both labels: what is AWSCURRENT is no longer theirs to judge', async () => {
    const world = new TurnWorld('alternate', after(5, ...Array(20).fill('requestLost')));
    world.theirWord = 'yes';
    assert.equal((await world.turn('rotate')).kind, 'held');
    assert.deepEqual([world.current, world.labels.get('AWSPENDING')], ['v-new', 'v-new']);
    const later = new TurnWorld('alternate');
    for (const [id, value] of world.versions) later.versions.set(id, value);
    for (const [label, id] of world.labels) later.labels.set(label, id);
    for (const value of world.accepted) later.accepted.add(value);
    later.theirWord = 'no';
    assert.deepEqual(await later.turn('rotate'), { kind: 'done', versionId: 'v-new', touched: true });
    assert.deepEqual([later.calls.includes('ask'), later.calls.includes('their test of v-new')], [true, false]);
  });

  it('S11 is not put to their test at the deadline, and not promoted when their test took until then', async () => {
    const probing = new TurnWorld('alternate');
    probing.theirWord = 'yes';
    assert.deepEqual(await probing.turn('rotate', instant(0)), { kind: 'held', reason: 'deadline' });

    const known = new TurnWorld('alternate');
    known.theirWord = 'yes';
    known.knownAfter = 1_000;
    assert.deepEqual(await known.turn('rotate', instant(1_000)), { kind: 'held', reason: 'deadline' });
    assert.equal(known.calls.includes('their test of v-new'), false, 'it was accepted just at the deadline');

    const tested = new TurnWorld('alternate');
    tested.theirWord = 'yes';
    tested.theyTake = 45_000;
    assert.deepEqual(await tested.turn('rotate', instant(45_000)), { kind: 'held', reason: 'deadline' });
    assert.equal(tested.current, 'v-old');
  });
});

describe('a call that fails', () => {
  it('is made again a second later, three times in all', async () => {
    const world = new TurnWorld('overlap', after(1, ...Array(20).fill('requestLost')));
    await world.turn('rotate');
    assert.ok(world.now() >= 3_000, `${world.now()}`);
  });

  it('is followed by a look at once when somebody else was there first: another second would tell no more', async () => {
    const world = new TurnWorld('overlap');
    world.versions.set('v-other', 'somebody’s');
    world.accepted.add('somebody’s');
    const { add } = world.accepted;
    // As the target learns the new credential, somebody moves AWSCURRENT.
    world.accepted.add = (value) => {
      world.labels.set('AWSCURRENT', 'v-other');
      return add.call(world.accepted, value);
    };
    assert.deepEqual(await world.turn('rotate'), { kind: 'held', reason: 'currentMoved' });
    assert.deepEqual([world.calls.includes('current to v-new'), world.now()], [true, 0]);
  });
});
