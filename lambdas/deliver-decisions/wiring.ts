import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { withRetries } from '../../adapters/retries.ts';
import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { SfnCallbacks } from '../../adapters/sfn-callbacks.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { deliverDecisions } from './step.ts';

export const wire = ({ clients, environment, ...runtime }: Runtime<{ s3: S3Client; sfn: SFNClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const sfn = withRetries(clients.sfn, runtime.clock);

  return deliverDecisions({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    desk: new S3ApprovalDesk(s3, requireVariable(environment, 'DESK_BUCKET')),
    callbacks: new SfnCallbacks(sfn),
    hash: sha256,
  });
};
