import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';

import { network } from '../../adapters/network.ts';
import { clientDefaults, deployedRuntime, patientDefaults } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire({
  ...deployedRuntime({
    s3: new S3Client(clientDefaults),
    secretsManager: new SecretsManagerClient(clientDefaults),
    kms: new KMSClient(clientDefaults),
    ssm: new SSMClient(clientDefaults),
    lambda: new LambdaClient(patientDefaults),
  }),
  network,
});
