import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { SfnRuns } from '../../adapters/sfn-runs.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { startRun } from './step.ts';

export const wire = ({ clients, environment, ...runtime }: Runtime<{ s3: S3Client; sfn: SFNClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const sfn = withRetries(clients.sfn, runtime.clock);
  const workflow = requireVariable(environment, 'WORKFLOW');

  return startRun({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    runs: new SfnRuns(sfn, {
      audit: workflow,
      rotate: workflow,
      restore: workflow,
      retire: requireVariable(environment, 'RETIREMENT'),
    }),
    hash: sha256,
  });
};
