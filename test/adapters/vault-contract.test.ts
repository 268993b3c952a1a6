/*
 * Goal: whoever holds a Vault may rely on what its port says, whatever becomes of single calls.
 *
 * Method: one suite over the real adapter, the SDK's client, the retries and the replica, on three networks: one that
 * works, one that loses every request once, and one that loses every answer once, so that each call is made twice.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';

import { withRetries } from '../../adapters/retries.ts';
import { SecretsManagerVault } from '../../adapters/secrets-manager-vault.ts';
import { LabelMovedError, VersionTakenError } from '../../core/errors.ts';
import { instant } from '../../core/instant.ts';
import type { Vault } from '../../core/ports.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { Account } from '../../rehearsal/account/account.ts';
import type { Fate } from '../../rehearsal/account/faults.ts';
import { clientsOf } from '../../rehearsal/account/seam.ts';
import { SecretsManagerReplica } from '../../rehearsal/aws/secrets-manager.ts';
import { seeded } from '../../rehearsal/seed.ts';
import { VirtualTime } from '../../rehearsal/virtual-time.ts';
import { tellsNothing, valueIn } from './garbled.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/orders-AbCdEf';
const role = 'arn:aws:iam::111122223333:role/rotate-batch-low';
const v1 = '11111111-1111-4111-8111-111111111111';
const v2 = '22222222-2222-4222-8222-222222222222';
const v3 = '33333333-3333-4333-8333-333333333333';

interface World {
  readonly vault: Vault;
  /** The version that each label is on, as it is and not as the vault says. */
  labels(): Readonly<Record<string, string>>;
  /** Awaits a call while time goes on. */
  run<T>(call: Promise<T>): Promise<T>;
  /** Awaits a move, of which only this much is promised: it was made, or the label is not where it was to leave. */
  move(call: Promise<void>): Promise<void>;
}

function begin(fate: Fate): World {
  const time = new VirtualTime(instant(Date.UTC(2026, 10, 18)));
  const place = { account: '111122223333', region: 'us-east-1' };
  const account = new Account({ ...place, roles: [], functions: [], resourcePolicies: new Map() }, time, {
    // Each call is made twice at most, and the second always works.
    fateOf: ({ index }) => (index % 2 === 0 ? fate : 'works'),
  });
  account.authorisation.admit(role, 'administrator');
  const replica = new SecretsManagerReplica({ ...place, clock: time, random: seeded(1) });
  account.register(replica);
  replica.seed(
    { ARN: arn, Name: 'prod/low/orders', SecretVersionsToStages: { [v1]: ['AWSCURRENT'] } },
    { [v1]: { value: 'first' } },
  );

  const client = withRetries(clientsOf(account, role).secretsManager, time);
  const run = <T>(call: Promise<T>) => time.run(call);
  return {
    vault: new SecretsManagerVault(client),
    labels: () => replica.labels(arn),
    run,
    move: async (call) => {
      const moved = await run(call.then(() => undefined).catch((error: unknown) => error));
      if (moved !== undefined) assert.ok(fate === 'responseLost' && moved instanceof LabelMovedError, String(moved));
    },
  };
}

const networks: readonly (readonly [string, Fate])[] = [
  ['a network that works', 'works'],
  ['a network that loses every request once', 'requestLost'],
  ['a network that loses every answer once', 'responseLost'],
];

for (const [network, fate] of networks) {
  describe(`the vault over ${network}`, () => {
    it('stages a version beside the current one', async () => {
      const { vault, labels, run } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      assert.deepEqual(labels(), { AWSCURRENT: v1, AWSPENDING: v2 });
      assert.equal((await run(vault.read(arn, v2)))?.reveal(), 'second');
      assert.equal((await run(vault.read(arn, v1)))?.reveal(), 'first');
    });

    it('stages the same version again without moving anything, even after another was staged', async () => {
      const { vault, labels, run } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));
      await run(vault.stage(arn, v3, new SecretValue('third')));
      await run(vault.stage(arn, v2, new SecretValue('second')));

      assert.deepEqual(labels(), { AWSCURRENT: v1, AWSPENDING: v3 });
      assert.equal((await run(vault.read(arn, v2)))?.reveal(), 'second');
    });

    it('never changes the value of a version, and shows neither value (S12)', async () => {
      const { vault, labels, run } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      await assert.rejects(run(vault.stage(arn, v2, new SecretValue('hunter2'))), VersionTakenError);
      await tellsNothing(run(vault.stage(arn, v2, new SecretValue('hunter2'))), 'VersionTakenError');
      assert.equal((await run(vault.read(arn, v2)))?.reveal(), 'second');
      assert.deepEqual(labels(), { AWSCURRENT: v1, AWSPENDING: v2 });
    });

    it('moves AWSCURRENT forward and back again', async () => {
      const { vault, labels, run, move } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      await move(vault.moveCurrent(arn, { from: v1, to: v2 }));
      assert.deepEqual(labels(), { AWSCURRENT: v2, AWSPENDING: v2, AWSPREVIOUS: v1 });
      assert.equal(valueIn((await run(vault.readCurrent([arn]))).get(arn)), 'second');

      await move(vault.moveCurrent(arn, { from: v2, to: v1 }));
      assert.equal(labels()['AWSCURRENT'], v1);
      assert.equal(valueIn((await run(vault.readCurrent([arn]))).get(arn)), 'first');
    });

    it('does not move AWSCURRENT again: that is refused, and changes nothing', async () => {
      const { vault, labels, run, move } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));
      await move(vault.moveCurrent(arn, { from: v1, to: v2 }));

      await assert.rejects(run(vault.moveCurrent(arn, { from: v1, to: v2 })), LabelMovedError);
      assert.deepEqual(labels(), { AWSCURRENT: v2, AWSPENDING: v2, AWSPREVIOUS: v1 });
    });

    it('does not move AWSCURRENT from where it is not, nor to what is not there', async () => {
      const { vault, labels, run } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      await assert.rejects(run(vault.moveCurrent(arn, { from: v3, to: v2 })), LabelMovedError);
      await assert.rejects(run(vault.moveCurrent(arn, { from: v1, to: v3 })), ResourceNotFoundException);
      assert.deepEqual(labels(), { AWSCURRENT: v1, AWSPENDING: v2 });
    });

    it('drops AWSPENDING from the version that has it, whose value stays', async () => {
      const { vault, labels, run, move } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      await move(vault.dropPending(arn, v2));
      assert.deepEqual(labels(), { AWSCURRENT: v1 });
      assert.equal((await run(vault.read(arn, v2)))?.reveal(), 'second');
    });

    it('does not drop AWSPENDING twice, nor from a version that does not have it', async () => {
      const { vault, labels, run, move } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      await assert.rejects(run(vault.dropPending(arn, v1)), LabelMovedError);
      assert.deepEqual(labels(), { AWSCURRENT: v1, AWSPENDING: v2 });
      await move(vault.dropPending(arn, v2));
      await assert.rejects(run(vault.dropPending(arn, v2)), LabelMovedError);
      assert.deepEqual(labels(), { AWSCURRENT: v1 });
    });

    it('describes what is so, and has no value for a version that is not there', async () => {
      const { vault, run } = begin(fate);
      await run(vault.stage(arn, v2, new SecretValue('second')));

      const { versions } = await run(vault.describe(arn));
      assert.deepEqual(versions, { [v1]: ['AWSCURRENT'], [v2]: ['AWSPENDING'] });
      assert.equal(await run(vault.read(arn, v3)), undefined);
    });

    it('reads what is current of many, and says of each that it cannot read why', async () => {
      const { vault, run } = begin(fate);
      const nowhere = `${arn}-gone`;
      const versions = await run(vault.readCurrent([arn, nowhere]));

      assert.equal(valueIn(versions.get(arn)), 'first');
      assert.deepEqual(versions.get(nowhere), { kind: 'unreadable', why: 'ResourceNotFoundException' });
    });
  });
}
