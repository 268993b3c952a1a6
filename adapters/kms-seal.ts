import { GenerateMacCommand, type KMSClient, KMSInvalidMacException, VerifyMacCommand } from '@aws-sdk/client-kms';

import type { SealChecker, Sealer } from '../core/ports.ts';

const algorithm = 'HMAC_SHA_256';

/** KMS authenticates no longer message than this. */
const maximumBytes = 4_096;

/** How long a MAC of this algorithm is. */
const macBytes = 256 / 8;

/** Seals with an HMAC key that only the desk's role may use to. A seal is base64. */
export class KmsSealer implements Sealer {
  readonly #kms: KMSClient;
  readonly #keyId: string;

  constructor(kms: KMSClient, keyId: string) {
    this.#kms = kms;
    this.#keyId = keyId;
  }

  async seal(message: string): Promise<string> {
    const bytes = new TextEncoder().encode(message);
    if (bytes.length > maximumBytes) {
      throw new RangeError(`KMS seals at most ${maximumBytes} bytes, got ${bytes.length}; shorten what is sealed`);
    }

    const { Mac } = await this.#kms.send(
      new GenerateMacCommand({ KeyId: this.#keyId, MacAlgorithm: algorithm, Message: bytes }),
    );
    if (Mac === undefined) throw new Error(`KMS answered without a MAC for key ${this.#keyId}; seal again`);
    return Buffer.from(Mac).toString('base64');
  }
}

/** Checks seals with the same key, which its role may not use to make one. */
export class KmsSealChecker implements SealChecker {
  readonly #kms: KMSClient;
  readonly #keyId: string;

  constructor(kms: KMSClient, keyId: string) {
    this.#kms = kms;
    this.#keyId = keyId;
  }

  /** What KMS could never have sealed, or what is no MAC at all, is not asked about: it is not genuine. */
  async isGenuine(message: string, seal: string): Promise<boolean> {
    const bytes = new TextEncoder().encode(message);
    const mac = Buffer.from(seal, 'base64');
    if (bytes.length > maximumBytes || mac.length !== macBytes) return false;

    try {
      const { MacValid } = await this.#kms.send(
        new VerifyMacCommand({ KeyId: this.#keyId, MacAlgorithm: algorithm, Message: bytes, Mac: mac }),
      );
      return MacValid === true;
    } catch (error) {
      if (error instanceof KMSInvalidMacException) return false;
      throw error;
    }
  }
}

/** Seals, and checks what it sealed: for what goes out and comes back to the same step. */
export class KmsSeal implements Sealer, SealChecker {
  readonly #sealer: KmsSealer;
  readonly #checker: KmsSealChecker;

  constructor(kms: KMSClient, keyId: string) {
    this.#sealer = new KmsSealer(kms, keyId);
    this.#checker = new KmsSealChecker(kms, keyId);
  }

  seal(message: string): Promise<string> {
    return this.#sealer.seal(message);
  }

  isGenuine(message: string, seal: string): Promise<boolean> {
    return this.#checker.isGenuine(message, seal);
  }
}
