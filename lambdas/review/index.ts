import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';

import { network } from '../../adapters/network.ts';
import { verifyToken } from '../../adapters/token-signature.ts';
import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire({
  ...deployedRuntime({
    kms: new KMSClient(clientDefaults),
    s3: new S3Client(clientDefaults),
    secretsManager: new SecretsManagerClient(clientDefaults),
    sfn: new SFNClient(clientDefaults),
  }),
  network,
  verify: verifyToken,
});
