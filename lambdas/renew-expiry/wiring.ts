import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { SecretsManagerExpiryTags } from '../../adapters/secrets-manager-expiry-tags.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { renewExpiry } from './step.ts';

export const wire = ({
  clients,
  environment,
  ...runtime
}: Runtime<{ s3: S3Client; secretsManager: SecretsManagerClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const secretsManager = withRetries(clients.secretsManager, runtime.clock);

  return renewExpiry({
    ...runtime,
    tags: new SecretsManagerExpiryTags(secretsManager, runtime.settings.tagKeys.expirationDate),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
  });
};
