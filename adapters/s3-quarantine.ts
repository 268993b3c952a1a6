import type { S3Client } from '@aws-sdk/client-s3';

import type { Register } from '../core/living-ports.ts';
import { parseQuarantine, type Quarantine, writeQuarantine } from '../core/past-runs/quarantine.ts';
import { S3Register } from './s3-living-document.ts';

/** The quarantine in the living bucket. Where nothing was ever quarantined there is none, and it is empty. */
export const s3Quarantine = (s3: S3Client, bucket: string): Register<Quarantine> =>
  new S3Register(s3, { bucket, key: 'quarantine.json' }, { empty: {}, parse: parseQuarantine, write: writeQuarantine });
