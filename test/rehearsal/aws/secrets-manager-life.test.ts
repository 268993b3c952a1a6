/*
 * Goal: how secrets come to be, change, rotate by themselves and go, as far as a rotation may meet it.
 *
 * Method: calls as the SDK would make them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DescribeSecretResponse,
  GetSecretValueResponse,
  ListSecretVersionIdsResponse,
} from '@aws-sdk/client-secrets-manager';
import { type SecretsManagerOptions, SecretsManagerReplica } from '../../../rehearsal/aws/secrets-manager.ts';
import { account, Caller, region, Watch } from '../bench.ts';

const prefix = `arn:aws:secretsmanager:${region}:${account}:secret:`;
const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];

function bench(options: Partial<SecretsManagerOptions> = {}) {
  const watch = new Watch();
  const replica = new SecretsManagerReplica({ clock: watch, random: () => 0.5, account, region, ...options });
  const anybody = new Caller();
  const call = <T = object>(operation: string, input: object, caller = anybody) =>
    replica.call(operation, input as never, caller) as T;
  const describeSecret = () => call<DescribeSecretResponse>('DescribeSecret', { SecretId: 'db' });
  return { watch, replica, call, describeSecret };
}

const db = { Name: 'db', SecretString: 'one', ClientRequestToken: a };

describe('CreateSecret', () => {
  it('makes a secret with six random characters to its ARN, whose first version is current', () => {
    const { call, replica } = bench();
    const ARN = `${prefix}db-ffffff`;
    assert.deepEqual(call('CreateSecret', db), { ARN, Name: 'db', VersionId: a });
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: a });
  });

  it('makes one without a version when it is given no value', () => {
    const { call, describeSecret } = bench();
    assert.deepEqual(call('CreateSecret', { Name: 'db', ClientRequestToken: a }), {
      ARN: `${prefix}db-ffffff`,
      Name: 'db',
    });
    assert.equal('VersionIdsToStages' in describeSecret(), false);
    assert.throws(() => call('GetSecretValue', { SecretId: 'db' }), {
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  it('answers the very same call again, and refuses any other for the name', () => {
    const { call } = bench();
    const first = call('CreateSecret', db);
    assert.deepEqual(call('CreateSecret', db), first);
    for (const change of [{ SecretString: 'two' }, { ClientRequestToken: b }]) {
      assert.throws(() => call('CreateSecret', { ...db, ...change }), { name: 'ResourceExistsException' });
    }
  });

  it('wants a token, one value, and a name of the characters AWS allows', () => {
    const { call } = bench();
    const refused = (input: object, name: string) => assert.throws(() => call('CreateSecret', input), { name });
    refused({ Name: 'db' }, 'InvalidRequestException');
    refused({ ...db, SecretBinary: Uint8Array.of(1) }, 'InvalidParameterException');
    refused({ ...db, Name: 'two words' }, 'ValidationException');
    call('CreateSecret', { ...db, Name: 'n'.repeat(512) });
    refused({ ...db, Name: 'n'.repeat(513) }, 'ValidationException');
  });

  it('asks for two permissions when there are tags', () => {
    const caller = new Caller();
    bench().call('CreateSecret', { ...db, Tags: [{ Key: 'tier', Value: 'low' }] }, caller);
    assert.deepEqual(
      caller.asked.map(({ action, resource, conditions }) => [action, resource, conditions['aws:RequestTag/tier']]),
      [
        ['secretsmanager:CreateSecret', `${prefix}db`, 'low'],
        ['secretsmanager:TagResource', `${prefix}db`, 'low'],
      ],
    );
  });
});

describe('UpdateSecret', () => {
  it('with a value adds a version and moves AWSCURRENT to it', () => {
    const { call, replica } = bench();
    call('CreateSecret', db);
    call('UpdateSecret', { SecretId: 'db', SecretString: 'two', ClientRequestToken: b });
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: b, AWSPREVIOUS: a });
  });

  it('refuses the token of any version that is there, even with the same value', () => {
    const { call } = bench();
    call('CreateSecret', db);
    assert.throws(() => call('UpdateSecret', { SecretId: 'db', SecretString: 'one', ClientRequestToken: a }), {
      name: 'ResourceExistsException',
    });
  });

  it('without a value adds no version', () => {
    const { call, replica, describeSecret } = bench();
    call('CreateSecret', db);
    const answer = call('UpdateSecret', { SecretId: 'db', Description: 'Main', ClientRequestToken: b });
    assert.equal('VersionId' in answer, false);
    assert.equal(describeSecret().Description, 'Main');
    assert.deepEqual(replica.versions('db'), [a]);
  });

  it('with another key encrypts the labelled versions anew, if the caller may', () => {
    const keys = (caller: Caller) => {
      const { call } = bench();
      call('CreateSecret', db);
      call('UpdateSecret', { SecretId: 'db', KmsKeyId: 'k1', ClientRequestToken: b }, caller);
      const { Versions } = call<ListSecretVersionIdsResponse>('ListSecretVersionIds', { SecretId: 'db' });
      return Versions?.flatMap(({ KmsKeyIds = [] }) => KmsKeyIds);
    };
    assert.deepEqual(keys(new Caller()), [`arn:aws:kms:${region}:${account}:key/k1`]);
    assert.deepEqual(keys(new Caller('kms:Encrypt')), ['DefaultEncryptionKey']);
  });
});

describe('DeleteSecret', () => {
  it('by force leaves nothing, and does not mind a secret that is not there', () => {
    const { call, replica } = bench();
    call('CreateSecret', db);
    for (let time = 0; time < 2; time += 1) call('DeleteSecret', { SecretId: 'db', ForceDeleteWithoutRecovery: true });
    assert.deepEqual(replica.arns(), []);
    assert.throws(() => call('DeleteSecret', { SecretId: 'db' }), { name: 'ResourceNotFoundException' });
  });

  it('with a window happens once', () => {
    const { call, describeSecret } = bench();
    call('CreateSecret', db);
    call('DeleteSecret', { SecretId: 'db' });
    assert.deepEqual(describeSecret().DeletedDate, new Date('2026-12-18T12:00:00Z'));
    assert.throws(() => call('DeleteSecret', { SecretId: 'db' }), { name: 'InvalidRequestException' });
    assert.throws(
      () => call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }),
      { name: 'InvalidParameterException' },
    );
  });
});

describe('tags', () => {
  it('are added, replaced and taken away by key, and the date of the last change moves with them', () => {
    const { call, watch, describeSecret } = bench();
    call('CreateSecret', db);
    assert.equal('Tags' in describeSecret(), false, 'never tagged');
    watch.advance(60);
    const tag = (Key: string, Value: string) => call('TagResource', { SecretId: 'db', Tags: [{ Key, Value }] });
    tag('tier', 'low');
    tag('owner', 'requester');
    tag('tier', 'high');
    call('UntagResource', { SecretId: 'db', TagKeys: ['owner', 'absent'] });
    const { Tags, LastChangedDate, CreatedDate } = describeSecret();
    assert.deepEqual(Tags, [{ Key: 'tier', Value: 'high' }]);
    assert.equal(Number(LastChangedDate) - Number(CreatedDate), 60_000);
    call('UntagResource', { SecretId: 'db', TagKeys: ['tier'] });
    assert.deepEqual(describeSecret().Tags, [], 'tagged once, and not any more');
  });
});

describe('ListSecretVersionIds', () => {
  it('tells deprecated versions only when asked, page by page', () => {
    const { call } = bench();
    call('CreateSecret', db);
    for (const id of [b, c]) call('PutSecretValue', { SecretId: 'db', ClientRequestToken: id, SecretString: id });
    const ask = (more: object) =>
      call<ListSecretVersionIdsResponse>('ListSecretVersionIds', { SecretId: 'db', ...more });
    const ids = ({ Versions = [] }: ListSecretVersionIdsResponse) => Versions.map(({ VersionId }) => VersionId);

    assert.deepEqual(ids(ask({})), [b, c]);
    assert.deepEqual(ids(ask({ IncludeDeprecated: true })), [a, b, c]);
    const first = ask({ MaxResults: 1 });
    assert.deepEqual(ids(first), [b]);
    assert.deepEqual(ids(ask({ MaxResults: 1, NextToken: first.NextToken })), [c]);
  });
});

describe('native rotation', () => {
  const lambda = `arn:aws:lambda:${region}:${account}:function:rotate`;

  it('ends with the new version current, nothing pending, and the next one planned', () => {
    const seen: string[] = [];
    const { call, replica, describeSecret } = bench({
      rotationFunction: (arn) => (event) => {
        seen.push(event.Step);
        assert.equal(arn, lambda);
        const { SecretId, ClientRequestToken } = event;
        if (event.Step === 'createSecret') {
          call('PutSecretValue', { SecretId, ClientRequestToken, SecretString: 'two', VersionStages: ['AWSPENDING'] });
        }
        if (event.Step === 'finishSecret') {
          const from = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: a };
          call('UpdateSecretVersionStage', { SecretId, ...from, MoveToVersionId: ClientRequestToken });
        }
      },
    });
    call('CreateSecret', db);
    const rotation = { RotationLambdaARN: lambda, RotationRules: { AutomaticallyAfterDays: 30 } };
    call('RotateSecret', { SecretId: 'db', ClientRequestToken: b, ...rotation });

    assert.deepEqual(seen, ['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    assert.deepEqual(replica.labels('db'), { AWSCURRENT: b, AWSPREVIOUS: a });
    assert.equal(call<GetSecretValueResponse>('GetSecretValue', { SecretId: 'db' }).SecretString, 'two');
    const { RotationEnabled, LastRotatedDate, NextRotationDate } = describeSecret();
    assert.deepEqual(
      [RotationEnabled, LastRotatedDate, NextRotationDate],
      [true, new Date('2026-11-18T12:00:00Z'), new Date('2026-12-18T12:00:00Z')],
    );
  });

  it('that is switched off shows no dates, and names the version it leaves pending', () => {
    const { call, describeSecret } = bench({ rotationFunction: () => () => {} });
    call('CreateSecret', db);
    assert.throws(() => call('CancelRotateSecret', { SecretId: 'db' }), { name: 'InvalidRequestException' });
    const rotation = { RotationLambdaARN: lambda, RotationRules: { AutomaticallyAfterDays: 30 } };
    call('RotateSecret', { SecretId: 'db', ClientRequestToken: b, ...rotation });
    assert.deepEqual(call('CancelRotateSecret', { SecretId: 'db' }), {
      ARN: `${prefix}db-ffffff`,
      Name: 'db',
      VersionId: b,
    });
    const { RotationEnabled, NextRotationDate } = describeSecret();
    assert.deepEqual([RotationEnabled, NextRotationDate], [false, undefined]);
  });
});

describe('a policy attached to a secret', () => {
  it('is kept as it was written, and shown to whoever evaluates policies', () => {
    const { call, replica } = bench();
    call('CreateSecret', db);
    const ResourcePolicy = '{ "Statement": [] }';
    call('PutResourcePolicy', { SecretId: 'db', ResourcePolicy });
    assert.equal(replica.policy('db'), ResourcePolicy);
    assert.throws(() => call('PutResourcePolicy', { SecretId: 'db', ResourcePolicy: '{' }), {
      name: 'MalformedPolicyDocumentException',
    });
    call('DeleteResourcePolicy', { SecretId: 'db' });
    assert.equal(replica.policy('db'), undefined);
  });
});

describe('an operation that is not replicated', () => {
  it('is refused', () => {
    assert.throws(() => bench().call('ReplicateSecretToRegions', {}), { name: 'UnknownOperationException' });
  });
});
