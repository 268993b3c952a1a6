import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SFNClient } from '@aws-sdk/client-sfn';

import { providerOf } from '../../adapters/identity-provider.ts';
import { KmsSeal, KmsSealer } from '../../adapters/kms-seal.ts';
import { Patience, withRetries } from '../../adapters/retries.ts';
import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { SfnCallbacks } from '../../adapters/sfn-callbacks.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { requireVariable } from '../environment.ts';
import type { Networked, Runtime, Verifying } from '../runtime.ts';
import { returnPath } from './event.ts';
import { review } from './step.ts';

/**
 * How long calls are begun for one request, in milliseconds. The last of them may take five seconds more, and the function is
 * stopped after 25: so an approver always gets a page, and never none of which they cannot know what it recorded.
 */
const patienceMilliseconds = 12_000;

export const wire = ({
  clients,
  environment,
  network,
  verify,
  ...runtime
}: Runtime<{ kms: KMSClient; s3: S3Client; secretsManager: SecretsManagerClient; sfn: SFNClient }> &
  Networked &
  Verifying) => {
  const patience = new Patience(runtime.clock, patienceMilliseconds);
  const kms = withRetries(clients.kms, runtime.clock, patience);
  const s3 = withRetries(clients.s3, runtime.clock, patience);
  const sfn = withRetries(clients.sfn, runtime.clock, patience);
  const reviewUrl = requireVariable(environment, 'REVIEW_URL');

  const answer = review({
    ...runtime,
    archive: new S3Archive(s3, requireVariable(environment, 'ARCHIVE_BUCKET')),
    desk: new S3ApprovalDesk(s3, requireVariable(environment, 'DESK_BUCKET')),
    sealer: new KmsSealer(kms, requireVariable(environment, 'SEAL_KEY')),
    callbacks: new SfnCallbacks(sfn),
    cookieSeal: new KmsSeal(kms, environment['COOKIE_KEY'] ?? 'none'),
    identityProvider: providerOf(runtime.settings.signIn, {
      secretsManager: clients.secretsManager,
      network,
      verify,
      clock: runtime.clock,
      patience,
      redirectUri: new URL(returnPath, reviewUrl).href,
    }),
    reviewUrl,
    hash: sha256,
  });
  return (event: unknown) => patience.during(() => answer(event));
};
