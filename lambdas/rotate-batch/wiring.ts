import type { KMSClient } from '@aws-sdk/client-kms';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';

import { KmsSealChecker } from '../../adapters/kms-seal.ts';
import { PacedVault } from '../../adapters/paced-vault.ts';
import { proberFor } from '../../adapters/probes/choose.ts';
import { withRetries } from '../../adapters/retries.ts';
import { retirerFor, rotatorFor } from '../../adapters/rotators/choose.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { SecretsManagerVault } from '../../adapters/secrets-manager-vault.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { SsmSwitch } from '../../adapters/ssm-switch.ts';
import { millisecondsPerWrite } from '../../core/limits/pace.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { rotateBatch } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{
  s3: S3Client;
  secretsManager: SecretsManagerClient;
  kms: KMSClient;
  ssm: SSMClient;
  lambda: LambdaClient;
}> &
  Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const secretsManager = withRetries(clients.secretsManager, runtime.clock);
  const kms = withRetries(clients.kms, runtime.clock);
  const ssm = withRetries(clients.ssm, runtime.clock);

  const { clock, random, log } = runtime;
  const tools = { network, clock, random, log, lambda: clients.lambda };

  return rotateBatch({
    ...runtime,
    tier: requireVariable(environment, 'TIER'),
    vault: new PacedVault(new SecretsManagerVault(secretsManager), clock, millisecondsPerWrite(runtime.settings)),
    rotatorFor: (rotator, tier, arn) => rotatorFor(rotator, tier, arn, tools),
    retirerFor: (rotator, tier) => retirerFor(rotator, tier, tools),
    proberFor: (probe, rotator, tier) => proberFor(probe, rotator, tier, tools),
    seals: new KmsSealChecker(kms, requireVariable(environment, 'SEAL_KEY')),
    killSwitch: new SsmSwitch(ssm, requireVariable(environment, 'SWITCH')),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    goAhead: new S3GoAhead(s3, requireVariable(environment, 'DESK_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
    hash: sha256,
  });
};
