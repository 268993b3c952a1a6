import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { SsmSwitch } from '../../adapters/ssm-switch.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { admitWave } from './step.ts';

export const wire = ({ clients, environment, ...runtime }: Runtime<{ s3: S3Client; ssm: SSMClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const ssm = withRetries(clients.ssm, runtime.clock);

  return admitWave({
    ...runtime,
    killSwitch: new SsmSwitch(ssm, requireVariable(environment, 'SWITCH')),
    goAhead: new S3GoAhead(s3, requireVariable(environment, 'DESK_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    hash: sha256,
  });
};
