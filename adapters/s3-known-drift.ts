import type { S3Client } from '@aws-sdk/client-s3';
import type { Register } from '../core/living-ports.ts';
import { type KnownDrift, parseKnownDrift } from '../core/past-runs/drift.ts';
import { S3Register } from './s3-living-document.ts';

/** What people were told of, in the living bucket. Where nothing ever drifted there is none, and it is empty. */
export const s3KnownDrift = (s3: S3Client, bucket: string): Register<KnownDrift> =>
  new S3Register(s3, { bucket, key: 'drift.json' }, { empty: [], parse: parseKnownDrift, write: JSON.stringify });
