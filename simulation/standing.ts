import type { Cloud } from '../rehearsal/cloud.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';
import type { HeldKey } from '../rehearsal/targets/key-ring.ts';

/** Whether a simulated target lets this value in, asked behind everybody's back. */
export function isAccepted({ keys, signatures, postgres }: Estate, value: unknown): boolean {
  const { username, password, apiKey, client, keyId, signingKey } = JSON.parse(String(value ?? '{}'));
  if (apiKey !== undefined) return keys.accepts(apiKey);
  if (signingKey !== undefined) return signatures.accepts(client, keyId, signingKey);
  return postgres.accepts({ username, password }) === true;
}

/** How the key in a value stands at its target. Undefined: no target has it, or the value holds none. */
export function keyIn({ keys, signatures }: Estate, value: unknown): Readonly<HeldKey> | undefined {
  const { client, keyId } = JSON.parse(String(value ?? '{}'));
  return [...keys.keysOf(client), ...signatures.keysOf(client)].find((key) => key.keyId === keyId);
}

/** All that is to be seen of one secret, and of its client's keys. No value is in it. */
export function standOf({ cloud, estate }: { readonly cloud: Cloud; readonly estate: Estate }, arn: string): string {
  const { secretsManager } = cloud;
  const { client } = JSON.parse(String(secretsManager.value(arn) ?? '{}'));
  const keys = [...estate.keys.keysOf(client), ...estate.signatures.keysOf(client)];
  return JSON.stringify([
    secretsManager.labels(arn),
    secretsManager.tags(arn),
    secretsManager.versions(arn),
    keys.map(({ keyId, status }) => [keyId, status]),
  ]);
}
