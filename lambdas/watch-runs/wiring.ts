import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { SfnExecutions } from '../../adapters/sfn-executions.ts';
import { SfnRecoveries } from '../../adapters/sfn-recoveries.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { watchRuns } from './step.ts';

export const wire = ({ clients, environment, ...runtime }: Runtime<{ s3: S3Client; sfn: SFNClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const sfn = withRetries(clients.sfn, runtime.clock);

  return watchRuns({
    ...runtime,
    executions: new SfnExecutions(sfn, requireVariable(environment, 'EXECUTIONS')),
    recoveries: new SfnRecoveries(sfn, requireVariable(environment, 'RECOVERY')),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
    hash: sha256,
  });
};
