import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

import { clientDefaults, deployedRuntime } from '../runtime.ts';
import { wire } from './wiring.ts';

export const handler = wire(deployedRuntime({ s3: new S3Client(clientDefaults), sfn: new SFNClient(clientDefaults) }));
