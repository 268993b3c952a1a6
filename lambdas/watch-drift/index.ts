import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';

import { network } from '../../adapters/network.ts';
import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

/** A look takes as long as probe-batch may: longer than any other call. */
const patient = { ...clientDefaults.requestHandler, requestTimeout: 290_000 };

export const handler = wire({
  ...deployedRuntime({
    lambda: new LambdaClient({ ...clientDefaults, requestHandler: patient }),
    s3: new S3Client(clientDefaults),
    secretsManager: new SecretsManagerClient(clientDefaults),
    ses: new SESv2Client(clientDefaults),
    sns: new SNSClient(clientDefaults),
  }),
  network,
});
