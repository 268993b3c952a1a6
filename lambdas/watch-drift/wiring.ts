import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';

import { type ChannelClients, channelsOf } from '../../adapters/channels.ts';
import { LambdaLookout } from '../../adapters/lambda-lookout.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { s3History } from '../../adapters/s3-history.ts';
import { s3KnownDrift } from '../../adapters/s3-known-drift.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { watchDrift } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{ s3: S3Client; lambda: LambdaClient } & ChannelClients> & Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const lambda = withRetries(clients.lambda, runtime.clock);
  const topicArn = requireVariable(environment, 'TOPIC_ARN');

  return watchDrift({
    ...runtime,
    channels: channelsOf(runtime.settings.channels, { clients, network, clock: runtime.clock, topicArn }),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    history: s3History(s3, requireVariable(environment, 'DESK_BUCKET')),
    known: s3KnownDrift(s3, requireVariable(environment, 'DESK_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
    lookout: new LambdaLookout(lambda, JSON.parse(requireVariable(environment, 'PROBES'))),
  });
};
