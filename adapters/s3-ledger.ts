import type { S3Client } from '@aws-sdk/client-s3';

import { type Ledger, parseLedger } from '../core/limits/ledger.ts';
import type { Register } from '../core/living-ports.ts';
import { S3Register } from './s3-living-document.ts';

/** The ledger in the living bucket. Before the first run there is none, and it is empty. */
export const s3Ledger = (s3: S3Client, bucket: string): Register<Ledger> =>
  new S3Register(s3, { bucket, key: 'ledger.json' }, { empty: [], parse: parseLedger, write: JSON.stringify });
