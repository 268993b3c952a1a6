import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

import { runPrefix } from '../core/archive-keys.ts';
import { type Instant, instant } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import type { RunDocuments, StoredDocument } from '../core/report/evidence.ts';
import { sha256 } from './sha256.ts';

/** A version of an object, or the marker of its deletion, which has no content. */
export interface HeldVersion {
  readonly key: string;
  readonly version: string;
  readonly depositedAt: Instant;
  readonly isLatest: boolean;
  readonly content: Uint8Array | undefined;
}

/** So many are read at the same time. */
const abreast = 20;

/** Reads all that a bucket holds of a run: every version of every object, and every marker of a deletion. */
export class S3RunDocuments implements RunDocuments {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** Contents are hashed as they come, so that no more than a few are in memory. */
  async list(run: Run): Promise<readonly StoredDocument[]> {
    const documents: StoredDocument[] = [];
    for await (const { key, version, depositedAt, content } of this.read(run)) {
      if (content !== undefined) {
        documents.push({ key, version, depositedAt, bytes: content.byteLength, sha256: sha256(content) });
      }
    }
    return documents;
  }

  async *read(run: Run): AsyncGenerator<HeldVersion> {
    for await (const found of this.#versions(runPrefix(run))) {
      for (let first = 0; first < found.length; first += abreast) {
        yield* await Promise.all(found.slice(first, first + abreast).map((one) => this.#fetch(one)));
      }
    }
  }

  async *#versions(Prefix: string): AsyncGenerator<(Omit<HeldVersion, 'content'> & { readonly isMarker: boolean })[]> {
    let from: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
    for (;;) {
      const page: ListObjectVersionsCommandOutput = await this.#s3.send(
        new ListObjectVersionsCommand({
          Bucket: this.#bucket,
          Prefix,
          KeyMarker: from.NextKeyMarker,
          VersionIdMarker: from.NextVersionIdMarker,
        }),
      );
      const versions = (page.Versions ?? []).map((version) => ({ ...version, isMarker: false }));
      const markers = (page.DeleteMarkers ?? []).map((marker) => ({ ...marker, isMarker: true }));
      yield [...versions, ...markers].map(({ Key = '', VersionId = '', LastModified, IsLatest, isMarker }) => ({
        key: Key,
        version: VersionId,
        depositedAt: instant(LastModified?.getTime() ?? 0),
        isLatest: IsLatest === true,
        isMarker,
      }));
      if (page.IsTruncated !== true) return;
      from = page;
    }
  }

  async #fetch({ isMarker, ...held }: Omit<HeldVersion, 'content'> & { isMarker: boolean }): Promise<HeldVersion> {
    if (isMarker) return { ...held, content: undefined };
    const { key: Key, version: VersionId } = held;
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key, VersionId }));
    return { ...held, content: (await Body?.transformToByteArray()) ?? new Uint8Array() };
  }
}
