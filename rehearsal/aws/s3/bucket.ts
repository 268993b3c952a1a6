import { hash } from 'node:crypto';
import { type Instant, instant } from '../../../core/instant.ts';
import { ServiceError } from '../../account/replica.ts';

export interface BucketOptions {
  /** Whether overwritten and deleted objects are kept. */
  readonly versioned?: boolean;
  /** Object Lock's default retention, in governance mode. Locks ask for versions, so the bucket is versioned, too. */
  readonly retentionDays?: number;
  /** The key that objects are encrypted with, where it is not S3's own. */
  readonly kmsKeyArn?: string;
  /** Whether it tells EventBridge of every object that comes in. */
  readonly tellsEvents?: boolean;
}

export interface ObjectVersion {
  readonly id: string;
  readonly at: Instant;
  readonly etag: string;
  /** Absent in a delete marker. */
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retainedUntil: Instant | undefined;
}

export interface Content {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The id that S3 gives to the one version of an object in a bucket that keeps no others. */
export const unversioned = 'null';

/** One bucket: its objects, and what it keeps of those that were replaced or deleted. */
export class Bucket {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyArn: string | undefined;
  readonly isVersioned: boolean;
  readonly tellsEvents: boolean;
  readonly #retention: number | undefined;
  readonly #objects = new Map<string, readonly ObjectVersion[]>();
  #versions = 0;

  constructor(name: string, { versioned = false, retentionDays, kmsKeyArn, tellsEvents = false }: BucketOptions) {
    this.name = name;
    this.tellsEvents = tellsEvents;
    this.arn = `arn:aws:s3:::${name}`;
    this.kmsKeyArn = kmsKeyArn;
    this.isVersioned = versioned || retentionDays !== undefined;
    this.#retention = retentionDays === undefined ? undefined : retentionDays * 86_400_000;
  }

  objectArn(key: string): string {
    return `${this.arn}/${key}`;
  }

  /** The current version, unless that is a delete marker. */
  current(key: string): ObjectVersion | undefined {
    const newest = this.history(key).at(-1);
    return newest?.bytes === undefined ? undefined : newest;
  }

  /** All versions of a key with its delete markers, oldest first. */
  history(key: string): readonly ObjectVersion[] {
    return this.#objects.get(key) ?? [];
  }

  /** Keys that have a current version, in the order of their bytes. */
  keys(): string[] {
    return this.allKeys().filter((key) => this.current(key) !== undefined);
  }

  /** Keys that have any version, a delete marker included, in the order of their bytes. */
  allKeys(): string[] {
    return [...this.#objects.keys()]
      .filter((key) => this.history(key).length > 0)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  put(key: string, { bytes, ...content }: Content, now: Instant): ObjectVersion {
    const retainedUntil = this.#retention === undefined ? undefined : instant(now + this.#retention);
    const etag = `"${hash('md5', bytes, 'hex')}"`;
    return this.#add(key, { id: this.#nextId(key), at: now, etag, bytes, retainedUntil, ...content });
  }

  /** Deletes an object, which in a versioned bucket only hides it behind the marker that this returns. */
  delete(key: string, now: Instant): ObjectVersion | undefined {
    if (!this.isVersioned) {
      this.#objects.delete(key);
      return undefined;
    }
    const nothing = { etag: '', bytes: undefined, contentType: '', metadata: {}, retainedUntil: undefined };
    return this.#add(key, { id: this.#nextId(key), at: now, ...nothing });
  }

  /** @throws {ServiceError} while the version is retained, unless the caller may bypass that. */
  deleteVersion(key: string, id: string, now: Instant, mayBypass: boolean): ObjectVersion | undefined {
    const version = this.history(key).find((candidate) => candidate.id === id);
    const isRetained = version?.retainedUntil !== undefined && version.retainedUntil > now;
    if (isRetained && !mayBypass) {
      throw new ServiceError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
    }
    this.#objects.set(
      key,
      this.history(key).filter((candidate) => candidate !== version),
    );
    return version;
  }

  #add(key: string, version: ObjectVersion): ObjectVersion {
    this.#objects.set(key, this.isVersioned ? [...this.history(key), version] : [version]);
    return version;
  }

  #nextId(key: string): string {
    if (!this.isVersioned) return unversioned;
    this.#versions += 1;
    return hash('sha256', `${this.name}/${key}/${this.#versions}`, 'base64url').slice(0, 32);
  }
}
