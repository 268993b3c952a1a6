/*
 * Goal: Secrets Manager's promises that rotation rests on, at both sides of each limit.
 *
 * Method: calls as the SDK would make them, by a caller who remembers what it was asked to be allowed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DescribeSecretResponse,
  GetSecretValueResponse,
  ListSecretsResponse,
  PutSecretValueResponse,
} from '@aws-sdk/client-secrets-manager';
import type { Write } from '../../../rehearsal/aws/secrets-manager.ts';
import { account, region } from '../bench.ts';
import { a, b, bench, c, d, move, prefix, stage } from './secrets-manager-bench.ts';

describe('PutSecretValue', () => {
  it('moves AWSCURRENT to the new version when it is given no stages, and AWSPREVIOUS to the one it left', () => {
    const { call, replica } = bench();
    call('PutSecretValue', stage(b, 'two'));
    call('PutSecretValue', stage(c, 'three'));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: c, AWSPREVIOUS: b });
  });

  it('leaves AWSCURRENT where it is when it is given other stages', () => {
    const { call, replica } = bench();
    const { VersionStages } = call<PutSecretValueResponse>('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    assert.deepEqual(VersionStages, ['AWSPENDING']);
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a, AWSPENDING: b });
  });

  it('steals a label from another version without asking', () => {
    const { call, replica } = bench();
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    call('PutSecretValue', stage(c, 'three', 'AWSPENDING'));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a, AWSPENDING: c });
  });

  it('gives the first version of a secret AWSCURRENT, whatever stages it is given', () => {
    const { call, replica } = bench();
    call('CreateSecret', { Name: 'empty', ClientRequestToken: a });
    call('PutSecretValue', { ...stage(b, 'two', 'AWSPENDING'), SecretId: 'empty' });
    assert.deepEqual(replica.labels('empty'), { AWSCURRENT: b, AWSPENDING: b });
  });

  it('takes AWSPENDING off the version that AWSCURRENT leaves', () => {
    const { call, replica } = bench();
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    call('UpdateSecretVersionStage', move(a, b));
    call('PutSecretValue', stage(c, 'three'));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: c, AWSPREVIOUS: b });
  });

  it('does nothing when the same token comes again with the same value, even if the labels have moved since', () => {
    const { call, replica } = bench();
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    call('PutSecretValue', stage(c, 'three', 'AWSPENDING'));
    const again = call<PutSecretValueResponse>('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    assert.deepEqual(again.VersionStages, []);
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a, AWSPENDING: c });
  });

  it('refuses the same token with another value', () => {
    const { call, replica } = bench();
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    assert.throws(() => call('PutSecretValue', stage(b, 'TWO', 'AWSPENDING')), { name: 'ResourceExistsException' });
    assert.equal(replica.value('db', b), 'two');
  });

  it('takes 65,536 bytes and refuses one more, counting bytes and not characters', () => {
    const { call } = bench();
    call('PutSecretValue', stage(b, 'é'.repeat(32_768)));
    assert.throws(() => call('PutSecretValue', stage(c, `${'é'.repeat(32_768)}x`)), { name: 'ValidationException' });
  });

  it('takes a token of 32 characters up to one of 64, and no other', () => {
    const { call } = bench();
    for (const length of [32, 64]) call('PutSecretValue', stage('t'.repeat(length), 'two'));
    for (const length of [31, 65]) {
      assert.throws(() => call('PutSecretValue', stage('t'.repeat(length), 'two')), { name: 'ValidationException' });
    }
  });

  it('carries 20 labels over all versions, and not 21', () => {
    const { call, replica } = bench();
    const custom = Array.from({ length: 20 }, (_, index) => `label-${index}`);
    call('PutSecretValue', stage(b, 'two', ...custom.slice(0, 19)));
    assert.throws(() => call('PutSecretValue', stage(c, 'three', 'label-19')), { name: 'LimitExceededException' });
    assert.throws(() => call('UpdateSecretVersionStage', move(undefined, b, 'label-19')), {
      name: 'LimitExceededException',
    });
    assert.equal(Object.keys(replica.labels('db')).length, 20);
    assert.deepEqual(replica.versions('db'), [a, b], 'what was refused left no version behind');
  });

  it('refuses the 101st version as long as all are younger than 24 hours', () => {
    const { call, replica, watch } = bench();
    for (let index = 1; index < 100; index += 1) call('PutSecretValue', stage(`${index}`.padStart(32, '0'), 'x'));
    assert.equal(replica.versions('db').length, 100);

    watch.advance(24 * 3_600 - 1);
    assert.throws(() => call('PutSecretValue', stage(b, 'two')), { name: 'LimitExceededException' });
    watch.advance(1);
    call('PutSecretValue', stage(b, 'two'));
    assert.equal(replica.versions('db').length, 100);
    assert.equal(replica.value('db', a), undefined, 'the oldest deprecated version was forgotten');
  });

  it('never forgets a version that has a label', () => {
    const { call, replica, watch } = bench();
    call('UpdateSecretVersionStage', move(undefined, a, 'KEEP'));
    for (let index = 1; index <= 110; index += 1) {
      watch.advance(24 * 3_600);
      call('PutSecretValue', stage(`${index}`.padStart(32, '0'), 'x'));
    }
    assert.equal(replica.versions('db').length, 100);
    assert.equal(replica.value('db', a), 'one');
  });
});

describe('UpdateSecretVersionStage', () => {
  const pending = () => {
    const account = bench();
    account.call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    return account;
  };

  it('moves AWSCURRENT from the version named to another, and AWSPREVIOUS follows', () => {
    const { call, replica } = pending();
    call('UpdateSecretVersionStage', move(a, b));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: b, AWSPENDING: b, AWSPREVIOUS: a });
  });

  it('brings AWSCURRENT back, and leaves AWSPREVIOUS on what was rolled back', () => {
    const { call, replica } = pending();
    call('UpdateSecretVersionStage', move(a, b));
    call('UpdateSecretVersionStage', move(b, a));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a, AWSPREVIOUS: b });
  });

  it('refuses to move a label without being told from where', () => {
    const { call } = pending();
    assert.throws(() => call('UpdateSecretVersionStage', move(undefined, b)), {
      name: 'InvalidParameterException',
      message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${a}, so you must explicitly reference that version in RemoveFromVersionId.`,
    });
  });

  it('refuses to move a label from where it is not, also when a lost call is made again', () => {
    const { call, replica } = pending();
    assert.throws(() => call('UpdateSecretVersionStage', move(c, b)), { name: 'InvalidParameterException' });
    call('UpdateSecretVersionStage', move(a, b));
    assert.throws(() => call('UpdateSecretVersionStage', move(a, b)), { name: 'InvalidParameterException' });
    assert.equal(replica.labels('db')['AWSCURRENT'], b);
  });

  it('refuses to move a label to a version that does not exist', () => {
    const { call } = pending();
    assert.throws(() => call('UpdateSecretVersionStage', move(a, d)), { name: 'ResourceNotFoundException' });
  });

  it('takes a label off, once', () => {
    const { call, replica } = pending();
    call('UpdateSecretVersionStage', move(b, undefined, 'AWSPENDING'));
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a });
    assert.throws(() => call('UpdateSecretVersionStage', move(b, undefined, 'AWSPENDING')), {
      name: 'InvalidParameterException',
    });
  });

  it('never takes AWSCURRENT off altogether', () => {
    const { call } = pending();
    assert.throws(() => call('UpdateSecretVersionStage', move(a, undefined)), { name: 'InvalidParameterException' });
  });
});

describe('a secret', () => {
  it('is found by name, by ARN, and by ARN without its suffix', () => {
    const { call, replica } = bench();
    const [arn = ''] = replica.arns();
    for (const SecretId of ['db', arn, `${prefix}db`]) {
      assert.equal(call<DescribeSecretResponse>('DescribeSecret', { SecretId }).ARN, arn);
    }
    assert.throws(() => call('DescribeSecret', { SecretId: arn.replace(region, 'eu-west-1') }), {
      name: 'ResourceNotFoundException',
    });
  });

  it('can be restored until its recovery window ends, and not after', () => {
    const { call, watch } = bench();
    call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7 });
    assert.throws(() => call('GetSecretValue', { SecretId: 'db' }), { name: 'InvalidRequestException' });
    assert.throws(() => call('CreateSecret', { Name: 'db', ClientRequestToken: b }), {
      name: 'InvalidRequestException',
    });
    watch.advance(7 * 86_400 - 1);
    call('RestoreSecret', { SecretId: 'db' });

    call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7 });
    watch.advance(7 * 86_400);
    assert.throws(() => call('RestoreSecret', { SecretId: 'db' }), { name: 'ResourceNotFoundException' });
  });

  it('waits 7 to 30 days for its deletion', () => {
    for (const RecoveryWindowInDays of [7, 30]) bench().call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays });
    for (const RecoveryWindowInDays of [6, 31]) {
      assert.throws(() => bench().call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays }), {
        name: 'InvalidParameterException',
      });
    }
  });

  it('has at most 50 tags', () => {
    const { call, replica } = bench();
    const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    call('TagResource', { SecretId: 'db', Tags: Tags.slice(0, 50) });
    assert.throws(() => call('TagResource', { SecretId: 'db', Tags }), { name: 'InvalidParameterException' });
    assert.equal(Object.keys(replica.tags('db')).length, 50);
  });

  it('that another service owns is not for others to change', () => {
    const { call, replica } = bench();
    replica.seed({ ARN: `${prefix}rds-AbCdEf`, Name: 'rds', OwningService: 'rds' }, { [a]: { value: 'x' } });
    const put = { SecretId: 'rds', ClientRequestToken: b, SecretString: 'y' };
    assert.throws(() => call('PutSecretValue', put), { name: 'InvalidRequestException' });
  });

  it('that is a replica is changed in its primary Region only', () => {
    const { call, replica } = bench();
    replica.seed({ ARN: `${prefix}copy-AbCdEf`, Name: 'copy', PrimaryRegion: 'eu-west-1' }, { [a]: { value: 'x' } });
    const put = { SecretId: 'copy', ClientRequestToken: b, SecretString: 'y' };
    assert.throws(() => call('PutSecretValue', put), { name: 'InvalidRequestException' });
  });
});

describe('a listener', () => {
  it('hears of every change, and of nothing that was refused, ignored or only read', () => {
    const { call, replica } = bench();
    const [secretArn = ''] = replica.arns();
    const heard: Write[] = [];
    replica.onWrite((write) => heard.push(write));

    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    assert.throws(() => call('PutSecretValue', stage(b, 'other', 'AWSPENDING')));
    call('GetSecretValue', { SecretId: 'db' });
    call('UpdateSecretVersionStage', move(a, b));

    const principal = `arn:aws:iam::${account}:role/caller`;
    assert.deepEqual(heard, [
      { operation: 'PutSecretValue', secretArn, principal },
      { operation: 'UpdateSecretVersionStage', secretArn, principal },
    ]);
  });
});

describe('a seeded secret', () => {
  const entry = {
    ARN: `${prefix}prod/low/api-wdeU5s`,
    Name: 'prod/low/api',
    CreatedDate: '2023-10-28T12:49:00Z',
    LastChangedDate: '2026-10-12T12:49:00Z',
    Tags: [{ Key: 'tier', Value: 'low' }],
    SecretVersionsToStages: { [b]: ['AWSCURRENT'], [a]: ['AWSPREVIOUS'] },
  };

  it('is as the inventory printed it, and listed at once however long lists lag', () => {
    const { call, replica } = bench({ listLagSeconds: 300 });
    replica.seed(entry, { [b]: { value: 'now' } });
    const { SecretList } = call<ListSecretsResponse>('ListSecrets', {});
    assert.deepEqual(SecretList, [
      {
        ...entry,
        CreatedDate: new Date('2023-10-28T12:49:00Z'),
        LastChangedDate: new Date('2026-10-12T12:49:00Z'),
      },
    ]);
  });

  it('has values where it was given some, and versions as old as the secret tells', () => {
    const { call, replica } = bench();
    replica.seed(entry, { [b]: { value: 'now' } });
    const { SecretString, CreatedDate } = call<GetSecretValueResponse>('GetSecretValue', { SecretId: entry.ARN });
    assert.deepEqual([SecretString, CreatedDate], ['now', new Date('2026-10-12T12:49:00Z')]);
    assert.throws(() => call('GetSecretValue', { SecretId: entry.ARN, VersionStage: 'AWSPREVIOUS' }), {
      name: 'ResourceNotFoundException',
    });
  });

  it('that is under native rotation says so', () => {
    const { call, replica } = bench();
    const rules = { AutomaticallyAfterDays: 30 };
    replica.seed({ ...entry, RotationEnabled: true, RotationRules: rules, NextRotationDate: '2026-12-01T00:00:00Z' });
    const told = call<DescribeSecretResponse>('DescribeSecret', { SecretId: entry.ARN });
    assert.deepEqual(
      [told.RotationEnabled, told.RotationRules, told.NextRotationDate],
      [true, rules, new Date('2026-12-01T00:00:00Z')],
    );
  });
});

describe('RotateSecret', () => {
  const lambda = `arn:aws:lambda:${region}:${account}:function:rotate`;
  const input = { SecretId: 'db', ClientRequestToken: d, RotationLambdaARN: lambda };

  it('needs a function that it can invoke', () => {
    const { call } = bench();
    const { RotationLambdaARN: _, ...without } = input;
    assert.throws(() => call('RotateSecret', without), { name: 'InvalidRequestException' });
    assert.throws(() => call('RotateSecret', input), { name: 'AccessDeniedException' });
  });

  it('takes an AWSPENDING that somebody left behind for a rotation under way', () => {
    const { call } = bench({ rotationFunction: () => () => {} });
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    assert.throws(() => call('RotateSecret', input), { name: 'InvalidRequestException' });
    call('UpdateSecretVersionStage', move(b, undefined, 'AWSPENDING'));
    call('RotateSecret', input);
  });

  it('announces the version to its function, which may fail and leave AWSPENDING on nothing', () => {
    const { call, replica } = bench({
      rotationFunction: () => () => {
        throw new Error('no target');
      },
    });
    call('RotateSecret', input);
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a, AWSPENDING: d });
    assert.throws(() => call('GetSecretValue', { SecretId: 'db', VersionStage: 'AWSPENDING' }), {
      name: 'ResourceNotFoundException',
    });
    assert.throws(() => call('RotateSecret', { ...input, ClientRequestToken: c }), { name: 'InvalidRequestException' });
  });
});
