import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';

import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire(deployedRuntime({ s3: new S3Client(clientDefaults), ssm: new SSMClient(clientDefaults) }));
