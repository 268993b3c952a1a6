import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { proberFor } from '../../adapters/probes/choose.ts';
import { withRetries } from '../../adapters/retries.ts';
import { retirerFor } from '../../adapters/rotators/choose.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import { SecretsManagerVault } from '../../adapters/secrets-manager-vault.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { probeBatch } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{ s3: S3Client; secretsManager: SecretsManagerClient }> & Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const secretsManager = withRetries(clients.secretsManager, runtime.clock);

  const vault = new SecretsManagerVault(secretsManager);
  const tools = { network, clock: runtime.clock };

  return probeBatch({
    ...runtime,
    values: vault,
    versions: vault,
    standingsFor: (rotator, tier) => retirerFor(rotator, tier, tools),
    proberFor: (probe, rotator, tier) => proberFor(probe, rotator, tier, tools),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    goAhead: new S3GoAhead(s3, requireVariable(environment, 'DESK_BUCKET')),
    hash: sha256,
  });
};
