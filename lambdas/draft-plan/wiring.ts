import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { s3History } from '../../adapters/s3-history.ts';
import { s3Quarantine } from '../../adapters/s3-quarantine.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { SecretsManagerInventory } from '../../adapters/secrets-manager-inventory.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { draftPlan } from './step.ts';

export const wire = ({
  clients,
  environment,
  ...runtime
}: Runtime<{ s3: S3Client; secretsManager: SecretsManagerClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const secretsManager = withRetries(clients.secretsManager, runtime.clock);

  return draftPlan({
    ...runtime,
    inventory: new SecretsManagerInventory(secretsManager),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    hash: sha256,
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
    history: s3History(s3, requireVariable(environment, 'DESK_BUCKET')),
    quarantine: s3Quarantine(s3, requireVariable(environment, 'DESK_BUCKET')),
  });
};
