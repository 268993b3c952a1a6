import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type {
  GenerateMacRequest,
  GenerateMacResponse,
  GetPublicKeyRequest,
  GetPublicKeyResponse,
  SignRequest,
  SignResponse,
  VerifyMacRequest,
  VerifyMacResponse,
  VerifyRequest,
  VerifyResponse,
} from '@aws-sdk/client-kms';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';
import { SigningPair } from './kms/signing-pair.ts';

export interface KmsOptions {
  readonly account: string;
  readonly region: string;
  /** What the material of every key is derived from. */
  readonly seed: string;
}

export interface KeyOptions {
  readonly usage: 'GENERATE_VERIFY_MAC' | 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT';
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
type SignatureRequest = SignRequest & Partial<VerifyRequest>;

const maxMessageBytes = 4_096;

/** KMS in this process, for keys that authenticate. What it does, and where it departs from AWS, stands in kms.md. */
export class KmsReplica implements Replica {
  readonly service = 'kms';
  readonly #options: KmsOptions;
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, string>();

  constructor(options: KmsOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    switch (operation) {
      case 'GenerateMac':
        return this.#generate(input, context);
      case 'VerifyMac':
        return this.#verifyMac(input, context);
      case 'Sign':
        return this.#sign(input, context);
      case 'Verify':
        return this.#verify(input, context);
      case 'GetPublicKey':
        return this.#publicKey(input, context);
      default:
        throw new ServiceError('UnknownOperationException', `${operation} is not replicated`);
    }
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

  /** The public half of a signing key, in DER, as an auditor would be handed it. */
  publicKey(keyArn: string): Uint8Array {
    return new SigningPair(this.#find(keyArn).material).publicDer;
  }

  #generate(input: GenerateMacRequest, caller: CallContext): GenerateMacResponse {
    const { key, message } = this.#admitMac('GenerateMac', input, caller);
    return { KeyId: key.arn, Mac: macOf(key, message), MacAlgorithm: 'HMAC_SHA_256' };
  }

  #verifyMac(input: VerifyMacRequest, caller: CallContext): VerifyMacResponse {
    const { key, message } = this.#admitMac('VerifyMac', input, caller);
    const mac = macOf(key, message);
    const claimed = input.Mac ?? new Uint8Array();
    if (claimed.byteLength !== mac.byteLength || !timingSafeEqual(mac, claimed)) {
      throw new ServiceError('KMSInvalidMacException', 'UnknownError');
    }
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: 'HMAC_SHA_256' };
  }

  #sign(input: SignRequest, caller: CallContext): SignResponse {
    const { key, message } = this.#admitSignature('Sign', input, caller);
    const Signature = new SigningPair(key.material).sign(message);
    return { KeyId: key.arn, Signature, SigningAlgorithm: 'ECDSA_SHA_256' };
  }

  #verify(input: VerifyRequest, caller: CallContext): VerifyResponse {
    const { key, message } = this.#admitSignature('Verify', input, caller);
    if (!new SigningPair(key.material).isGenuine(message, input.Signature ?? new Uint8Array())) {
      throw new ServiceError('KMSInvalidSignatureException', 'UnknownError');
    }
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: 'ECDSA_SHA_256' };
  }

  #publicKey({ KeyId: keyId = '' }: GetPublicKeyRequest, caller: CallContext): GetPublicKeyResponse {
    const key = this.#admit('GetPublicKey', 'SIGN_VERIFY', keyId, {}, caller);
    return {
      KeyId: key.arn,
      PublicKey: new SigningPair(key.material).publicDer,
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    };
  }

  #admitMac(action: 'GenerateMac' | 'VerifyMac', input: MacRequest, caller: CallContext) {
    const { KeyId: keyId = '', MacAlgorithm: algorithm } = input;
    const message = checkMessage(input.Message);
    if (algorithm === undefined) throw missing('macAlgorithm');

    const key = this.#admit(action, 'GENERATE_VERIFY_MAC', keyId, { 'kms:MacAlgorithm': algorithm }, caller);
    if (algorithm !== 'HMAC_SHA_256') throw unusable(`Algorithm ${algorithm} is incompatible with key spec HMAC_256.`);
    return { key, message };
  }

  #admitSignature(action: 'Sign' | 'Verify', input: SignatureRequest, caller: CallContext) {
    const { KeyId: keyId = '', SigningAlgorithm: algorithm, MessageType: type = 'RAW' } = input;
    const message = checkMessage(input.Message);
    if (algorithm === undefined) throw missing('signingAlgorithm');

    const asked = { 'kms:SigningAlgorithm': algorithm, 'kms:MessageType': type };
    const key = this.#admit(action, 'SIGN_VERIFY', keyId, asked, caller);
    if (algorithm !== 'ECDSA_SHA_256') {
      throw unusable(`Algorithm ${algorithm} is incompatible with key spec ECC_NIST_P256.`);
    }
    if (type !== 'RAW') throw new ServiceError('UnknownOperationException', `message type ${type} is not replicated`);
    return { key, message };
  }

  #admit(
    action: string,
    usage: KeyOptions['usage'],
    keyId: string,
    asked: Readonly<Record<string, string>>,
    caller: CallContext,
  ): Key {
    const key = this.#find(keyId);
    const alias = /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1];
    caller.require(`kms:${action}`, key.arn, { ...asked, ...(alias !== undefined && { 'kms:RequestAlias': alias }) });
    if (!key.isEnabled) throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
    if (key.usage !== usage) throw unusable(`${key.arn} key usage is ${key.usage} which is not valid for ${action}.`);
    return key;
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
  Uint8Array.from(createHmac('sha256', createSecretKey(key.material)).update(message).digest());

function checkMessage(message: Uint8Array = new Uint8Array()): Uint8Array {
  if (message.byteLength >= 1 && message.byteLength <= maxMessageBytes) return message;
  const bound = message.byteLength < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxMessageBytes}`;
  throw constraint(`Value at 'message' failed to satisfy constraint: Member must have length ${bound}`);
}

const missing = (field: string) =>
  constraint(`Value null at '${field}' failed to satisfy constraint: Member must not be null`);
const constraint = (message: string) =>
  new ServiceError('ValidationException', `1 validation error detected: ${message}`);
const unusable = (message: string) => new ServiceError('InvalidKeyUsageException', message);
