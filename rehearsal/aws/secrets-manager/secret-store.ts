import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import type { Instant } from '../../../core/instant.ts';
import type { Clock } from '../../../core/ports.ts';
import type { CallContext, ConditionContext } from '../../account/replica.ts';
import { Catalogue } from './catalogue.ts';
import { refusals } from './refusals.ts';
import type { Secret } from './secret.ts';
import { listed } from './views.ts';

/** A change that somebody made to a secret, after it was made. */
export interface Write {
  readonly operation: string;
  readonly secretArn: string;
  readonly principal: string;
}

export interface SecretStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly account: string;
  readonly region: string;
  /** How old the answers of ListSecrets are. AWS says up to five minutes. */
  readonly listLagSeconds?: number;
}

/** The secrets of one account in one Region: finds them, and lets callers through to them. */
export class SecretStore {
  readonly #options: SecretStoreOptions;
  readonly #secrets = new Map<string, Secret>();
  readonly #arns = new Map<string, string>();
  readonly #catalogue: Catalogue;
  readonly #listeners: ((write: Write) => void)[] = [];

  constructor(options: SecretStoreOptions) {
    this.#options = options;
    this.#catalogue = new Catalogue(options.listLagSeconds ?? 0);
  }

  get random(): () => number {
    return this.#options.random;
  }

  now(): Instant {
    return this.#options.clock.now();
  }

  onWrite(listener: (write: Write) => void): void {
    this.#listeners.push(listener);
  }

  arns(): string[] {
    return [...this.#secrets.keys()].filter((arn) => this.locate(arn) !== undefined);
  }

  /** What a list would tell, which may be old. */
  entries(): SecretListEntry[] {
    return this.#catalogue.entries(this.now());
  }

  /** Finds a secret by its name, its ARN, or its ARN without the random suffix. */
  locate(secretId: string): Secret | undefined {
    const prefix = this.arnOf('');
    const name = secretId.startsWith(prefix) ? secretId.slice(prefix.length) : secretId;
    const secret = this.#secrets.get(secretId) ?? this.#secrets.get(this.#arns.get(name) ?? '');
    if (secret?.deletesAt === undefined || secret.deletesAt > this.now()) return secret;

    this.forget(secret);
    return undefined;
  }

  /** @throws {ServiceError} when the id is malformed, the policies deny, or there is no such secret, in this order. */
  admit(action: string, secretId: string | undefined, caller: CallContext, conditions: ConditionContext = {}): Secret {
    const secret = this.authorise(action, secretId, caller, conditions);
    if (secret === undefined) throw refusals.unknownSecret();
    return secret;
  }

  /** {@link admit}, for calls that a secret does not answer once it is scheduled for deletion. */
  admitAlive(action: string, secretId: string | undefined, caller: CallContext, conditions?: ConditionContext): Secret {
    const secret = this.admit(action, secretId, caller, conditions);
    if (secret.deletesAt !== undefined) throw refusals.markedForDeletion();
    return secret;
  }

  /** {@link admitAlive}, for calls that change what only its owner may change. */
  admitOwner(action: string, secretId: string | undefined, caller: CallContext, conditions?: ConditionContext): Secret {
    const secret = this.admitAlive(action, secretId, caller, conditions);
    if (secret.owningService !== undefined) throw refusals.ownedByService(secret.owningService);
    if (secret.primaryRegion !== undefined && secret.primaryRegion !== this.#options.region) throw refusals.replica();
    return secret;
  }

  authorise(
    action: string,
    secretId: string | undefined,
    caller: CallContext,
    conditions: ConditionContext = {},
  ): Secret | undefined {
    if (secretId === undefined) throw refusals.constraint('secretId', 'Member must not be null', 'null');
    checkName(nameIn(secretId));

    const secret = this.locate(secretId);
    const arn = secret?.arn ?? (secretId.startsWith('arn:') ? secretId : this.arnOf(secretId));
    const about = secret === undefined ? {} : attributes(secret, this.#options.region);
    caller.require(`secretsmanager:${action}`, arn, { 'secretsmanager:SecretId': arn, ...about, ...conditions });
    return secret;
  }

  /** Lets a caller read through a customer managed key. The account's own key asks nobody for permission. */
  authoriseReading(keyArn: string | undefined, arn: string, caller: CallContext): void {
    if (keyArn !== undefined) caller.require('kms:Decrypt', keyArn, this.#keyConditions(arn));
  }

  authoriseWriting(keyArn: string | undefined, arn: string, caller: CallContext): void {
    if (keyArn !== undefined) caller.require('kms:GenerateDataKey', keyArn, this.#keyConditions(arn));
    this.authoriseReading(keyArn, arn, caller);
  }

  mayEncrypt(keyArn: string | undefined, arn: string, caller: CallContext): boolean {
    return keyArn === undefined || caller.allows('kms:Encrypt', keyArn, this.#keyConditions(arn));
  }

  #keyConditions(arn: string): ConditionContext {
    return {
      'kms:ViaService': `secretsmanager.${this.#options.region}.amazonaws.com`,
      'kms:EncryptionContext:SecretARN': arn,
    };
  }

  keyArn(keyId: string | undefined): string | undefined {
    if (keyId === undefined || keyId.startsWith('arn:')) return keyId;
    const { region, account } = this.#options;
    return `arn:aws:kms:${region}:${account}:${keyId.startsWith('alias/') ? keyId : `key/${keyId}`}`;
  }

  arnOf(name: string): string {
    const { region, account } = this.#options;
    return `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
  }

  /** The ARN of a new secret: six random characters set it apart from earlier ones of the same name. */
  freshArn(name: string): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const suffix = Array.from({ length: 6 }, () => alphabet[Math.floor(this.random() * alphabet.length)]);
    return this.arnOf(`${name}-${suffix.join('')}`);
  }

  /** How AWS speaks of a secret that is not there when it is asked to delete it by force. */
  unknown(secretId: string): { ARN: string; Name: string } {
    const Name = nameIn(secretId);
    return { ARN: secretId === Name ? this.freshArn(Name) : secretId, Name };
  }

  /** Takes a secret in, as changed or as new. Lists know of it `since` then. */
  keep(secret: Secret, since: Instant = this.now()): void {
    this.#secrets.set(secret.arn, secret);
    this.#arns.set(secret.name, secret.arn);
    this.#catalogue.record(secret.arn, listed(secret), since);
  }

  forget(secret: Secret): void {
    this.#secrets.delete(secret.arn);
    this.#arns.delete(secret.name);
    this.#catalogue.record(secret.arn, undefined, this.now());
  }

  /** Notes that a call has changed a secret, and tells the listeners. */
  wrote(operation: string, secret: Secret, { principal }: CallContext): void {
    secret.changedAt = this.now();
    if (this.#secrets.has(secret.arn)) this.keep(secret);
    for (const listener of this.#listeners) listener({ operation, secretArn: secret.arn, principal });
  }
}

const nameIn = (secretId: string) => (secretId.startsWith('arn:') ? secretId.split(':').slice(6).join(':') : secretId);

export function checkName(name: string): void {
  if (name.length > 512) {
    throw refusals.constraint('name', 'Member must have length less than or equal to 512', `'${name}'`);
  }
  if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) throw refusals.badName();
}

function attributes(secret: Secret, region: string): ConditionContext {
  const tags: Record<string, string> = {};
  for (const [key, value] of secret.tags ?? []) {
    tags[`aws:ResourceTag/${key}`] = value;
    tags[`secretsmanager:ResourceTag/${key}`] = value;
  }
  return {
    ...tags,
    'secretsmanager:SecretPrimaryRegion': secret.primaryRegion ?? region,
    ...(secret.type !== undefined && { 'secretsmanager:resource/Type': secret.type }),
    ...(secret.rotation?.functionArn !== undefined && {
      'secretsmanager:resource/AllowRotationLambdaArn': secret.rotation.functionArn,
    }),
  };
}
