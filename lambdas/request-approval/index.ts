import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';

import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire(deployedRuntime({ s3: new S3Client(clientDefaults), sns: new SNSClient(clientDefaults) }));
