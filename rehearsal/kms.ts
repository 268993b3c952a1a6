import { createHmac, timingSafeEqual } from 'node:crypto';
import type { GenerateMacRequest, GenerateMacResponse, VerifyMacRequest, VerifyMacResponse } from '@aws-sdk/client-kms';
import { type CallContext, type Replica, ServiceError } from './replica.ts';

export interface KmsOptions {
  readonly account: string;
  readonly region: string;
  /** What the material of every key is derived from. */
  readonly seed: string;
}

export interface KeyOptions {
  readonly usage: 'GENERATE_VERIFY_MAC' | 'ENCRYPT_DECRYPT';
  /** With its prefix: `alias/seal`. */
  readonly alias?: string;
}

interface Key {
  readonly arn: string;
  readonly usage: KeyOptions['usage'];
  readonly material: Buffer;
  isEnabled: boolean;
}

type MacRequest = GenerateMacRequest & Partial<VerifyMacRequest>;

const maxMessageBytes = 4_096;

/** KMS in this process, for HMAC keys. What it does, and where it departs from AWS, stands in kms.md. */
export class KmsReplica implements Replica {
  readonly service = 'kms';
  readonly #options: KmsOptions;
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, string>();

  constructor(options: KmsOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    if (operation === 'GenerateMac') return this.#generate(input, context);
    if (operation === 'VerifyMac') return this.#verify(input, context);
    throw new ServiceError('UnknownOperationException', `${operation} is not replicated`);
  }

  /** @returns its ARN. */
  createKey(keyId: string, { usage, alias }: KeyOptions): string {
    const { account, region, seed } = this.#options;
    const arn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
    const material = createHmac('sha256', seed).update(arn).digest();
    this.#keys.set(arn, { arn, usage, material, isEnabled: true });
    if (alias !== undefined) this.#aliases.set(alias, arn);
    return arn;
  }

  disable(keyArn: string): void {
    this.#find(keyArn).isEnabled = false;
  }

  #generate(input: GenerateMacRequest, caller: CallContext): GenerateMacResponse {
    const { key, message } = this.#admit('GenerateMac', input, caller);
    return { KeyId: key.arn, Mac: macOf(key, message), MacAlgorithm: 'HMAC_SHA_256' };
  }

  #verify(input: VerifyMacRequest, caller: CallContext): VerifyMacResponse {
    const { key, message } = this.#admit('VerifyMac', input, caller);
    const mac = macOf(key, message);
    const claimed = input.Mac ?? new Uint8Array();
    if (claimed.byteLength !== mac.byteLength || !timingSafeEqual(mac, claimed)) {
      throw new ServiceError('KMSInvalidMacException', 'UnknownError');
    }
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: 'HMAC_SHA_256' };
  }

  #admit(action: 'GenerateMac' | 'VerifyMac', input: MacRequest, caller: CallContext) {
    const { KeyId: keyId = '', Message: message = new Uint8Array(), MacAlgorithm: algorithm } = input;
    if (message.byteLength < 1 || message.byteLength > maxMessageBytes) {
      const bound = message.byteLength < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxMessageBytes}`;
      throw invalid(`Value at 'message' failed to satisfy constraint: Member must have length ${bound}`);
    }
    if (algorithm === undefined) {
      throw invalid("Value null at 'macAlgorithm' failed to satisfy constraint: Member must not be null");
    }

    const key = this.#find(keyId);
    const alias = /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1];
    caller.require(`kms:${action}`, key.arn, {
      'kms:MacAlgorithm': algorithm,
      ...(alias !== undefined && { 'kms:RequestAlias': alias }),
    });
    if (!key.isEnabled) throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
    if (key.usage !== 'GENERATE_VERIFY_MAC') {
      throw unusable(`${key.arn} key usage is ${key.usage} which is not valid for ${action}.`);
    }
    if (algorithm !== 'HMAC_SHA_256') throw unusable(`Algorithm ${algorithm} is incompatible with key spec HMAC_256.`);
    return { key, message };
  }

  /** A key may be named by its id, its ARN, its alias or the ARN of that. */
  #find(keyId: string): Key {
    const { account, region } = this.#options;
    const prefix = `arn:aws:kms:${region}:${account}:`;
    const name = keyId.startsWith(prefix) ? keyId.slice(prefix.length) : keyId;
    const arn = name.startsWith('alias/') ? this.#aliases.get(name) : `${prefix}key/${name.replace(/^key\//, '')}`;
    const key = this.#keys.get(arn ?? '');
    if (key !== undefined) return key;
    const what = name.startsWith('alias/') ? `Alias ${prefix}${name} is not found.` : `Key '${arn}' does not exist`;
    throw new ServiceError('NotFoundException', what);
  }
}

const macOf = (key: Key, message: Uint8Array): Uint8Array =>
  Uint8Array.from(createHmac('sha256', key.material).update(message).digest());

const invalid = (message: string) => new ServiceError('ValidationException', `1 validation error detected: ${message}`);
const unusable = (message: string) => new ServiceError('InvalidKeyUsageException', message);
