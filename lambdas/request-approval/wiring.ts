import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';

import { withRetries } from '../../adapters/retries.ts';
import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { SnsAnnouncer } from '../../adapters/sns-announcer.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { requestApproval } from './step.ts';

export const wire = ({ clients, environment, ...runtime }: Runtime<{ s3: S3Client; sns: SNSClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const sns = withRetries(clients.sns, runtime.clock);

  return requestApproval({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    desk: new S3ApprovalDesk(s3, requireVariable(environment, 'DESK_BUCKET')),
    announcer: new SnsAnnouncer(sns, requireVariable(environment, 'TOPIC_ARN')),
    reviewUrl: requireVariable(environment, 'REVIEW_URL'),
    hash: sha256,
  });
};
