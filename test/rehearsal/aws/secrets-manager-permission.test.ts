/*
 * Goal: every call asks for the permission that AWS asks for, on the same resource and under the same conditions.
 *
 * Method: calls as the SDK would make them, by a caller who remembers what it was asked to be allowed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, Caller, region } from '../bench.ts';
import { a, b, bench, c, move, prefix, stage } from './secrets-manager-bench.ts';

describe('permission', () => {
  it('is asked for on the ARN, with labels, versions and tags in the words of IAM', () => {
    const { call, replica } = bench();
    const [arn = ''] = replica.arns();
    call('TagResource', { SecretId: 'db', Tags: [{ Key: 'tier', Value: 'low' }] });
    const caller = new Caller();
    call('GetSecretValue', { SecretId: 'db', VersionId: a, VersionStage: 'AWSCURRENT' }, caller);
    call('TagResource', { SecretId: 'db', Tags: [{ Key: 'owner', Value: 'requester' }] }, caller);

    const about = {
      'secretsmanager:SecretId': arn,
      'aws:ResourceTag/tier': 'low',
      'secretsmanager:ResourceTag/tier': 'low',
      'secretsmanager:SecretPrimaryRegion': region,
    };
    assert.deepEqual(caller.asked, [
      {
        action: 'secretsmanager:GetSecretValue',
        resource: arn,
        conditions: { ...about, 'secretsmanager:VersionId': a, 'secretsmanager:VersionStage': 'AWSCURRENT' },
      },
      {
        action: 'secretsmanager:TagResource',
        resource: arn,
        conditions: { ...about, 'aws:TagKeys': ['owner'], 'aws:RequestTag/owner': 'requester' },
      },
    ]);
  });

  it('knows the label only of the two calls that have it as a condition, and only when it is in the request', () => {
    const { call } = bench();
    const caller = new Caller();
    call('GetSecretValue', { SecretId: 'db' }, caller);
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'), caller);
    call('UpdateSecretVersionStage', move(a, b), caller);
    assert.deepEqual(
      caller.asked.map(({ conditions }) => conditions['secretsmanager:VersionStage']),
      [undefined, undefined, 'AWSCURRENT'],
    );
  });

  it('is asked for before a missing secret is reported, on the ARN that its name would have', () => {
    const { call } = bench();
    const caller = new Caller('secretsmanager:GetSecretValue');
    assert.throws(() => call('GetSecretValue', { SecretId: 'absent' }, caller), { name: 'AccessDeniedException' });
    assert.equal(caller.asked[0]?.resource, `${prefix}absent`);
  });

  it('is for all or nothing where IAM knows no resource', () => {
    const { call } = bench();
    const caller = new Caller();
    call('ListSecrets', {}, caller);
    call('GetRandomPassword', {}, caller);
    call('BatchGetSecretValue', { SecretIdList: [] }, caller);
    assert.deepEqual(
      caller.asked.map(({ resource }) => resource),
      ['*', '*', '*'],
    );
  });

  it('to use the key is needed with a customer managed key: one to read, two to write', () => {
    const { call } = bench();
    const key = `arn:aws:kms:${region}:${account}:key/k1`;
    call('CreateSecret', { Name: 'mine', SecretString: 'x', KmsKeyId: 'k1', ClientRequestToken: a });
    const caller = new Caller();
    call('GetSecretValue', { SecretId: 'mine' }, caller);
    call('PutSecretValue', { ...stage(b, 'y'), SecretId: 'mine' }, caller);
    assert.deepEqual(
      caller.asked.filter(({ resource }) => resource === key).map(({ action }) => action),
      ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    );

    const keyless = new Caller('kms:GenerateDataKey');
    assert.throws(() => call('PutSecretValue', { ...stage(c, 'z'), SecretId: 'mine' }, keyless), {
      name: 'AccessDeniedException',
    });
  });
});
