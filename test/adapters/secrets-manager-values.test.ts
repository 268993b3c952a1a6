import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BatchGetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { SecretsManagerValues } from '../../adapters/secrets-manager-values.ts';
import type { CurrentVersion } from '../../core/ports.ts';
import { garbled, tellsNothing, valueIn } from './garbled.ts';

const secretsManager = mockClient(SecretsManagerClient);
const values = new SecretsManagerValues(new SecretsManagerClient({ region: 'us-east-1' }));

beforeEach(() => secretsManager.reset());

describe('the current values in Secrets Manager', () => {
  it('are read with their versions, by ARN', async () => {
    secretsManager.on(BatchGetSecretValueCommand).resolves({
      SecretValues: [{ ARN: 'arn:a', VersionId: 'v-1', CreatedDate: new Date(1_000), SecretString: 'hunter2' }],
    });

    const version = (await values.readCurrent(['arn:a'])).get('arn:a');

    assert.deepEqual(
      { ...version, value: valueIn(version) },
      {
        kind: 'read',
        versionId: 'v-1',
        createdAt: 1_000,
        value: 'hunter2',
      },
    );
    assert.deepEqual(secretsManager.commandCalls(BatchGetSecretValueCommand)[0]?.args[0].input, {
      SecretIdList: ['arn:a'],
    });
  });

  it('are asked for twenty at a time', async () => {
    secretsManager.on(BatchGetSecretValueCommand).callsFake(({ SecretIdList }) => ({
      SecretValues: SecretIdList.map((ARN: string) => ({ ARN, VersionId: `v of ${ARN}`, SecretString: 'hunter2' })),
    }));
    const arns = Array.from({ length: 41 }, (_, index) => `arn:${index}`);

    const versions = await values.readCurrent(arns);

    assert.deepEqual([...versions.keys()], arns);
    assert.deepEqual(versionIdOf(versions.get('arn:40')), 'v of arn:40');
    const sizes = secretsManager.commandCalls(BatchGetSecretValueCommand).map(({ args }) => args[0].input);
    assert.deepEqual(
      sizes.map(({ SecretIdList = [] }) => SecretIdList.length),
      [20, 20, 1],
    );
  });

  it('are not asked for when there is none to ask for', async () => {
    assert.equal((await values.readCurrent([])).size, 0);
    assert.equal(secretsManager.calls().length, 0);
  });

  it('are unreadable one by one: as AWS says, when binary, and when AWS says nothing', async () => {
    secretsManager.on(BatchGetSecretValueCommand).resolves({
      SecretValues: [{ ARN: 'arn:binary', VersionId: 'v-1', SecretBinary: new Uint8Array([1]) }],
      Errors: [
        { SecretId: 'arn:denied', ErrorCode: 'AccessDeniedException', Message: 'not authorized' },
        { SecretId: 'arn:odd' },
      ],
    });

    assert.deepEqual(
      Object.fromEntries(await values.readCurrent(['arn:binary', 'arn:denied', 'arn:odd', 'arn:lost'])),
      {
        'arn:binary': { kind: 'unreadable', why: 'it is binary' },
        'arn:denied': { kind: 'unreadable', why: 'AccessDeniedException' },
        'arn:odd': { kind: 'unreadable', why: 'unknown error' },
        'arn:lost': { kind: 'unreadable', why: 'Secrets Manager did not return it' },
      },
    );
  });

  it('count as made just now when AWS does not say when: too young to be touched', async () => {
    secretsManager
      .on(BatchGetSecretValueCommand)
      .resolves({ SecretValues: [{ ARN: 'arn:a', SecretString: 'hunter2' }] });

    const version = (await values.readCurrent(['arn:a'])).get('arn:a');
    assert.ok(version?.kind === 'read' && version.createdAt > Date.UTC(9999));
  });

  it('are all unknown when the call fails', async () => {
    secretsManager
      .on(BatchGetSecretValueCommand)
      .rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
    await assert.rejects(values.readCurrent(['arn:a']), { name: 'AccessDeniedException' });
  });

  it('show nothing of themselves when printed, or when the answer is garbled (S12)', async () => {
    secretsManager.restore();
    await tellsNothing(new SecretsManagerValues(garbled()).readCurrent(['arn:a']), 'GarbledAnswerError');
  });
});

const versionIdOf = (version: CurrentVersion | undefined) => (version?.kind === 'read' ? version.versionId : undefined);
