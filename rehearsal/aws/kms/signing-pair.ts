import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** DER of an ECDSA public key on P-256, up to the point itself: 65 bytes follow. */
const publicPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/**
 * A key pair on P-256 that is made from seeded material, so that the same seed has the same key.
 *
 * OpenSSL draws a number for each signature, as AWS does, so two signatures over one message differ, and both are genuine.
 */
export class SigningPair {
  readonly publicDer: Uint8Array;
  readonly #scalar: Buffer;
  readonly #point: Buffer;

  constructor(material: Buffer) {
    const curve = createECDH('prime256v1');
    // Below the order of the curve, whatever the material: all but one in four thousand million need no help.
    this.#scalar = Buffer.from(material);
    this.#scalar[0] = (this.#scalar[0] ?? 0) & 0x7f;
    curve.setPrivateKey(this.#scalar);
    this.#point = curve.getPublicKey();
    this.publicDer = Uint8Array.from(Buffer.concat([publicPrefix, this.#point]));
  }

  /** In DER, as AWS answers. */
  sign(message: Uint8Array): Uint8Array {
    const [x, y] = [this.#point.subarray(1, 33), this.#point.subarray(33, 65)];
    const text = (bytes: Buffer) => bytes.toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', d: text(this.#scalar), x: text(x), y: text(y) };
    return Uint8Array.from(sign('sha256', message, createPrivateKey({ key: jwk, format: 'jwk' })));
  }

  isGenuine(message: Uint8Array, signature: Uint8Array): boolean {
    const key = createPublicKey({ key: Buffer.from(this.publicDer), format: 'der', type: 'spki' });
    return verify('sha256', message, key, signature);
  }
}
