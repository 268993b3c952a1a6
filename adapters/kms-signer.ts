import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';

import type { Signer } from '../core/report/evidence.ts';

/** Signs short messages with an ECC_NIST_P256 key. A signature is DER, in base64. */
export class KmsSigner implements Signer {
  readonly #kms: KMSClient;
  readonly key: string;

  constructor(kms: KMSClient, keyArn: string) {
    this.#kms = kms;
    this.key = keyArn;
  }

  async sign(message: string): Promise<string> {
    const { Signature } = await this.#kms.send(
      new SignCommand({
        KeyId: this.key,
        Message: new TextEncoder().encode(message),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    if (Signature === undefined) throw new Error(`KMS answered without a signature for key ${this.key}; sign again`);
    return Buffer.from(Signature).toString('base64');
  }
}
