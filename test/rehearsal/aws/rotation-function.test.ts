/*
 * Goal: the function that rehearsals plug in behaves as AWS documents such functions, of which Keyturn is to use any as it is.
 *
 * Method: it is asked as Secrets Manager asks, over a replica of it, with the simulated PostgreSQL and with a real one.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Account } from '../../../rehearsal/account/account.ts';
import type { Statement } from '../../../rehearsal/account/policy.ts';
import { clientsOf } from '../../../rehearsal/account/seam.ts';
import { rotationFunction } from '../../../rehearsal/aws/rotation-function.ts';
import { SecretsManagerReplica } from '../../../rehearsal/aws/secrets-manager.ts';
import { countingRandom, hosts, inBothWorlds } from '../../adapters/rotators/worlds.ts';

const role = 'arn:aws:iam::111122223333:role/rotate-low';
const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:rotate-low';
const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-q0mPiF`;
const master = secretArn('masters/low/postgres');
const token = '11111111-1111-4111-8111-111111111111';

const allow = (Action: string, Resource: string, Condition?: Statement['Condition']): Statement => ({
  ...{ Sid: 'Allow', Effect: 'Allow', Action, Resource },
  ...(Condition === undefined ? {} : { Condition }),
});

inBothWorlds('a rotation function for two alternating users', { postgres: true }, (world) => {
  /** A secret whose rotation names the function, with an announced version that holds a value, or none yet. */
  async function deployed(
    username: string,
    { enabled = true, fields = {}, pending = undefined as object | undefined } = {},
  ) {
    const { clock, network, postgres } = world();
    const place = { account: '111122223333', region: 'us-east-1' };
    const account = new Account({ ...place, roles: [], functions: [], resourcePolicies: new Map() }, clock);
    const secretsManager = new SecretsManagerReplica({ ...place, clock, random: Math.random });
    account.register(secretsManager);
    account.authorisation.admit(role, [
      allow('secretsmanager:*', '*', {
        StringEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': functionArn },
      }),
      allow('secretsmanager:GetSecretValue', master),
    ]);

    const arn = secretArn(`prod/low/${username}`);
    const value = {
      ...{ engine: 'postgres', host: hosts.database, port: 5432, dbname: 'postgres', masterarn: master },
      ...{ username, password: 'hunter2', team: 'orders', ...fields },
    };
    await postgres.admitPairs([{ username, password: 'hunter2' }]);
    secretsManager.seed(
      {
        ...{ ARN: arn, Name: `prod/low/${username}`, RotationEnabled: enabled, RotationLambdaARN: functionArn },
        SecretVersionsToStages: { old: ['AWSCURRENT'], [token]: ['AWSPENDING'] },
      },
      {
        old: { value: JSON.stringify(value) },
        ...(pending === undefined ? {} : { [token]: { value: JSON.stringify({ ...value, ...pending }) } }),
      },
    );
    const masters = { ARN: master, Name: 'masters/low/postgres', SecretVersionsToStages: { m: ['AWSCURRENT'] } };
    const login = { engine: 'postgres', host: hosts.database, ...postgres.master };
    secretsManager.seed(masters, { m: { value: JSON.stringify(login) } });

    const clients = clientsOf(account, role);
    const handler = rotationFunction({ ...clients, network, random: countingRandom() });
    const ask = (Step: string, ClientRequestToken = token) =>
      clock.run(Promise.resolve(handler({ Step, SecretId: arn, ClientRequestToken })));
    const fresh = () => JSON.parse(String(secretsManager.value(arn, token)));
    const accepts = async (who: string, password: string) => postgres.accepts({ username: who, password });
    return { arn, secretsManager, ask, fresh, accepts };
  }

  it('rotates a secret natively, by its four steps, each of which may be asked for twice', async () => {
    const { arn, secretsManager, ask, fresh, accepts } = await deployed('native');
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
      assert.equal(await ask(step), null);
      assert.equal(await ask(step), null);
    }
    assert.deepEqual(secretsManager.labels(arn)['AWSCURRENT'], token);
    assert.deepEqual([fresh().username, fresh().team], ['native_clone', 'orders']);
    assert.equal(await accepts('native_clone', fresh().password), true);
    assert.equal(await accepts('native', 'hunter2'), true);
  });

  it('leaves a value alone that the version has already, and sets that', async () => {
    const pending = { username: 'given_clone', password: 'hunter3' };
    const { ask, fresh, accepts } = await deployed('given', { pending });
    await ask('createSecret');
    assert.equal(fresh().password, 'hunter3');
    await ask('setSecret');
    assert.equal(await accepts('given_clone', 'hunter3'), true);
    assert.equal(await accepts('given', 'hunter2'), true);
  });

  it('does nothing for a version that is AWSCURRENT already', async () => {
    const { ask } = await deployed('current');
    assert.equal(await ask('setSecret', 'old'), null);
  });

  for (const [what, options, asked, says] of [
    ['whose rotation is off', { enabled: false }, token, /is not enabled for rotation/],
    ['for a version that nobody announced', {}, '22222222-2222-4222-8222-222222222222', /has no stage for rotation/],
  ] as const) {
    it(`refuses a secret ${what}, whatever the step`, async () => {
      const { ask } = await deployed(`refused_${asked === token ? 'off' : 'unannounced'}`, options);
      for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        await assert.rejects(ask(step, asked), { name: 'ValueError', message: says });
      }
    });
  }

  for (const [what, username, pending] of [
    ['a login that is not the other one', 'apart', { username: 'somebody_clone', password: 'hunter3' }],
    ['the login in use', 'same', { password: 'hunter3' }],
    ['another host', 'moved', { username: 'moved_clone', password: 'hunter3', host: hosts.closed }],
  ] as const) {
    it(`refuses to set ${what}`, async () => {
      const { ask, accepts } = await deployed(username, { pending });
      await assert.rejects(ask('setSecret'));
      assert.equal(await accepts(username, 'hunter2'), true);
    });
  }

  it('refuses to set anything when AWSCURRENT does not work, and to test what does not', async () => {
    const pending = { username: 'broken_clone', password: 'hunter3' };
    const { ask } = await deployed('broken', { fields: { password: 'wrong' }, pending });
    await assert.rejects(ask('setSecret'), { name: 'ValueError' });
    await assert.rejects(ask('testSecret'), { name: 'ValueError' });
  });

  it('knows four steps, spelt as they are', async () => {
    const { ask } = await deployed('spelt');
    for (const step of ['create_secret', 'constructor', '']) await assert.rejects(ask(step), { name: 'ValueError' });
  });
});
