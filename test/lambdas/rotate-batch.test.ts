import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { BatchAnswer, Claim } from '../../core/verdict/claim.ts';
import { rotateBatch } from '../../lambdas/rotate-batch/step.ts';
import { at, canary, inWindow, key1, key2, key3, login, RunWorld, settings } from './run-world.ts';

const claimsOf = (answer: BatchAnswer): readonly Claim[] =>
  answer.kind === 'turned' ? answer.claims : assert.fail(JSON.stringify(answer));

/** What became of each secret, in a few words. */
const told = (answer: BatchAnswer): unknown[] =>
  claimsOf(answer).map((claim) =>
    'reason' in claim ? [claim.name, claim.kind, claim.reason] : [claim.name, claim.kind],
  );

const newVersionOf = (world: RunWorld, name: string): string =>
  world.batch().secrets.find((secret) => secret.name === name)?.newVersion ?? assert.fail(name);

describe('rotating a batch', () => {
  it('turns its secrets one after the other, and claims for each the version that is current now', async () => {
    const world = await new RunWorld().approved();
    const answer = await world.turn('rotate');

    assert.deepEqual(told(answer), [
      [key1, 'rotated'],
      [key2, 'rotated'],
      [key3, 'rotated'],
    ]);
    for (const claim of claimsOf(answer)) {
      const planned = newVersionOf(world, claim.name);
      assert.equal('versionId' in claim && claim.versionId, planned);
      assert.deepEqual(world.fleet.labels(claim.name), { AWSCURRENT: planned, AWSPREVIOUS: 'v1' });
    }
    const verbs = ['create', 'stage', 'set', 'moveCurrent', 'dropPending'];
    assert.deepEqual(
      world.fleet.writes,
      [key1, key2, key3].flatMap((name) => verbs.map((verb) => `${verb} ${name}`)),
    );
  });

  it('never takes away what still works: the old credential is accepted after it (S7)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    assert.ok(world.fleet.accepted.has(world.fleet.held(key1).values.get('v1')?.text ?? ''));
  });

  it('begins no further secret of the batch once one has failed, and says of each what became of it (S6)', async () => {
    const world = await new RunWorld().approved();
    world.fleet.refusing.add(key2);

    assert.deepEqual(told(await world.turn('rotate')), [
      [key1, 'rotated'],
      [key2, 'failed', 'newRejected'],
      [key3, 'leftAlone', 'batchFailed'],
    ]);
    assert.equal(world.fleet.labels(key2)['AWSCURRENT'], 'v1');
    assert.ok(!world.calls.some((call) => call.endsWith(key3)));
  });

  it('answers with a failure instead of throwing, whatever call it was that failed, and quotes none (S11, S12)', async () => {
    const world = await new RunWorld().approved();
    world.fleet.failing.add(`describe ${key1}`);
    assert.deepEqual(told(await world.turn('rotate')), [
      [key1, 'failed', 'unreadable'],
      [key2, 'leftAlone', 'batchFailed'],
      [key3, 'leftAlone', 'batchFailed'],
    ]);
    assert.deepEqual(world.fleet.writes, []);
    assert.ok(!world.said.includes(canary));
  });

  it('turns its batch again to the same end, and makes nothing twice (S11)', async () => {
    const world = await new RunWorld().approved();
    const first = await world.turn('rotate');
    world.calls.length = 0;

    assert.deepEqual(await world.turn('rotate'), first);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('goes on where an earlier delivery died, with the value that it had made (S11)', async () => {
    const world = await new RunWorld().approved();
    world.fleet.failing.add(`set ${key1}`);
    assert.deepEqual(told(await world.turn('rotate'))[0], [key1, 'failed', 'newRejected']);
    const staged = world.fleet.held(key1).values.get(newVersionOf(world, key1))?.text;
    world.fleet.failing.clear();
    world.calls.length = 0;

    assert.deepEqual(told(await world.turn('rotate'))[0], [key1, 'rotated']);
    assert.ok(!world.calls.includes(`create ${key1}`));
    assert.equal(world.fleet.held(key1).values.get(newVersionOf(world, key1))?.text, staged);
  });

  it('writes nothing from 240 seconds after its start on (S11)', async () => {
    const world = await new RunWorld().approved();
    const { ports } = world;
    world.admit(1);
    const slow = rotateBatch({
      ...ports,
      tier: 'low',
      seals: { isGenuine: async () => Boolean(Object.assign(world, { now: inWindow + 240_000 })) },
    });

    const answer = await slow({ goal: 'rotate', batch: world.batch() });
    assert.deepEqual(told(answer)[0], [key1, 'failed', 'deadline']);
    assert.deepEqual(world.fleet.writes, []);

    const justInTime = rotateBatch({
      ...ports,
      tier: 'low',
      seals: { isGenuine: async () => Boolean(Object.assign(world, { now: inWindow + 479_999 })) },
    });
    assert.deepEqual(told(await justInTime({ goal: 'rotate', batch: world.batch() }))[0], [key1, 'rotated']);
  });
});

describe('a secret whose rotator needs a master', () => {
  const turnLogin = async (alter: (world: RunWorld) => void, more: ConstructorParameters<typeof RunWorld>[0] = {}) => {
    const world = await new RunWorld(more).approved();
    alter(world);
    return { world, answer: told(await world.turn('rotate', world.batch(2))) };
  };

  it('is turned with that of its tier', async () => {
    const { world, answer } = await turnLogin(() => {});
    assert.deepEqual(answer, [[login, 'rotated']]);
    const master = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2';
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith('readMaster')),
      [`readMaster ${master}`],
    );
  });

  it('is not needed on a way back, which goes on when it cannot be read (S6)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate', world.batch(2));
    world.fleet.failing.add(
      'readMaster arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2',
    );
    assert.deepEqual(told(await world.turn('roll back', world.batch(2))), [[login, 'back']]);
    assert.equal(world.fleet.labels(login)['AWSCURRENT'], 'v1');
  });

  it('is not begun when it cannot be read', async () => {
    const master = 'readMaster arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2';
    const { world, answer } = await turnLogin(({ fleet }) => fleet.failing.add(master));
    assert.deepEqual(answer, [[login, 'failed', 'masterUnreadable']]);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('is left alone when the configuration has lost its rotator, whatever the plan says (S14)', async () => {
    const world = await new RunWorld().approved();
    world.admit(2);
    const { postgres: _, ...rotators } = settings.rotators;
    const without = rotateBatch({ ...world.ports, settings: { ...settings, rotators }, tier: 'medium' });
    assert.deepEqual(told(await without({ goal: 'rotate', batch: world.batch(2) })), [
      [login, 'leftAlone', 'unknownRotator'],
    ]);
    assert.deepEqual(world.fleet.writes, []);
  });
});

describe('sending a batch back', () => {
  it('puts every secret on the version that the plan recorded, and says which it had touched', async () => {
    const world = await new RunWorld().approved();
    world.fleet.refusing.add(key2);
    await world.turn('rotate');
    const answer = await world.turn('roll back');

    assert.deepEqual(
      claimsOf(answer).map((claim) => claim.kind === 'back' && [claim.name, claim.versionId, claim.touched]),
      [
        [key1, 'v1', true],
        [key2, 'v1', true],
        [key3, 'v1', false],
      ],
    );
    for (const name of [key1, key2, key3]) assert.equal(world.fleet.labels(name)['AWSCURRENT'], 'v1');
    assert.equal(world.fleet.labels(key2)['AWSPENDING'], undefined);
  });

  it('tries every secret, even after one that could not be sent back (S6)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    world.fleet.silent.add(key1);

    assert.deepEqual(told(await world.turn('roll back')), [
      [key1, 'failed', 'oldUnknown'],
      [key2, 'back'],
      [key3, 'back'],
    ]);
    assert.notEqual(world.fleet.labels(key1)['AWSCURRENT'], 'v1');
  });

  it('asks nothing of tags, age or dates: what was due no longer may still go back (S8)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    world.fleet.tag(key1, { expirationDate: '2027-02-28', tier: undefined });
    assert.deepEqual(told(await world.turn('roll back'))[0], [key1, 'back']);
  });

  it('does the same when it is delivered again, and writes nothing more (S11)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    const first = await world.turn('roll back');
    world.calls.length = 0;
    assert.deepEqual(await world.turn('roll back'), first);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('leaves a secret that somebody else has changed since where it is, and says so (S4)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    world.fleet.change(key1, 'v9', ['AWSCURRENT'], at('2026-11-19T02:40:00Z'));
    world.calls.length = 0;

    assert.deepEqual(told(await world.turn('roll back'))[0], [key1, 'failed', 'currentMoved']);
    assert.equal(world.fleet.labels(key1)['AWSCURRENT'], 'v9');
    assert.ok(!world.fleet.writes.some((call) => call.endsWith(key1)));
  });

  it('for replace, gives the old password back to the target first (S5)', async () => {
    const name = 'prod/low/ledger/login';
    const only = { kind: 'postgres', strategy: 'replace', allowedHosts: ['127.0.0.1'], validityDays: 90 } as const;
    const tags = { rotator: 'only', probe: 'postgres', health: 'ledger' };
    const value = { host: '127.0.0.1', engine: 'postgres', username: 'app', password: canary, client: name };
    const more = {
      rotators: { ...settings.rotators, only },
      caps: { secrets: 60, percentOfFleet: 50, secretsPerDay: 100 },
    };
    const world = await new RunWorld(more, [{ name, tags, value }]).approved();

    assert.equal((await world.turn('rotate')).kind, 'turned');
    assert.notEqual(world.fleet.labels(name)['AWSCURRENT'], 'v1');
    world.calls.length = 0;
    await world.turn('roll back');
    assert.deepEqual(
      world.fleet.writes.filter((call) => call.endsWith(name)),
      [`revert ${name}`, `moveCurrent ${name}`],
    );
  });
});
