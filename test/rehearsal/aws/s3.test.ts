/*
 * Goal: what the stores of plans and of living things rely on: write-once, versions, locks, and telling nobody too much.
 *
 * Method: calls as the SDK would make them, by a caller who remembers what it was asked to be allowed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DeleteObjectCommandOutput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandOutput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { type BucketOptions, S3Replica } from '../../../rehearsal/aws/s3.ts';
import { Caller, region, Watch } from '../bench.ts';

interface Got {
  readonly Body: { transformToString(encoding?: string): Promise<string>; transformToByteArray(): Promise<Uint8Array> };
  readonly ETag: string;
  readonly ContentLength: number;
  readonly ContentType: string;
}

const at = { Bucket: 'plans', Key: 'runs/1/plan.json' };
const arn = 'arn:aws:s3:::plans';

function bench(options: BucketOptions = {}) {
  const watch = new Watch();
  const replica = new S3Replica({ clock: watch, region });
  replica.createBucket('plans', options);
  const anybody = new Caller();
  const call = <T = object>(operation: string, input: object, caller = anybody) =>
    replica.call(operation, input as never, caller) as T;
  const put = (Body: string, more: object = {}) => call<PutObjectCommandOutput>('PutObject', { ...at, Body, ...more });
  return { watch, replica, call, put };
}

describe('an object', () => {
  it('comes back as it was put, as text or as bytes, once', async () => {
    const { call, put } = bench();
    put('{"é":1}', { ContentType: 'application/json' });
    const { Body, ContentLength, ContentType } = call<Got>('GetObject', at);
    assert.deepEqual([ContentLength, ContentType], [8, 'application/json']);
    assert.equal(await Body.transformToString('utf-8'), '{"é":1}');
    await assert.rejects(Body.transformToString());
    assert.deepEqual(
      await call<Got>('GetObject', at).Body.transformToByteArray(),
      Uint8Array.from(Buffer.from('{"é":1}')),
    );
  });

  it('that is not there is unknown to who may list the bucket, and denied to who may not', () => {
    const { call } = bench();
    assert.throws(() => call('GetObject', at), { name: 'NoSuchKey', statusCode: 404 });
    const blind = new Caller('s3:ListBucket');
    assert.throws(() => call('GetObject', at, blind), { name: 'AccessDenied', statusCode: 403 });
  });

  it('answers a HEAD with its headers, or with no more than a status', () => {
    const { call, put } = bench();
    assert.throws(() => call('HeadObject', at), { name: 'NotFound', statusCode: 404 });
    put('four');
    assert.equal(call<Got>('HeadObject', at).ContentLength, 4);
  });

  it('in no bucket is refused', () => {
    assert.throws(() => bench().call('GetObject', { ...at, Bucket: 'other' }), {
      name: 'NoSuchBucket',
      statusCode: 404,
    });
  });

  it('asked for in a way that is not replicated is refused, not half answered', () => {
    const { call, put } = bench();
    put('text');
    assert.throws(() => call('GetObject', { ...at, Range: 'bytes=0-1' }), { name: 'NotImplemented' });
  });
});

describe('a precondition', () => {
  it('that nothing be there lets one write through, and no second', () => {
    const { put, replica } = bench();
    put('first', { IfNoneMatch: '*' });
    assert.throws(() => put('second', { IfNoneMatch: '*' }), { name: 'PreconditionFailed', statusCode: 412 });
    assert.equal(replica.text('plans', at.Key), 'first');
  });

  it('that nothing be there counts a deleted object as absent', () => {
    const { put, call } = bench({ versioned: true });
    put('first', { IfNoneMatch: '*' });
    call('DeleteObject', at);
    put('second', { IfNoneMatch: '*' });
  });

  it('on an ETag is compare-and-set', () => {
    const { put, replica } = bench();
    assert.throws(() => put('x', { IfMatch: '"etag"' }), { name: 'NoSuchKey', statusCode: 404 });
    const { ETag } = put('one');
    put('two', { IfMatch: ETag });
    assert.throws(() => put('three', { IfMatch: ETag }), { name: 'PreconditionFailed', statusCode: 412 });
    assert.equal(replica.text('plans', at.Key), 'two');
  });
});

describe('a versioned bucket', () => {
  it('hides a deleted object behind a marker, and still has it', () => {
    const { put, call, replica } = bench({ versioned: true });
    const { VersionId } = put('kept');
    const { DeleteMarker } = call<DeleteObjectCommandOutput>('DeleteObject', at);
    assert.equal(DeleteMarker, true);
    assert.throws(() => call('GetObject', at), { name: 'NoSuchKey' });
    assert.equal(call<Got>('GetObject', { ...at, VersionId }).ContentLength, 4);
    assert.throws(() => call('GetObject', { ...at, VersionId: replica.history('plans', at.Key)[1]?.id }), {
      name: 'MethodNotAllowed',
    });
  });

  it('brings back what was there when the marker is deleted', () => {
    const { put, call, replica } = bench({ versioned: true });
    put('kept');
    const { VersionId } = call<DeleteObjectCommandOutput>('DeleteObject', at);
    call('DeleteObject', { ...at, VersionId });
    assert.equal(replica.text('plans', at.Key), 'kept');
  });
});

describe('an unversioned bucket', () => {
  it('forgets what is replaced or deleted, and deletes twice as well as once', () => {
    const { put, call, replica } = bench();
    assert.equal('VersionId' in put('one'), false);
    put('two');
    assert.equal(replica.history('plans', at.Key).length, 1);
    call('DeleteObject', at);
    assert.deepEqual(call('DeleteObject', at), {});
    assert.equal(replica.text('plans', at.Key), undefined);
  });
});

describe('a bucket with object lock', () => {
  it('deletes no version before its retention has passed', () => {
    const { put, call, watch } = bench({ retentionDays: 400 });
    const { VersionId } = put('evidence');
    watch.advance(400 * 86_400 - 1);
    assert.throws(() => call('DeleteObject', { ...at, VersionId }), { name: 'AccessDenied', statusCode: 403 });
    watch.advance(1);
    call('DeleteObject', { ...at, VersionId });
  });

  it('lets past only who may bypass governance, and says so', () => {
    const { put, call } = bench({ retentionDays: 400 });
    const { VersionId } = put('evidence');
    const bypass = { ...at, VersionId, BypassGovernanceRetention: true };
    assert.throws(() => call('DeleteObject', bypass, new Caller('s3:BypassGovernanceRetention')), {
      name: 'AccessDenied',
    });
    call('DeleteObject', bypass);
  });

  it('does not keep anybody from adding a version or a marker', () => {
    const { put, call, replica } = bench({ retentionDays: 400 });
    put('one');
    put('two');
    call('DeleteObject', at);
    assert.equal(replica.history('plans', at.Key).length, 3);
  });
});

describe('a list', () => {
  it('is in the order of keys, below a prefix, and page by page', () => {
    const { call, replica } = bench();
    for (const key of ['b/2', 'a', 'b/10', 'c']) replica.tamper('plans', key, key);
    const page = (more: object) =>
      call<ListObjectsV2CommandOutput>('ListObjectsV2', { Bucket: 'plans', MaxKeys: 1, Prefix: 'b/', ...more });
    const first = page({});
    assert.deepEqual([first.Contents?.[0]?.Key, first.IsTruncated], ['b/10', true]);
    const second = page({ ContinuationToken: first.NextContinuationToken });
    assert.deepEqual([second.Contents?.[0]?.Key, second.IsTruncated], ['b/2', false]);
    assert.equal('NextContinuationToken' in second, false);
  });

  it('has 1,000 keys on a page at most', () => {
    const { call, replica } = bench();
    for (let index = 0; index < 1_001; index += 1) replica.tamper('plans', `${index}`, '');
    const list = call<ListObjectsV2CommandOutput>('ListObjectsV2', { Bucket: 'plans', MaxKeys: 2_000 });
    assert.deepEqual([list.KeyCount, list.IsTruncated], [1_000, true]);
  });

  it('of nothing has no contents', () => {
    const list = bench().call<ListObjectsV2CommandOutput>('ListObjectsV2', { Bucket: 'plans' });
    assert.deepEqual([list.KeyCount, list.IsTruncated, 'Contents' in list], [0, false, false]);
  });
});

describe('permission', () => {
  it('is asked for with the preconditions that are in the request, and only those', () => {
    const { call } = bench();
    const caller = new Caller();
    call('PutObject', { ...at, Body: '' }, caller);
    call('PutObject', { ...at, Key: 'other', Body: '', IfNoneMatch: '*' }, caller);
    const created = { 'aws:SecureTransport': 'true', 's3:ObjectCreationOperation': 'true' };
    assert.deepEqual(caller.asked, [
      { action: 's3:PutObject', resource: `${arn}/${at.Key}`, conditions: created },
      { action: 's3:PutObject', resource: `${arn}/other`, conditions: { ...created, 's3:if-none-match': '*' } },
    ]);
  });

  it('to list is for the bucket, and knows the prefix', () => {
    const caller = new Caller();
    bench().call('ListObjectsV2', { Bucket: 'plans', Prefix: 'runs/' }, caller);
    assert.deepEqual(caller.asked, [
      { action: 's3:ListBucket', resource: arn, conditions: { 'aws:SecureTransport': 'true', 's3:prefix': 'runs/' } },
    ]);
  });

  it('that is denied has the name that S3 gives it', () => {
    const denied = new Caller('s3:PutObject');
    assert.throws(() => bench().call('PutObject', { ...at, Body: '' }, denied), {
      name: 'AccessDenied',
      statusCode: 403,
    });
  });

  it('to use the key is needed, too, where the bucket has one', () => {
    const kmsKeyArn = `arn:aws:kms:${region}:111122223333:key/k1`;
    const { call, replica } = bench({ kmsKeyArn });
    const caller = new Caller();
    call('PutObject', { ...at, Body: '' }, caller);
    call('GetObject', at, caller);
    assert.deepEqual(
      caller.asked.filter(({ resource }) => resource === kmsKeyArn).map(({ action }) => action),
      ['kms:GenerateDataKey', 'kms:Decrypt'],
    );

    const keyless = new Caller('kms:GenerateDataKey');
    assert.throws(() => call('PutObject', { ...at, Key: 'other', Body: '' }, keyless), { name: 'AccessDenied' });
    assert.equal(replica.text('plans', 'other'), undefined);
  });
});

describe('tampering', () => {
  it('replaces an object past every precondition, and leaves the version it replaced', () => {
    const { put, replica } = bench({ retentionDays: 1 });
    put('true', { IfNoneMatch: '*' });
    replica.tamper('plans', at.Key, 'forged');
    assert.equal(replica.text('plans', at.Key), 'forged');
    assert.equal(replica.history('plans', at.Key).length, 2);
  });
});

describe('all versions', () => {
  const list = (call: ReturnType<typeof bench>['call'], more: object = {}, caller?: Caller) =>
    call<ListObjectVersionsCommandOutput>('ListObjectVersions', { Bucket: 'plans', ...more }, caller);

  it('are listed by key, the newest of each first, with markers of deletions beside them', () => {
    const { call, put } = bench({ versioned: true });
    put('one');
    put('two');
    put('x', { Key: 'runs/0/a.json' });
    call('DeleteObject', { ...at, Key: 'runs/0/a.json' });
    put('beside', { Key: 'other/b.json' });
    const { Versions = [], DeleteMarkers = [], IsTruncated } = list(call, { Prefix: 'runs/' });
    assert.deepEqual(
      Versions.map(({ Key, Size, IsLatest }) => [Key, Size, IsLatest]),
      [
        ['runs/0/a.json', 1, false],
        ['runs/1/plan.json', 3, true],
        ['runs/1/plan.json', 3, false],
      ],
    );
    assert.deepEqual(
      [DeleteMarkers.map(({ Key, IsLatest }) => [Key, IsLatest]), IsTruncated],
      [[['runs/0/a.json', true]], false],
    );
  });

  it('come in pages, each of which says where the next begins', () => {
    const { call, put } = bench({ versioned: true });
    for (const text of ['1', '22', '333']) put(text);
    const first = list(call, { MaxKeys: 2 });
    assert.deepEqual([first.Versions?.map(({ Size }) => Size), first.IsTruncated], [[3, 2], true]);
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
    const second = list(call, { MaxKeys: 2, KeyMarker, VersionIdMarker });
    assert.deepEqual([second.Versions?.map(({ Size }) => Size), second.IsTruncated], [[1], false]);
    assert.equal(list(call, { KeyMarker }).Versions?.length, 0);
  });

  it('are for who may list versions, which is not who may list', () => {
    const { call } = bench({ versioned: true });
    assert.throws(() => list(call, { Prefix: 'runs/' }, new Caller('s3:ListBucketVersions')), { name: 'AccessDenied' });
  });
});
