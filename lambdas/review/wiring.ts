import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { KmsSealer } from '../../adapters/kms-seal.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { SfnCallbacks } from '../../adapters/sfn-callbacks.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { review } from './step.ts';

export const wire = ({
  clients,
  environment,
  ...runtime
}: Runtime<{ kms: KMSClient; s3: S3Client; sfn: SFNClient }>) => {
  const kms = withRetries(clients.kms, runtime.clock);
  const s3 = withRetries(clients.s3, runtime.clock);
  const sfn = withRetries(clients.sfn, runtime.clock);

  return review({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    desk: new S3ApprovalDesk(s3, requireVariable(environment, 'DESK_BUCKET')),
    sealer: new KmsSealer(kms, requireVariable(environment, 'SEAL_KEY')),
    callbacks: new SfnCallbacks(sfn),
    reviewUrl: requireVariable(environment, 'REVIEW_URL'),
    hash: sha256,
  });
};
