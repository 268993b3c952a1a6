/*
 * Goal: Secrets Manager's promises that rotation rests on, at both sides of each limit.
 *
 * Method: calls as the SDK would make them, by a caller who remembers what it was asked to be allowed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  BatchGetSecretValueResponse,
  DescribeSecretResponse,
  GetSecretValueResponse,
  ListSecretsResponse,
  ListSecretVersionIdsResponse,
  PutSecretValueResponse,
} from '@aws-sdk/client-secrets-manager';
import { type SecretsManagerOptions, SecretsManagerReplica, type Write } from '../../rehearsal/secrets-manager.ts';
import { account, Caller, region, Watch } from './bench.ts';

const prefix = `arn:aws:secretsmanager:${region}:${account}:secret:`;
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32)) as [string, string, string, string];

/** An account with one secret, `db`, whose version `a` is current. */
function bench(options: Partial<SecretsManagerOptions> = {}) {
  const watch = new Watch();
  const replica = new SecretsManagerReplica({ clock: watch, random: () => 0.5, account, region, ...options });
  const anybody = new Caller();
  const call = <T = object>(operation: string, input: object, caller = anybody) =>
    replica.call(operation, input as never, caller) as T;
  call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: a });
  return { watch, replica, call };
}

const stage = (id: string, value: string, ...labels: string[]) => ({
  SecretId: 'db',
  ClientRequestToken: id,
  SecretString: value,
  ...(labels.length > 0 && { VersionStages: labels }),
});

const move = (from: string | undefined, to: string | undefined, label = 'AWSCURRENT') => ({
  SecretId: 'db',
  VersionStage: label,
  ...(from !== undefined && { RemoveFromVersionId: from }),
  ...(to !== undefined && { MoveToVersionId: to }),
});

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

describe('GetSecretValue', () => {
  it('gives AWSCURRENT, a label or a version, as asked', () => {
    const { call } = bench();
    call('PutSecretValue', stage(b, 'two', 'AWSPENDING'));
    const ask = (what: object) => call<GetSecretValueResponse>('GetSecretValue', { SecretId: 'db', ...what });
    assert.equal(ask({}).SecretString, 'one');
    assert.equal(ask({ VersionStage: 'AWSPENDING' }).SecretString, 'two');
    assert.equal(ask({ VersionId: b }).SecretString, 'two');
    assert.equal(ask({ VersionId: b, VersionStage: 'AWSPENDING' }).VersionId, b);
  });

  it('refuses a version and a label that do not belong together', () => {
    const { call } = bench();
    assert.throws(() => call('GetSecretValue', { SecretId: 'db', VersionId: a, VersionStage: 'AWSPENDING' }), {
      name: 'InvalidRequestException',
    });
  });

  it('still gives a version that has no label any more', () => {
    const { call } = bench();
    call('PutSecretValue', stage(b, 'two'));
    call('PutSecretValue', stage(c, 'three'));
    const gone = call<GetSecretValueResponse>('GetSecretValue', { SecretId: 'db', VersionId: a });
    assert.equal(gone.SecretString, 'one');
    assert.equal('VersionStages' in gone, false);
  });

  it('gives bytes that nobody can change behind its back', () => {
    const { call } = bench();
    const bytes = Uint8Array.of(0, 255);
    call('PutSecretValue', { SecretId: 'db', ClientRequestToken: b, SecretBinary: bytes });
    bytes[0] = 9;
    const read = () => call<GetSecretValueResponse>('GetSecretValue', { SecretId: 'db' }).SecretBinary;
    read()?.fill(9);
    assert.deepEqual(read(), Uint8Array.of(0, 255));
  });

  it('notes the day of the access, on the secret and on the version', () => {
    const { call } = bench();
    call('GetSecretValue', { SecretId: 'db' });
    const { LastAccessedDate } = call<DescribeSecretResponse>('DescribeSecret', { SecretId: 'db' });
    const { Versions } = call<ListSecretVersionIdsResponse>('ListSecretVersionIds', { SecretId: 'db' });
    assert.deepEqual(LastAccessedDate, new Date('2026-11-18T00:00:00Z'));
    assert.deepEqual(Versions?.[0]?.LastAccessedDate, new Date('2026-11-18T00:00:00Z'));
  });
});

describe('BatchGetSecretValue', () => {
  it('answers each secret for itself, with a value or with an error', () => {
    const { call, replica } = bench();
    call('CreateSecret', { Name: 'closed', SecretString: 'x', ClientRequestToken: a });
    call('CreateSecret', { Name: 'doomed', SecretString: 'x', ClientRequestToken: a });
    call('DeleteSecret', { SecretId: 'doomed' });
    const closed = replica.arns()[1] ?? '';

    const ids = ['db', 'closed', 'absent', 'doomed'];
    const { SecretValues, Errors } = call<BatchGetSecretValueResponse>(
      'BatchGetSecretValue',
      { SecretIdList: ids },
      new Caller(`secretsmanager:GetSecretValue ${closed}`),
    );
    assert.deepEqual(
      SecretValues?.map(({ Name, SecretString, VersionId }) => ({ Name, SecretString, VersionId })),
      [{ Name: 'db', SecretString: 'one', VersionId: a }],
    );
    assert.deepEqual(
      Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
      [
        ['closed', 'AccessDeniedException'],
        ['absent', 'ResourceNotFoundException'],
        ['doomed', 'InvalidRequestException'],
      ],
    );
  });

  it('takes 20 secrets at a time, and not 21', () => {
    const { call } = bench();
    const ids = (count: number) => ({ SecretIdList: Array.from({ length: count }, () => 'db') });
    assert.equal(call<BatchGetSecretValueResponse>('BatchGetSecretValue', ids(20)).SecretValues?.length, 20);
    assert.throws(() => call('BatchGetSecretValue', ids(21)), { name: 'ValidationException' });
  });

  it('takes either a list or filters', () => {
    const { call } = bench();
    const filters = { Filters: [{ Key: 'name', Values: ['d'] }] };
    assert.equal(call<BatchGetSecretValueResponse>('BatchGetSecretValue', filters).SecretValues?.length, 1);
    for (const input of [{}, { ...filters, SecretIdList: ['db'] }]) {
      assert.throws(() => call('BatchGetSecretValue', input), { name: 'InvalidParameterException' });
    }
  });
});

describe('ListSecrets', () => {
  const many = (count: number) => {
    const account = bench();
    for (let index = 1; index < count; index += 1) {
      account.watch.advance(1);
      account.call('CreateSecret', { Name: `s${index}`, ClientRequestToken: a });
    }
    return account;
  };
  const names = ({ SecretList = [] }: ListSecretsResponse) => SecretList.map(({ Name }) => Name);

  it('gives 100 on a page and no more', () => {
    const hundred = many(100).call<ListSecretsResponse>('ListSecrets', {});
    assert.deepEqual([hundred.SecretList?.length, hundred.NextToken], [100, undefined]);

    const { call } = many(101);
    const first = call<ListSecretsResponse>('ListSecrets', {});
    const second = call<ListSecretsResponse>('ListSecrets', { NextToken: first.NextToken });
    assert.deepEqual([first.SecretList?.length, names(second), second.NextToken], [100, ['s100'], undefined]);
    assert.throws(() => call('ListSecrets', { MaxResults: 101 }), { name: 'ValidationException' });
    assert.throws(() => call('ListSecrets', { NextToken: 'nonsense' }), { name: 'InvalidNextTokenException' });
  });

  it('lists the oldest first, unless asked otherwise', () => {
    const { call } = many(3);
    assert.deepEqual(names(call('ListSecrets', {})), ['db', 's1', 's2']);
    assert.deepEqual(names(call('ListSecrets', { SortOrder: 'desc' })), ['s2', 's1', 'db']);
    assert.deepEqual(names(call('ListSecrets', { SortBy: 'name', SortOrder: 'desc' })), ['s2', 's1', 'db']);
  });

  it('tells of secrets scheduled for deletion only when asked', () => {
    const { call } = many(2);
    call('DeleteSecret', { SecretId: 's1' });
    assert.deepEqual(names(call('ListSecrets', {})), ['db']);
    assert.deepEqual(names(call('ListSecrets', { IncludePlannedDeletion: true })), ['db', 's1']);
  });

  it('joins the values of a filter by or, and filters by and', () => {
    const { call } = bench();
    call('CreateSecret', {
      Name: 'prod/api',
      Description: 'The public API',
      Tags: [{ Key: 'tier', Value: 'high' }],
      ClientRequestToken: a,
    });
    const found = (...Filters: object[]) => names(call('ListSecrets', { Filters }));
    assert.deepEqual(found({ Key: 'name', Values: ['prod/', 'd'] }), ['db', 'prod/api']);
    assert.deepEqual(found({ Key: 'name', Values: ['PROD'] }), [], 'names are told apart by case');
    assert.deepEqual(found({ Key: 'name', Values: ['!prod'] }), ['db']);
    assert.deepEqual(found({ Key: 'tag-key', Values: ['ti'] }, { Key: 'tag-value', Values: ['hi'] }), ['prod/api']);
    assert.deepEqual(found({ Key: 'tag-key', Values: ['ti'] }, { Key: 'tag-value', Values: ['low'] }), []);
    assert.deepEqual(found({ Key: 'description', Values: ['PUBLIC'] }), ['prod/api'], 'descriptions are not');
  });

  it('refuses a filter that it does not know, and one without values', () => {
    const { call } = bench();
    const ask = (filter: object) => () => call('ListSecrets', { Filters: [filter] });
    assert.throws(ask({ Key: 'tag', Values: ['x'] }), { name: 'ValidationException' });
    assert.throws(ask({ Key: 'name', Values: [] }), { name: 'InvalidParameterException' });
    assert.throws(ask({ Key: 'name', Values: ['what?'] }), { name: 'ValidationException' });
  });

  it('may lag, where DescribeSecret does not', () => {
    const { call, watch } = bench({ listLagSeconds: 300 });
    assert.deepEqual(names(call('ListSecrets', {})), []);
    watch.advance(300);
    call('TagResource', { SecretId: 'db', Tags: [{ Key: 'tier', Value: 'low' }] });
    const tags = () => call<ListSecretsResponse>('ListSecrets', {}).SecretList?.[0]?.Tags;

    assert.equal(tags(), undefined);
    assert.equal(call<DescribeSecretResponse>('DescribeSecret', { SecretId: 'db' }).Tags?.length, 1);
    watch.advance(299);
    assert.equal(tags(), undefined);
    watch.advance(1);
    assert.deepEqual(tags(), [{ Key: 'tier', Value: 'low' }]);
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

describe('permission', () => {
  it('is asked for on the ARN, with labels, versions and tags in the words of IAM', () => {
    const { call, replica } = bench();
    const [arn = ''] = replica.arns();
    call('TagResource', { SecretId: 'db', Tags: [{ Key: 'tier', Value: 'low' }] });
    const caller = new Caller();
    call('GetSecretValue', { SecretId: 'db', VersionId: a, VersionStage: 'AWSCURRENT' }, caller);
    call('TagResource', { SecretId: 'db', Tags: [{ Key: 'owner', Value: 'ada' }] }, caller);

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
        conditions: { ...about, 'aws:TagKeys': ['owner'], 'aws:RequestTag/owner': 'ada' },
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

describe('GetRandomPassword', () => {
  let chance = 0;
  const random = () => {
    chance = (chance + 0.618_033_988_749_895) % 1;
    return chance;
  };
  const { call } = bench({ random });
  const password = (input: object) => call<{ RandomPassword: string }>('GetRandomPassword', input).RandomPassword;

  it('has one character at least of every type that is not excluded', () => {
    const four = password({ PasswordLength: 4 });
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9 ]/]) assert.match(four, type);
    assert.throws(() => password({ PasswordLength: 3 }), { name: 'InvalidParameterException' });
    assert.match(password({ ExcludePunctuation: true, ExcludeNumbers: true }), /^[a-zA-Z]{32}$/);
  });

  it('has 1 to 4,096 characters', () => {
    for (const PasswordLength of [1, 4_096]) {
      assert.equal(password({ PasswordLength, RequireEachIncludedType: false }).length, PasswordLength);
    }
    for (const PasswordLength of [0, 4_097]) {
      assert.throws(() => password({ PasswordLength }), { name: 'ValidationException' });
    }
  });
});
