import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Vault } from '../../core/ports.ts';
import { rotateBatch } from '../../lambdas/rotate-batch/step.ts';
import { at, key1, key2, RunWorld } from './run-world.ts';

/** Has something happen to the first secret after its approval, and says what becomes of it when its turn comes. */
async function drifted(happens: (world: RunWorld) => void, goal: 'rotate' | 'roll back' = 'rotate'): Promise<unknown> {
  const world = await new RunWorld().approved();
  happens(world);
  const answer = await world.turn(goal);
  const [claim, second] = answer.kind === 'turned' ? answer.claims : assert.fail(JSON.stringify(answer));
  const written = world.fleet.writes.filter((call) => call.endsWith(key1));
  assert.equal(second?.kind, 'rotated', 'what is left alone does not stop the others');
  assert.ok(written.length === 0 || claim?.kind === 'rotated', written.join());
  return claim?.kind === 'leftAlone' ? claim.reason : claim?.kind;
}

/** When the current version of the first secret was made. */
const madeAt = (text: string) => (world: RunWorld) => {
  const { values } = world.fleet.held(key1);
  values.set('v1', { text: values.get('v1')?.text ?? '', createdAt: at(text) });
};

describe('a secret, right before it is touched (S3)', () => {
  it('is left alone when another version is current than the plan recorded', async () => {
    const change = ({ fleet }: RunWorld) => fleet.change(key1, 'v9', ['AWSCURRENT'], at('2026-09-01T00:00:00Z'));
    assert.equal(await drifted(change), 'versionMoved');
  });

  it('is left alone from one millisecond below the minimum age, and not at it', async () => {
    assert.equal(await drifted(madeAt('2026-11-18T02:30:00Z')), 'rotated');
    assert.equal(await drifted(madeAt('2026-11-18T02:30:00.001Z')), 'tooYoung');
  });

  it('is left alone when its age cannot be told, since its value cannot be read', async () => {
    assert.equal(await drifted(({ fleet }) => fleet.unreadable.add(key1)), 'unreadable');
  });

  it('is left alone when it was renewed by hand: it is due no longer', async () => {
    assert.equal(await drifted(({ fleet }) => fleet.tag(key1, { expirationDate: '2027-02-28' })), 'notDue');
  });

  for (const [what, tags, reason] of [
    ['expiration, to another day that has passed', { expirationDate: '2026-11-12' }, 'planDiffers'],
    ['service', { health: 'ledger' }, 'planDiffers'],
    ['rotator', { rotator: 'hmac-key' }, 'planDiffers'],
    ['tier', { tier: 'medium' }, 'tierContradictsPath'],
    ['tier, to none', { tier: undefined }, 'noTier'],
    ['probe, to one that does not fit', { probe: 'postgres' }, 'probeUnfit'],
  ] as const) {
    it(`is left alone when somebody changed its ${what}`, async () => {
      assert.equal(await drifted(({ fleet }) => fleet.tag(key1, tags)), reason);
    });
  }

  it('is left alone when somebody else is changing it', async () => {
    const change = ({ fleet }: RunWorld) => fleet.change(key1, 'v9', ['AWSPENDING'], at('2026-11-19T02:00:00Z'));
    assert.equal(await drifted(change), 'rotationInFlight');
  });

  it('is rotated when what is in flight is this run’s own: its own AWSPENDING is no drift (S11)', async () => {
    const staged = (world: RunWorld) => {
      const newVersion = world.batch().secrets.find(({ name }) => name === key1)?.newVersion ?? assert.fail();
      world.fleet.change(key1, newVersion, ['AWSPENDING'], at('2026-11-19T02:29:00Z'));
    };
    assert.equal(await drifted(staged), 'rotated');
  });

  for (const [what, alter, reason] of [
    ['is scheduled for deletion', { deletedAt: at('2026-12-01T00:00:00Z') }, 'scheduledForDeletion'],
    ['has its native rotation switched on', { rotationEnabled: true }, 'nativeRotation'],
    ['belongs to another service', { owningService: 'rds' }, 'ownedByService'],
    ['is another secret’s description', { arn: 'arn:other', name: 'elsewhere', tags: [] }, 'notListed'],
  ] as const) {
    it(`is left alone when it ${what} (S4)`, async () => {
      const change = ({ fleet }: RunWorld) => {
        const held = fleet.held(key1);
        held.entry = { ...held.entry, ...alter };
      };
      assert.equal(await drifted(change), reason);
    });
  }

  it('is proved by the value of the version that the plan recorded, even when another was current a moment ago (S5)', async () => {
    const world = await new RunWorld().approved();
    await world.turn('rotate');
    // Somebody sends the batch back while this delivery, which has read what was current before, is on its way.
    const { ports, fleet } = world;
    const stale = await fleet.readCurrent(world.batch().secrets.map(({ arn }) => arn));
    await world.turn('roll back');
    fleet.accepted.delete(fleet.held(key1).values.get('v1')?.text ?? '');
    const vault: Vault = {
      readCurrent: async () => stale,
      describe: (arn) => fleet.describe(arn),
      readMaster: (arn) => fleet.readMaster(arn),
      read: (arn, versionId) => fleet.read(arn, versionId),
      stage: (arn, versionId, value) => fleet.stage(arn, versionId, value),
      moveCurrent: (arn, move) => fleet.moveCurrent(arn, move),
      dropPending: (arn, versionId) => fleet.dropPending(arn, versionId),
    };
    const late = rotateBatch({ ...ports, vault, tier: 'low' });

    const answer = await late({ goal: 'roll back', batch: world.batch() });
    const [first, second] = answer.kind === 'turned' ? answer.claims : assert.fail();
    assert.deepEqual([first?.kind, second?.kind], ['failed', 'back']);
    assert.equal(second?.name, key2);
  });
});
