import { generateKeyPairSync, sign } from 'node:crypto';

import { publicKeyFrom } from '../adapters/public-key.ts';
import { sha256 } from '../adapters/sha256.ts';
import type { Run } from '../core/plan.ts';
import type { Signer } from '../core/report/evidence.ts';
import { type Check, checkEvidence, type Exhibit } from '../core/report/evidence-check.ts';

/* Evidence as an auditor holds it, and a key pair of the kind that KMS has. */

export class Pair implements Signer {
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly publicKey = publicKeyFrom(this.#pair.publicKey.export({ format: 'pem', type: 'spki' }).toString());

  readonly key = 'arn:aws:kms:us-east-1:111122223333:key/signing';

  async sign(message: string): Promise<string> {
    return sign('sha256', Buffer.from(message), this.#pair.privateKey).toString('base64');
  }
}

/** The latest version of a document, and the only one. */
export const exhibit = (key: string, content: string | Uint8Array, version?: string): Exhibit => {
  const bytes = Buffer.from(content);
  return {
    key,
    version,
    isLatest: true,
    content: { text: bytes.toString('utf8'), bytes: bytes.byteLength, sha256: sha256(bytes) },
  };
};

/** Checks a copy, and says of each finding what and where: `changed plan.json`. */
export const findingsIn = (run: Run, exhibits: readonly Exhibit[], more: Partial<Check> = {}): string[] =>
  checkEvidence({ run, exhibits, hash: sha256, isSigned: undefined, seal: 'unchecked', ...more }).map(
    ({ kind, key }) => `${kind} ${key.replace(`runs/${run}/`, '')}`,
  );
