import type { S3Client } from '@aws-sdk/client-s3';
import type { Register } from '../core/living-ports.ts';
import { type History, parseHistory } from '../core/past-runs/history.ts';
import { S3Register } from './s3-living-document.ts';

/** The history in the living bucket. Before the first run has ended there is none, and it is empty. */
export const s3History = (s3: S3Client, bucket: string): Register<History> =>
  new S3Register(s3, { bucket, key: 'history.json' }, { empty: [], parse: parseHistory, write: JSON.stringify });
