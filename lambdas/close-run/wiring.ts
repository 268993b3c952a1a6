import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';

import { EventBridgeHerald } from '../../adapters/eventbridge-herald.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { SnsAnnouncer } from '../../adapters/sns-announcer.ts';
import { requireVariable } from '../environment.ts';
import type { Runtime } from '../runtime.ts';
import { closeRun } from './step.ts';

export const wire = ({
  clients,
  environment,
  ...runtime
}: Runtime<{ s3: S3Client; sns: SNSClient; eventBridge: EventBridgeClient }>) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const sns = withRetries(clients.sns, runtime.clock);
  const eventBridge = withRetries(clients.eventBridge, runtime.clock);

  return closeRun({
    ...runtime,
    announcer: new SnsAnnouncer(sns, requireVariable(environment, 'TOPIC_ARN')),
    herald: new EventBridgeHerald(eventBridge, requireVariable(environment, 'EVENT_BUS')),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    goAhead: new S3GoAhead(s3, requireVariable(environment, 'DESK_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
  });
};
