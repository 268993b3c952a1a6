import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';

import { network } from '../../adapters/network.ts';
import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire({
  ...deployedRuntime({
    kms: new KMSClient(clientDefaults),
    s3: new S3Client(clientDefaults),
    secretsManager: new SecretsManagerClient(clientDefaults),
    ses: new SESv2Client(clientDefaults),
    sns: new SNSClient(clientDefaults),
    eventBridge: new EventBridgeClient(clientDefaults),
  }),
  network,
});
