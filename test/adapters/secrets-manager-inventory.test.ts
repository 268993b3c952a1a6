import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { SecretsManagerInventory } from '../../adapters/secrets-manager-inventory.ts';

const secretsManager = mockClient(SecretsManagerClient);
const inventory = new SecretsManagerInventory(new SecretsManagerClient({ region: 'us-east-1' }));

const pages = [
  { SecretList: [{ Name: 'a' }, { Name: 'b' }], NextToken: 'two' },
  { NextToken: 'three' },
  { SecretList: [{ Name: 'c', DeletedDate: new Date(0) }] },
];

beforeEach(() => secretsManager.reset());

describe('the inventory in Secrets Manager', () => {
  it('is all pages, in their order, of as many as AWS gives at once, with those scheduled for deletion', async () => {
    const asked: unknown[] = [];
    // The paginator asks with one object, which it changes: what was asked is copied at once.
    secretsManager.on(ListSecretsCommand).callsFake((input) => {
      asked.push(JSON.parse(JSON.stringify(input)));
      return pages[asked.length - 1];
    });

    const names = (await inventory.list()).map(({ name, deletedAt }) => [name, deletedAt]);

    assert.deepEqual(names, [
      ['a', undefined],
      ['b', undefined],
      ['c', 0],
    ]);
    assert.deepEqual(asked, [
      { IncludePlannedDeletion: true, MaxResults: 100 },
      { IncludePlannedDeletion: true, MaxResults: 100, NextToken: 'two' },
      { IncludePlannedDeletion: true, MaxResults: 100, NextToken: 'three' },
    ]);
  });

  it('may be empty', async () => {
    secretsManager.on(ListSecretsCommand).resolves({});
    assert.deepEqual(await inventory.list(), []);
  });

  it('is not a part of itself: when one page cannot be read, there is none', async () => {
    secretsManager
      .on(ListSecretsCommand)
      .resolvesOnce({ SecretList: [{ Name: 'a' }], NextToken: 'two' })
      .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await assert.rejects(inventory.list(), { name: 'ThrottlingException' });
  });
});
