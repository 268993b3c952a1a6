import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { Instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import type { ApiKey, SigningKey } from '../core/selection/credential.ts';
import type { HttpAnswer, HttpInit, Network } from './network.ts';

export interface HttpTools {
  readonly network: Network;
  readonly clock: Clock;
}

/** How long a target may take to answer one request, in milliseconds. */
const timeoutMs = 5_000;

/** Makes one request to the target that a credential is for, and proves with it who asks. */
export function request(
  { network, clock }: HttpTools,
  credential: ApiKey | SigningKey,
  method: HttpInit['method'],
  path: string,
  content?: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const body = content === undefined ? undefined : JSON.stringify(content);
  const proof =
    credential.shape === 'apiKey'
      ? { authorization: `Bearer ${credential.apiKey.reveal()}` }
      : signatureHeaders(credential, clock.now(), { method, path, body: body ?? '' });

  return network.fetch(`https://${credential.host}${path}`, {
    method,
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...proof },
    ...(body && { body }),
    timeoutMs,
  });
}

/** What a signature covers. The path includes the query. */
export interface Signed {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

function signatureHeaders({ client, keyId, signingKey }: SigningKey, now: Instant, signed: Signed) {
  const timestamp = String(Math.floor(now / 1_000));
  const signature = signatureOf(signingKey.reveal(), timestamp, signed);
  return { 'x-client': client, 'x-key-id': keyId, 'x-timestamp': timestamp, 'x-signature': signature };
}

/** The signature that `rehearsal/targets/targets.md` describes, in hex. */
export function signatureOf(signingKey: string, timestamp: string, { method, path, body }: Signed): string {
  const bodyHash = hash('sha256', body, 'hex');
  return createHmac('sha256', createSecretKey(signingKey, 'base64url'))
    .update([method, path, timestamp, bodyHash].join('\n'))
    .digest('hex');
}
