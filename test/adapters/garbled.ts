import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import type { CurrentVersion } from '../../core/ports.ts';

/** The value that no message may show. */
export const secret = 'hunter2';

export const valueIn = (version: CurrentVersion | undefined): string | undefined =>
  version?.kind === 'read' ? version.value.reveal() : undefined;

/** A client of the SDK over a connection on which a value arrives, but not as JSON. */
export function garbled(): SecretsManagerClient {
  const handle = async () => ({
    response: {
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Readable.from([Buffer.from(`{"SecretString":${secret}}`)]),
    },
  });
  return new SecretsManagerClient({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle } as never,
  });
}

/** Fails unless the call is refused under this name, with nothing of the value in the error or in any of its causes. */
export async function tellsNothing(call: Promise<unknown>, name: string): Promise<void> {
  const error: unknown = await call.then(
    () => assert.fail('it was not refused'),
    (refused: unknown) => refused,
  );
  assert.equal((error as Error).name, name);
  for (let at = error; at instanceof Error; at = at.cause) {
    const said = [at.message, at.stack, JSON.stringify(at), inspect(at, { depth: 9, showHidden: true })].join('\n');
    assert.ok(!said.includes(secret), `${at.name} shows the value`);
  }
}
