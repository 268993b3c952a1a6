import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ListObjectsV2CommandInput,
  ListObjectVersionsCommandInput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type ConditionContext, type Replica, ServiceError } from '../account/replica.ts';
import { bodyOf, bytesOf } from './s3/body.ts';
import { Bucket, type BucketOptions, type ObjectVersion, unversioned } from './s3/bucket.ts';
import { versionsPage } from './s3/versions.ts';

export type { BucketOptions, ObjectVersion } from './s3/bucket.ts';

export interface S3Options {
  readonly clock: Pick<Clock, 'now'>;
  readonly region: string;
  /** Hears of each object that came into a bucket which tells of them. */
  readonly onCreated?: (created: ObjectCreated) => void;
}

/** What S3 tells EventBridge of an object that came in. */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

const mostKeys = 1_000;

/** S3 in this process. What it does, and where it departs from AWS, stands in s3.md. */
export class S3Replica implements Replica {
  readonly service = 's3';
  readonly #options: S3Options;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: S3Options) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    const perform = operations[operation];
    if (perform === undefined) throw new ServiceError('NotImplemented', `${operation} is not replicated`, 501);
    const known = [...perform.knows, 'Bucket', 'ChecksumAlgorithm', 'ChecksumMode', 'ExpectedBucketOwner'];
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined && !known.includes(name)) {
        throw new ServiceError('NotImplemented', `${name} of ${operation} is not replicated`, 501);
      }
    }

    try {
      const bucket = this.#bucket((input as { Bucket?: string }).Bucket);
      return perform.answer(input, new Request(bucket, context, this.#options));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.name !== 'AccessDeniedException') throw error;
      throw new ServiceError('AccessDenied', error.message, 403);
    }
  }

  createBucket(name: string, options: BucketOptions = {}): void {
    this.#buckets.set(name, new Bucket(name, options));
  }

  /** What an insider does who gets past every policy and precondition: the text is there, as the current version. */
  tamper(bucket: string, key: string, text: string): void {
    const content = { bytes: bytesOf(text), contentType: 'application/octet-stream', metadata: {} };
    this.#bucket(bucket).put(key, content, this.#options.clock.now());
  }

  /** The text of an object, or undefined where there is none. */
  text(bucket: string, key: string): string | undefined {
    const bytes = this.#bucket(bucket).current(key)?.bytes;
    return bytes && Buffer.from(bytes).toString();
  }

  keys(bucket: string, prefix = ''): readonly string[] {
    return this.#bucket(bucket)
      .keys()
      .filter((key) => key.startsWith(prefix));
  }

  /** All versions of an object, oldest first. A version without bytes is a delete marker. */
  history(bucket: string, key: string): readonly ObjectVersion[] {
    return this.#bucket(bucket).history(key);
  }

  #bucket(name: string | undefined): Bucket {
    const bucket = this.#buckets.get(name ?? '');
    if (bucket === undefined) throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
    return bucket;
  }
}

/** One request to one bucket, and what the caller may do in it. */
class Request {
  readonly bucket: Bucket;
  readonly caller: CallContext;
  readonly #options: S3Options;

  constructor(bucket: Bucket, caller: CallContext, options: S3Options) {
    this.bucket = bucket;
    this.caller = caller;
    this.#options = options;
  }

  now() {
    return this.#options.clock.now();
  }

  created(key: string, { etag, bytes }: ObjectVersion): void {
    if (!this.bucket.tellsEvents) return;
    this.#options.onCreated?.({ bucket: this.bucket.name, key, size: bytes?.byteLength ?? 0, etag: bare(etag) });
  }

  require(action: string, key: string | undefined, asked: Readonly<Record<string, string | undefined>> = {}): void {
    const arn = key === undefined ? this.bucket.arn : this.bucket.objectArn(key);
    this.caller.require(`s3:${action}`, arn, { 'aws:SecureTransport': 'true', ...given(asked) });
  }

  requireKey(action: 'Decrypt' | 'GenerateDataKey', key: string): void {
    if (this.bucket.kmsKeyArn === undefined) return;
    this.caller.require(`kms:${action}`, this.bucket.kmsKeyArn, {
      'kms:ViaService': `s3.${this.#options.region}.amazonaws.com`,
      'kms:EncryptionContext:aws:s3:arn': this.bucket.objectArn(key),
    });
  }

  /** Who may not list a bucket does not learn from it what is missing. */
  missing(name: string, message: string, status = 404): ServiceError {
    const mayKnow = this.caller.allows('s3:ListBucket', this.bucket.arn, { 'aws:SecureTransport': 'true' });
    return mayKnow ? new ServiceError(name, message, status) : new ServiceError('AccessDenied', 'Access Denied', 403);
  }

  read(key: string, versionId: string | undefined): ObjectVersion & { readonly bytes: Uint8Array } {
    if (versionId === undefined) this.require('GetObject', key);
    else this.require('GetObjectVersion', key, { 's3:VersionId': versionId });

    const version =
      versionId === undefined
        ? this.bucket.current(key)
        : this.bucket.history(key).find((candidate) => candidate.id === versionId);
    if (version === undefined) {
      throw versionId === undefined
        ? this.missing('NoSuchKey', 'The specified key does not exist.')
        : this.missing('NoSuchVersion', 'The specified version does not exist.');
    }
    if (version.bytes === undefined) {
      throw new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
    }
    this.requireKey('Decrypt', key);
    return { ...version, bytes: version.bytes };
  }

  encryption() {
    const { kmsKeyArn } = this.bucket;
    return kmsKeyArn === undefined
      ? { ServerSideEncryption: 'AES256' }
      : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn };
  }
}

const given = (fields: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ConditionContext;

interface Operation {
  /** The parameters it heeds. Any other would be silently ignored, and is refused instead. */
  readonly knows: readonly string[];
  answer(input: never, request: Request): unknown;
}

const operations: Readonly<Record<string, Operation>> = {
  PutObject: { knows: ['Key', 'Body', 'ContentType', 'Metadata', 'IfNoneMatch', 'IfMatch'], answer: putObject },
  GetObject: { knows: ['Key', 'VersionId'], answer: getObject },
  HeadObject: { knows: ['Key', 'VersionId'], answer: headObject },
  DeleteObject: { knows: ['Key', 'VersionId', 'BypassGovernanceRetention', 'IfMatch'], answer: deleteObject },
  ListObjectVersions: { knows: ['Prefix', 'MaxKeys', 'KeyMarker', 'VersionIdMarker'], answer: listObjectVersions },
  ListObjectsV2: { knows: ['Prefix', 'MaxKeys', 'ContinuationToken', 'StartAfter'], answer: listObjects },
};

function putObject(input: PutObjectCommandInput, request: Request) {
  const { Key: key = '', IfNoneMatch, IfMatch, ContentType = 'application/octet-stream', Metadata = {} } = input;
  const { bucket } = request;
  request.require('PutObject', key, {
    's3:if-none-match': IfNoneMatch,
    's3:if-match': IfMatch,
    's3:ObjectCreationOperation': 'true',
  });
  if (IfMatch !== undefined) requireMatch(IfMatch, key, request);
  request.requireKey('GenerateDataKey', key);

  const current = bucket.current(key);
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    throw new ServiceError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      501,
    );
  }
  if (IfNoneMatch !== undefined && current !== undefined) throw preconditionFailed();

  const content = { bytes: bytesOf(input.Body), contentType: ContentType, metadata: Metadata };
  const version = bucket.put(key, content, request.now());
  request.created(key, version);
  return { ETag: version.etag, ...request.encryption(), ...versionOf(version) };
}

function getObject({ Key: key = '', VersionId }: GetObjectCommandInput, request: Request) {
  const version = request.read(key, VersionId);
  return { Body: bodyOf(version.bytes), ...headersOf(version), ...request.encryption() };
}

function headObject({ Key: key = '', VersionId }: HeadObjectCommandInput, request: Request) {
  try {
    return { ...headersOf(request.read(key, VersionId)), ...request.encryption() };
  } catch (error) {
    // A HEAD has no body to name the error in: all that is left is the status.
    const isMissing = error instanceof ServiceError && error.statusCode === 404;
    throw isMissing ? new ServiceError('NotFound', 'NotFound', 404) : error;
  }
}

function deleteObject(input: DeleteObjectCommandInput, request: Request) {
  const { Key: key = '', VersionId, BypassGovernanceRetention: bypass = false, IfMatch } = input;
  if (VersionId === undefined) {
    request.require('DeleteObject', key, { 's3:if-match': IfMatch });
    if (IfMatch !== undefined) requireMatch(IfMatch, key, request);
    const marker = request.bucket.delete(key, request.now());
    return marker === undefined ? {} : { DeleteMarker: true, VersionId: marker.id };
  }

  request.require('DeleteObjectVersion', key, { 's3:VersionId': VersionId });
  if (bypass) request.require('BypassGovernanceRetention', key);
  const deleted = request.bucket.deleteVersion(key, VersionId, request.now(), bypass);
  return { VersionId, ...(deleted !== undefined && deleted.bytes === undefined && { DeleteMarker: true }) };
}

function listObjects(input: ListObjectsV2CommandInput, request: Request) {
  const { Prefix, ContinuationToken, StartAfter } = input;
  request.require('ListBucket', undefined, {
    's3:prefix': Prefix,
    's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
  });

  const max = Math.min(input.MaxKeys ?? mostKeys, mostKeys);
  const after = ContinuationToken === undefined ? StartAfter : Buffer.from(ContinuationToken, 'base64url').toString();
  const found = request.bucket
    .keys()
    .filter((key) => key.startsWith(Prefix ?? '') && (after === undefined || isAfter(key, after)));
  const page = found.slice(0, max);
  const last = page.at(-1);
  const isTruncated = last !== undefined && found.length > max;

  const Contents = page.map((Key) => {
    const { etag, bytes, at } = request.bucket.current(Key) ?? {};
    return { Key, ETag: etag, Size: bytes?.byteLength, LastModified: new Date(at ?? 0), StorageClass: 'STANDARD' };
  });
  return {
    Name: request.bucket.name,
    Prefix: Prefix ?? '',
    MaxKeys: max,
    KeyCount: page.length,
    IsTruncated: isTruncated,
    ...(page.length > 0 && { Contents }),
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    ...(StartAfter !== undefined && { StartAfter }),
    ...(isTruncated && { NextContinuationToken: Buffer.from(last).toString('base64url') }),
  };
}

function listObjectVersions(input: ListObjectVersionsCommandInput, request: Request) {
  request.require('ListBucketVersions', undefined, {
    's3:prefix': input.Prefix,
    's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
  });
  return versionsPage(request.bucket, input, mostKeys);
}

/** Whoever compares learns something of the object, so it must be allowed to read it. */
function requireMatch(etag: string, key: string, request: Request): void {
  request.require('GetObject', key);
  const current = request.bucket.current(key);
  if (current === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  if (bare(etag) !== bare(current.etag)) throw preconditionFailed();
}

const preconditionFailed = () =>
  new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);

const bare = (etag: string) => etag.replaceAll('"', '');

const isAfter = (key: string, other: string) => Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;

const versionOf = ({ id }: ObjectVersion) => (id === unversioned ? {} : { VersionId: id });

const headersOf = (version: ObjectVersion & { readonly bytes: Uint8Array }) => ({
  ETag: version.etag,
  ContentLength: version.bytes.byteLength,
  ContentType: version.contentType,
  LastModified: new Date(version.at),
  Metadata: { ...version.metadata },
  ...versionOf(version),
});
