/*
 * Goal: at the rehearsal's door, the SDK's clients find AWS as it is where they are used: answers, errors and refusals.
 *
 * Method: real clients over loopback, with keys of their own, against the synthesised stack behind the door. What they see is
 * written by hand. Requests that the SDK would not make are signed and sent without it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { GetPublicKeyCommand, KMSClient, VerifyMacCommand } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { operatorStatements } from '../../../rehearsal/day/operator.ts';
import { Door } from '../../../rehearsal/door/door.ts';
import { Deployed } from '../../promises/deployed.ts';
import { type Asked, type Key, sessionOf, signedFetch } from '../account/signing.ts';
import { synthesised } from '../day/played.ts';

const { cloud, stack, sealKey } = new Deployed(synthesised());
const { archiveBucket, deskBucket, signingKey } = cloud;
const administrator = sessionOf('arn:aws:iam::111122223333:role/administrator', 'admin');
const operator = sessionOf('arn:aws:iam::111122223333:role/operator', 'operator');
let door: Door;

/** What each client of the SDK needs to ask here as somebody. */
const as = (key: Key) => ({
  endpoint: door.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: {
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
    ...(key.sessionToken === undefined ? {} : { sessionToken: key.sessionToken }),
  },
});

before(async () => {
  door = await Door.open();
  door.standForAws(cloud.account, 'us-east-1');
  cloud.account.authorisation.admit(administrator.principal, 'administrator');
  cloud.account.authorisation.admit(operator.principal, operatorStatements(cloud));
  for (const key of [administrator, operator]) door.giveKey(key.accessKeyId, key);
  cloud.s3.createBucket('plain', {});
  cloud.s3.createBucket('kept', { versioned: true });
});
after(() => door.close());

describe('S3 at the door', () => {
  const Bucket = 'plain';
  const named = { Bucket, Key: "a/b c+d&<é>'#?.json" };
  let s3: S3Client;
  before(() => {
    s3 = new S3Client(as(administrator));
  });

  it('keeps an object under any key, with its type and what is said of it, and hands it back', async () => {
    const said = { ContentType: 'application/json', Metadata: { by: 'somebody' } };
    const put = await s3.send(new PutObjectCommand({ ...named, Body: '{"é":1}', ...said, IfNoneMatch: '*' }));
    const got = await s3.send(new GetObjectCommand(named));
    assert.deepEqual(
      [await got.Body?.transformToString(), got.ContentType, got.Metadata, got.ETag, got.ContentLength],
      ['{"é":1}', 'application/json', { by: 'somebody' }, put.ETag, 8],
    );
    const head = await s3.send(new HeadObjectCommand(named));
    assert.deepEqual([head.ETag, head.ContentLength, head.LastModified], [put.ETag, 8, got.LastModified]);
  });

  it('heeds conditions: written only where nothing is, or over what was read', async () => {
    const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
    const over = (condition: object) => s3.send(new PutObjectCommand({ ...named, Body: 'new', ...condition }));
    await assert.rejects(over({ IfNoneMatch: '*' }), like(failed));
    await assert.rejects(over({ IfMatch: '"other"' }), like(failed));
    const { ETag } = await s3.send(new HeadObjectCommand(named));
    await over({ IfMatch: ETag });
    assert.equal(cloud.s3.text(Bucket, named.Key), 'new');
    await assert.rejects(s3.send(new DeleteObjectCommand({ ...named, IfMatch: ETag })), like(failed));
  });

  it('lists page by page, in the order of the keys, whatever is in them', async () => {
    for (const Key of ['list/1 & 2', 'list/<3>', 'list/b']) cloud.s3.tamper(Bucket, Key, Key);
    const first = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 2 }));
    assert.deepEqual([keysOf(first.Contents), first.IsTruncated], [['list/1 & 2', 'list/<3>'], true]);
    const ContinuationToken = first.NextContinuationToken;
    const rest = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', ContinuationToken }));
    assert.deepEqual([keysOf(rest.Contents), rest.IsTruncated], [['list/b'], false]);
    assert.deepEqual([rest.Contents?.[0]?.Size, rest.Contents?.[0]?.LastModified instanceof Date], [6, true]);
  });

  it('tells all versions apart from what marks a deletion, and hands out an older one', async () => {
    const kept = { Bucket: 'kept', Key: 'document' };
    const one = await s3.send(new PutObjectCommand({ ...kept, Body: 'one' }));
    await s3.send(new PutObjectCommand({ ...kept, Body: 'two' }));
    const { DeleteMarker } = await s3.send(new DeleteObjectCommand(kept));
    assert.equal(DeleteMarker, true);
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'kept' }));
    assert.deepEqual(
      [Versions.map(({ Size, IsLatest }) => [Size, IsLatest]), DeleteMarkers.map(({ IsLatest }) => IsLatest)],
      [
        [
          [3, false],
          [3, false],
        ],
        [true],
      ],
    );
    const { Body } = await s3.send(new GetObjectCommand({ ...kept, VersionId: one.VersionId }));
    assert.equal(await Body?.transformToString(), 'one');
    await assert.rejects(s3.send(new GetObjectCommand(kept)), like({ name: 'NoSuchKey' }));
  });

  it('answers in the errors of S3: what is missing, and no body where a HEAD has none', async () => {
    const none = { Bucket, Key: 'none' };
    await assert.rejects(s3.send(new GetObjectCommand(none)), like({ name: 'NoSuchKey' }));
    await assert.rejects(s3.send(new HeadObjectCommand(none)), like({ name: 'NotFound' }));
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: 'nowhere' })), like({ name: 'NoSuchBucket' }));
  });

  it('refuses what it does not do, and overhears no header', async () => {
    const url = `${door.url}/plain/list/b`;
    const copied = { headers: { 'x-amz-copy-source': '/plain/list/b' } };
    for (const [asked, otherwise] of [
      [{ url, method: 'PUT', body: '' }, copied],
      [{ url: `${url}?acl=`, method: 'GET' }, {}],
      [{ url, method: 'PATCH' }, {}],
      [{ url: `${door.url}/plain`, method: 'PUT' }, {}],
      [{ url, method: 'GET' }, { headers: { range: 'bytes=0-1' } }],
      [{ url, method: 'GET' }, { headers: { 'if-none-match': '*' } }],
    ] as const) {
      const response = await sent(administrator, { ...asked, service: 's3' }, otherwise);
      assert.deepEqual([response.status, /<Code>(\w+)</.exec(response.text)?.[1]], [501, 'NotImplemented'], asked.url);
    }
    assert.equal(cloud.s3.text('plain', 'list/b'), 'list/b');
  });

  it('S1, S11 asks the buckets’ own policies, which bind an administrator as well', async () => {
    const denied = like({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    for (const call of [
      new PutObjectCommand({ Bucket: archiveBucket, Key: 'runs/first/plan.json', Body: '{}' }),
      new PutObjectCommand({ Bucket: archiveBucket, Key: 'runs/second/plan.json', Body: '{}', IfNoneMatch: '*' }),
      new PutObjectCommand({ Bucket: deskBucket, Key: 'go-ahead/second.json', Body: '{}' }),
    ]) {
      await assert.rejects(s3.send(call), denied);
    }
    await assert.rejects(s3.send(new DeleteObjectCommand({ Bucket: deskBucket, Key: 'lock.json' })), denied);
    assert.equal(cloud.s3.text(deskBucket, 'lock.json'), '{}');
  });

  it('S9 lets an operator do what the command line needs, and no more', async () => {
    const own = new S3Client(as(operator));
    const { Body } = await own.send(new GetObjectCommand({ Bucket: archiveBucket, Key: 'runs/first/plan.json' }));
    assert.equal(await Body?.transformToString(), '{}');
    await own.send(new PutObjectCommand({ Bucket: deskBucket, Key: 'quarantine.json', Body: '{}' }));
    const denied = like({ name: 'AccessDenied' });
    await assert.rejects(
      own.send(new PutObjectCommand({ Bucket: deskBucket, Key: 'history.json', Body: '{}' })),
      denied,
    );
    await assert.rejects(own.send(new DeleteObjectCommand({ Bucket: deskBucket, Key: 'quarantine.json' })), denied);
    await assert.rejects(own.send(new GetObjectCommand(named)), denied);
  });
});

describe('the other services at the door', () => {
  it('keep a parameter, and say when there is none', async () => {
    const ssm = new SSMClient(as(operator));
    const Name = '/keyturn/prod/switch';
    await ssm.send(new PutParameterCommand({ Name, Value: '{"go":true,"waves":1}', Type: 'String', Overwrite: true }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    assert.deepEqual([Parameter?.Value, Parameter?.LastModifiedDate instanceof Date], ['{"go":true,"waves":1}', true]);
    await ssm.send(new DeleteParameterCommand({ Name }));
    await assert.rejects(ssm.send(new GetParameterCommand({ Name })), like({ name: 'ParameterNotFound' }));
  });

  it('list machines, executions and secrets, with their moments', async () => {
    const states = new SFNClient(as(operator));
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand({}));
    assert.deepEqual(stateMachines.map(({ name }) => name).toSorted(), [
      'keyturn-prod',
      'keyturn-prod-recovery',
      'keyturn-prod-retirement',
    ]);
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn: cloud.machine.arn }));
    assert.deepEqual(executions, []);
    await assert.rejects(
      states.send(new ListExecutionsCommand({ stateMachineArn: cloud.recovery.arn })),
      like({ name: 'AccessDeniedException' }),
    );
    const { SecretList = [] } = await new SecretsManagerClient(as(operator)).send(new ListSecretsCommand({}));
    assert.ok(SecretList.some(({ Name }) => Name === 'prod/low/a'));
  });

  it('hand out a public key as bytes, and keep the seal to those who may check it', async () => {
    const kms = new KMSClient(as(operator));
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: signingKey }));
    const expected = await cloud.account.call(administrator.principal, 'kms', 'GetPublicKey', { KeyId: signingKey });
    assert.deepEqual(PublicKey, (expected as { PublicKey: Uint8Array }).PublicKey);
    const seal = { KeyId: sealKey, Message: new Uint8Array([1]), Mac: new Uint8Array(32) };
    await assert.rejects(
      new KMSClient(as(administrator)).send(new VerifyMacCommand({ ...seal, MacAlgorithm: 'HMAC_SHA_256' })),
      like({ name: 'AccessDeniedException' }),
    );
  });

  it('say what a function is told', async () => {
    const lambda = new LambdaClient(as(operator));
    const FunctionName = 'keyturn-prod-draft-plan';
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.equal(
      Environment?.Variables?.['ARCHIVE_BUCKET'],
      stack.buckets.find(({ name }) => name === archiveBucket)?.name,
    );
    await assert.rejects(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'keyturn-prod-nobody' })),
      like({ name: 'ResourceNotFoundException' }),
    );
    await assert.rejects(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'another' })),
      like({ name: 'AccessDeniedException' }),
    );
  });

  it('say that they do not do what they do not do', async () => {
    const response = await sent(
      administrator,
      { url: door.url, method: 'POST', body: '{}', service: 'ssm' },
      { headers: { 'x-amz-target': 'AmazonSSM.DescribeParameters' } },
    );
    assert.ok(response.status >= 400 && response.status < 500, String(response.status));
  });
});

describe('a signature at the door', () => {
  const url = () => `${door.url}/plain/list/b`;
  const put = (body: string, more: Partial<Asked> = {}): Asked => ({
    url: url(),
    method: 'PUT',
    body,
    service: 's3',
    ...more,
  });

  it('S1 must be by a key that is known, for this service, this Region, this address and these bytes', async () => {
    const stranger = { ...administrator, accessKeyId: 'ASIASTRANGER' };
    const forged = { ...administrator, secretAccessKey: 'guessed' };
    const { sessionToken: _, ...tokenless } = administrator;
    for (const response of [
      await sent(stranger, put('x')),
      await sent(forged, put('x')),
      await sent(tokenless, put('x')),
      await sent(administrator, put('x', { region: 'eu-central-1' })),
      await sent(administrator, put('x', { signingDate: new Date(Date.now() - 301_000) })),
      await sent(administrator, put('x'), { body: 'y' }),
      await sent(administrator, put('x'), { url: `${door.url}/plain/list/c` }),
    ]) {
      assert.deepEqual([response.status, /<Code>(\w+)</.exec(response.text)?.[1]], [403, 'AccessDenied']);
    }
    assert.equal((await sent(administrator, put('x'))).status, 200);
    assert.equal(cloud.s3.text('plain', 'list/b'), 'x');
    assert.equal(cloud.s3.text('plain', 'list/c'), undefined);
  });

  it('S1 for one service opens no other, and none opens nothing', async () => {
    assert.equal((await sent(administrator, put('y', { service: 'ssm' }))).status, 400);
    assert.equal(cloud.s3.text('plain', 'list/b'), 'x');
    assert.equal((await fetch(url())).status, 503, 'nobody has signed it, so it is for the API');
  });

  it('does not make a body of more than a million bytes shorter', async () => {
    const response = await sent(administrator, put('x'.repeat(1_000_001))).catch(() => ({ status: 0 }));
    assert.notEqual(response.status, 200);
    assert.equal((await sent(administrator, put('y'.repeat(1_000_000)))).status, 200);
  });

  it('holds for requests at the same time', async () => {
    const responses = await Promise.all(['1', '2', '3'].map((body) => sent(administrator, put(body))));
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200, 200, 200],
    );
  });
});

const keysOf = (contents: readonly { readonly Key?: string | undefined }[] = []) => contents.map(({ Key }) => Key);

/** An error of the SDK's that has these fields, whatever else it has. */
const like =
  ({ name, $metadata }: { readonly name: string; readonly $metadata?: { readonly httpStatusCode: number } }) =>
  (error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }) => {
    assert.equal(error.name, name, error.message);
    if ($metadata !== undefined) assert.equal(error.$metadata?.httpStatusCode, $metadata.httpStatusCode);
    return true;
  };

async function sent(key: Key, asked: Asked, otherwise: Partial<Asked> & RequestInit = {}) {
  const response = await signedFetch(key, asked, otherwise);
  return { status: response.status, text: await response.text() };
}
