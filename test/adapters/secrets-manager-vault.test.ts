import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { SecretsManagerVault } from '../../adapters/secrets-manager-vault.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { garbled, secret, tellsNothing } from './garbled.ts';

const secretsManager = mockClient(SecretsManagerClient);
const vault = new SecretsManagerVault(new SecretsManagerClient({ region: 'us-east-1' }));
const value = new SecretValue(secret);
const because = { message: 'as AWS words it', $metadata: {} };
const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

const moves = () => secretsManager.commandCalls(UpdateSecretVersionStageCommand).map(({ args }) => args[0].input);
const reads = () => secretsManager.commandCalls(GetSecretValueCommand).map(({ args }) => args[0].input);

beforeEach(() => secretsManager.reset());

describe('the vault in Secrets Manager', () => {
  it('describes a secret without reading its value', async () => {
    secretsManager
      .on(DescribeSecretCommand, { SecretId: 'arn:a' })
      .resolves({ ARN: 'arn:a', VersionIdsToStages: { 'v-1': ['AWSCURRENT'] } });

    assert.deepEqual((await vault.describe('arn:a')).versions, { 'v-1': ['AWSCURRENT'] });
    assert.equal(reads().length, 0);
  });

  it('does not describe a secret that is not there', async () => {
    secretsManager.on(DescribeSecretCommand).rejects(new ResourceNotFoundException(because));
    await assert.rejects(vault.describe('arn:a'), ResourceNotFoundException);
  });

  it('reads one version by its id, and never by a label that moves', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: secret });

    assert.equal((await vault.read('arn:a', 'v-1'))?.reveal(), 'hunter2');
    assert.deepEqual(reads(), [{ SecretId: 'arn:a', VersionId: 'v-1' }]);
  });

  it('has no value for a version that is not there, or is binary, and does not guess when it may not read', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(new ResourceNotFoundException(because));
    assert.equal(await vault.read('arn:a', 'v-1'), undefined);
    secretsManager.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
    assert.equal(await vault.read('arn:a', 'v-1'), undefined);
    secretsManager.on(GetSecretValueCommand).rejects(denied);
    await assert.rejects(vault.read('arn:a', 'v-1'), { name: 'AccessDeniedException' });
  });

  it('reads what is current of a master, which must be text', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: secret });
    assert.equal((await vault.readMaster('arn:master')).reveal(), 'hunter2');
    assert.deepEqual(reads(), [{ SecretId: 'arn:master' }]);

    secretsManager.on(GetSecretValueCommand).resolves({});
    await assert.rejects(vault.readMaster('arn:master'), /arn:master holds no text/);
  });

  it('stages a version as AWSPENDING: naming no label would make it AWSCURRENT at once', async () => {
    secretsManager.on(PutSecretValueCommand).resolves({});
    await vault.stage('arn:a', 'v-2', value);

    assert.deepEqual(secretsManager.commandCalls(PutSecretValueCommand)[0]?.args[0].input, {
      SecretId: 'arn:a',
      ClientRequestToken: 'v-2',
      SecretString: 'hunter2',
      VersionStages: ['AWSPENDING'],
    });
  });

  it('says when the version it should stage is taken, and by which error it knows', async () => {
    const cause = new ResourceExistsException(because);
    secretsManager.on(PutSecretValueCommand).rejects(cause);

    await assert.rejects(vault.stage('arn:a', 'v-2', value), {
      name: 'VersionTakenError',
      message: 'version v-2 of arn:a exists with another value; read it back instead of making one',
      cause,
    });
  });

  it('takes no other failure to stage for a version that is taken', async () => {
    secretsManager.on(PutSecretValueCommand).rejects(denied);
    await assert.rejects(vault.stage('arn:a', 'v-2', value), { name: 'AccessDeniedException' });
  });

  it('moves AWSCURRENT only from where it is believed to be', async () => {
    secretsManager.on(UpdateSecretVersionStageCommand).resolves({});
    await vault.moveCurrent('arn:a', { from: 'v-1', to: 'v-2' });

    assert.deepEqual(moves(), [
      { SecretId: 'arn:a', VersionStage: 'AWSCURRENT', RemoveFromVersionId: 'v-1', MoveToVersionId: 'v-2' },
    ]);
  });

  it('takes AWSPENDING off the version that it names, and puts it nowhere', async () => {
    secretsManager.on(UpdateSecretVersionStageCommand).resolves({});
    await vault.dropPending('arn:a', 'v-2');

    assert.deepEqual(moves(), [{ SecretId: 'arn:a', VersionStage: 'AWSPENDING', RemoveFromVersionId: 'v-2' }]);
  });

  it('says which label is not where it was believed to be', async () => {
    for (const cause of [new InvalidParameterException(because), new InvalidRequestException(because)]) {
      secretsManager.on(UpdateSecretVersionStageCommand).rejects(cause);
      await assert.rejects(vault.moveCurrent('arn:a', { from: 'v-1', to: 'v-2' }), {
        name: 'LabelMovedError',
        message: /^AWSCURRENT of arn:a is not on version v-1/,
        cause,
      });
      await assert.rejects(vault.dropPending('arn:a', 'v-2'), {
        name: 'LabelMovedError',
        message: /^AWSPENDING of arn:a is not on version v-2/,
        cause,
      });
    }
  });

  it('takes no other failure to move for a label that has moved', async () => {
    for (const error of [denied, new ResourceNotFoundException(because)]) {
      secretsManager.on(UpdateSecretVersionStageCommand).rejects(error);
      await assert.rejects(vault.moveCurrent('arn:a', { from: 'v-1', to: 'v-2' }), { name: error.name });
      await assert.rejects(vault.dropPending('arn:a', 'v-2'), { name: error.name });
    }
  });

  it('shows no value in what it throws (S12)', async () => {
    for (const [error, name] of [
      [new ResourceExistsException(because), 'VersionTakenError'],
      [denied, 'AccessDeniedException'],
      [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 'Error'],
    ] as const) {
      secretsManager.on(PutSecretValueCommand).rejects(error);
      await tellsNothing(vault.stage('arn:a', 'v-2', value), name);
    }
  });
});

describe('a garbled answer', () => {
  it('shows nothing of the value in it (S12)', async () => {
    secretsManager.restore();
    await tellsNothing(new SecretsManagerVault(garbled()).read('arn:a', 'v-1'), 'GarbledAnswerError');
    await tellsNothing(new SecretsManagerVault(garbled()).readMaster('arn:master'), 'GarbledAnswerError');
  });
});
