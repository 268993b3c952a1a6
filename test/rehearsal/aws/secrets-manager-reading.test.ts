/*
 * Goal: what Secrets Manager tells of secrets and their versions, at both sides of each limit.
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
} from '@aws-sdk/client-secrets-manager';
import { Caller } from '../bench.ts';
import { a, b, bench, c, stage } from './secrets-manager-bench.ts';

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
