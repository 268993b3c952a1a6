import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';

import { ServiceError } from '../../account/replica.ts';
import type { Bucket } from './bucket.ts';

/** One page of all versions and delete markers: by key, and of each key the newest first. */
export function versionsPage(bucket: Bucket, input: ListObjectVersionsCommandInput, mostKeys: number) {
  const { Prefix = '', KeyMarker, VersionIdMarker } = input;
  const all = bucket
    .allKeys()
    .filter((key) => key.startsWith(Prefix))
    .flatMap((key) =>
      bucket
        .history(key)
        .toReversed()
        .map((version, index) => ({ key, version, IsLatest: index === 0 })),
    );
  const found = all.slice(startOf(all, KeyMarker, VersionIdMarker));
  const max = Math.min(input.MaxKeys ?? mostKeys, mostKeys);
  const page = found.slice(0, max);
  const last = page.at(-1);
  const isTruncated = last !== undefined && found.length > max;

  const said = page.map(({ key: Key, version, IsLatest }) => ({
    Key,
    VersionId: version.id,
    IsLatest,
    LastModified: new Date(version.at),
    bytes: version.bytes,
    etag: version.etag,
  }));
  return {
    Name: bucket.name,
    Prefix,
    MaxKeys: max,
    IsTruncated: isTruncated,
    Versions: said.flatMap(({ bytes, etag: ETag, ...one }) =>
      bytes === undefined ? [] : { ...one, ETag, Size: bytes.byteLength, StorageClass: 'STANDARD' as const },
    ),
    DeleteMarkers: said.flatMap(({ bytes, etag: _, ...one }) => (bytes === undefined ? one : [])),
    ...(isTruncated && { NextKeyMarker: last.key, NextVersionIdMarker: last.version.id }),
  };
}

function startOf(
  all: readonly { readonly key: string; readonly version: { readonly id: string } }[],
  key: string | undefined,
  version: string | undefined,
): number {
  if (key === undefined) return 0;
  const place =
    version === undefined
      ? all.findLastIndex((one) => one.key === key)
      : all.findIndex((one) => one.key === key && one.version.id === version);
  if (place < 0) throw new ServiceError('InvalidArgument', 'Invalid version id specified', 400);
  return place + 1;
}
