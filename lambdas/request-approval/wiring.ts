import type { S3Client } from '@aws-sdk/client-s3';

import { type ChannelClients, channelsOf } from '../../adapters/channels.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { requestApproval } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{ s3: S3Client } & ChannelClients> & Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const topicArn = requireVariable(environment, 'TOPIC_ARN');

  return requestApproval({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    desk: new S3ApprovalDesk(s3, requireVariable(environment, 'DESK_BUCKET')),
    channels: channelsOf(runtime.settings.channels, { clients, network, clock: runtime.clock, topicArn }),
    reviewUrl: requireVariable(environment, 'REVIEW_URL'),
    hash: sha256,
  });
};
