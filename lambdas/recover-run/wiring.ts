import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { type ChannelClients, channelsOf } from '../../adapters/channels.ts';
import { EventBridgeHerald } from '../../adapters/eventbridge-herald.ts';
import { KmsSigner } from '../../adapters/kms-signer.ts';
import { withRetries } from '../../adapters/retries.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import { s3History } from '../../adapters/s3-history.ts';
import { s3Quarantine } from '../../adapters/s3-quarantine.ts';
import { S3RunDocuments } from '../../adapters/s3-run-documents.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { SfnExecutions } from '../../adapters/sfn-executions.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime } from '../runtime.ts';
import { recoverRun } from './step.ts';

export const wire = ({
  clients,
  environment,
  network,
  ...runtime
}: Runtime<{ kms: KMSClient; s3: S3Client; eventBridge: EventBridgeClient; sfn: SFNClient } & ChannelClients> &
  Networked) => {
  const s3 = withRetries(clients.s3, runtime.clock);
  const kms = withRetries(clients.kms, runtime.clock);
  const eventBridge = withRetries(clients.eventBridge, runtime.clock);
  const sfn = withRetries(clients.sfn, runtime.clock);

  const topicArn = requireVariable(environment, 'TOPIC_ARN');

  return recoverRun({
    ...runtime,
    executions: new SfnExecutions(sfn, requireVariable(environment, 'EXECUTIONS')),
    channels: channelsOf(runtime.settings.channels, { clients, network, clock: runtime.clock, topicArn }),
    herald: new EventBridgeHerald(eventBridge, requireVariable(environment, 'EVENT_BUS')),
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    documents: new S3RunDocuments(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    signer: new KmsSigner(kms, requireVariable(environment, 'SIGNING_KEY')),
    hash: sha256,
    goAhead: new S3GoAhead(s3, requireVariable(environment, 'DESK_BUCKET')),
    history: s3History(s3, requireVariable(environment, 'DESK_BUCKET')),
    quarantine: s3Quarantine(s3, requireVariable(environment, 'DESK_BUCKET')),
    lock: new S3RunLock(s3, requireVariable(environment, 'DESK_BUCKET')),
  });
};
