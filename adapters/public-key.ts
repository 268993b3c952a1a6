import { createPublicKey, verify } from 'node:crypto';

import { sha256 } from './sha256.ts';

/** The public half of a signing key: it can tell a genuine signature, on any machine and without AWS. */
export interface PublicKey {
  /** Hash of the key's DER encoding, as `openssl pkey -pubin -outform DER | sha256sum` takes it. */
  readonly fingerprint: string;
  readonly pem: string;
  isGenuine(message: string, signature: string): boolean;
}

/**
 * Reads a public key from PEM, or from the DER that KMS answers with.
 *
 * @throws {Error} when it is none of an elliptic curve.
 */
export function publicKeyFrom(encoded: string | Uint8Array): PublicKey {
  const key = createPublicKey(
    typeof encoded === 'string' ? encoded : { key: Buffer.from(encoded), format: 'der', type: 'spki' },
  );
  if (key.asymmetricKeyType !== 'ec') throw new Error(`the key is of type ${key.asymmetricKeyType}, not ec`);
  return {
    fingerprint: sha256(key.export({ format: 'der', type: 'spki' })),
    pem: key.export({ format: 'pem', type: 'spki' }).toString(),
    isGenuine: (message, signature) => {
      const der = Buffer.from(signature, 'base64');
      // Base64 can say the same bytes in several ways, of which one is signed.
      return der.toString('base64') === signature && verify('sha256', Buffer.from(message), key, der);
    },
  };
}
