import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';

import { CloudWatchAlarms } from '../../adapters/cloudwatch-alarms.ts';
import { HttpHealthDesk } from '../../adapters/http-health-desk.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { judgeWave } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{ s3: S3Client; cloudWatch: CloudWatchClient }> & Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const cloudWatch = withRetries(clients.cloudWatch, runtime.clock);

  return judgeWave({
    ...runtime,
    health: new HttpHealthDesk(network, runtime.settings.health),
    alarms: new CloudWatchAlarms(cloudWatch),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    hash: sha256,
  });
};
