import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { type Instant, instant } from '../../core/instant.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';
import { labels } from './secrets-manager/labels.ts';
import { life } from './secrets-manager/life.ts';
import { metadata } from './secrets-manager/metadata.ts';
import { policies } from './secrets-manager/policies.ts';
import { type RotationFunction, rotation } from './secrets-manager/rotation.ts';
import { Secret, type Value } from './secrets-manager/secret.ts';
import { SecretStore, type SecretStoreOptions, type Write } from './secrets-manager/secret-store.ts';
import { tags } from './secrets-manager/tags.ts';
import { values } from './secrets-manager/values.ts';

export type { RotationFunction } from './secrets-manager/rotation.ts';
export type { Write } from './secrets-manager/secret-store.ts';

export interface SecretsManagerOptions extends SecretStoreOptions {
  /** The functions that native rotation may run. Without any, RotateSecret is denied. */
  readonly rotationFunction?: (arn: string) => RotationFunction | undefined;
}

/** A secret as `aws secretsmanager list-secrets` prints it: dates may be text. */
export type SeedEntry = { readonly [Field in keyof SecretListEntry]: Undated<SecretListEntry[Field]> };
type Undated<T> = T extends Date ? Date | string : T;

/** The value of one version, and since when it is there. */
export interface SeedVersion {
  readonly value: Value;
  /** By default the current version is as old as the last change of the secret, and any other as the secret itself. */
  readonly createdAt?: Instant;
}

type Operation = (input: never, caller: CallContext) => unknown;

/** Secrets Manager in this process. What it does, and where it departs from AWS, stands in secrets-manager.md. */
export class SecretsManagerReplica implements Replica {
  readonly service = 'secretsmanager';
  readonly #store: SecretStore;
  readonly #operations: Readonly<Record<string, Operation>>;

  constructor({ rotationFunction = () => undefined, ...options }: SecretsManagerOptions) {
    const store = new SecretStore(options);
    this.#store = store;
    this.#operations = {
      ...metadata(store),
      ...values(store),
      ...labels(store),
      ...tags(store),
      ...life(store),
      ...rotation(store, rotationFunction),
      ...policies(store),
    };
  }

  call(operation: string, input: never, context: CallContext): unknown {
    const perform = this.#operations[operation];
    if (perform === undefined) throw new ServiceError('UnknownOperationException', `${operation} is not replicated`);
    return perform(input, context);
  }

  /** Calls back after each call that changed a secret, and not after one that was refused or ignored as a repetition. */
  onWrite(listener: (write: Write) => void): void {
    this.#store.onWrite(listener);
  }

  /**
   * Puts a secret there without a call: nobody is asked for permission, nobody is told.
   *
   * @param versions by id. A labelled version that is not among them exists, but has no value to give.
   */
  seed(entry: SeedEntry, versions: Readonly<Record<string, SeedVersion>> = {}): void {
    const { ARN: arn, Name: name } = entry;
    if (arn === undefined || name === undefined) throw new Error('a secret to seed needs an ARN and a name');
    const createdAt = moment(entry.CreatedDate) ?? this.#store.now();
    const secret = new Secret(arn, name, createdAt);
    secret.description = entry.Description;
    secret.keyId = entry.KmsKeyId;
    secret.tags = entry.Tags && new Map(entry.Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    secret.type = entry.Type;
    secret.owningService = entry.OwningService;
    secret.primaryRegion = entry.PrimaryRegion;
    secret.changedAt = moment(entry.LastChangedDate) ?? createdAt;
    secret.accessedAt = moment(entry.LastAccessedDate);
    secret.deletesAt = moment(entry.DeletedDate);
    if (entry.RotationEnabled !== undefined) secret.rotation = rotationOf(entry);

    const stages = Object.entries(entry.SecretVersionsToStages ?? {});
    secret.labels = new Map(stages.flatMap(([id, names]) => names.map((label) => [label, id] as const)));
    const keyArn = this.#store.keyArn(entry.KmsKeyId);
    const currentSince = moment(entry.LastRotatedDate) ?? secret.changedAt;
    const ids = new Set([...Object.keys(versions), ...secret.labels.values()]);
    for (const id of ids) {
      const since = versions[id]?.createdAt ?? (id === secret.labels.get('AWSCURRENT') ? currentSince : createdAt);
      secret.versions.set(id, { id, value: versions[id]?.value, keyArn, createdAt: since, accessedAt: undefined });
    }
    this.#store.keep(secret, instant(0));
  }

  /** The version that each label of a secret is on, by name or ARN. */
  labels(secretId: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#found(secretId).labels);
  }

  tags(secretId: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#found(secretId).tags ?? []);
  }

  /** The value of a version, or of the current one. */
  value(secretId: string, versionId?: string): Value | undefined {
    const secret = this.#found(secretId);
    return secret.versions.get(versionId ?? secret.labels.get('AWSCURRENT') ?? '')?.value;
  }

  /** The ids of all versions, deprecated ones too, oldest first. */
  versions(secretId: string): readonly string[] {
    const versions = [...this.#found(secretId).versions.values()];
    return versions.toSorted((a, b) => a.createdAt - b.createdAt).map(({ id }) => id);
  }

  /** ARNs of all secrets, also of those scheduled for deletion. */
  arns(): readonly string[] {
    return this.#store.arns();
  }

  /** The policy attached to a secret, for whoever evaluates policies. */
  policy(secretId: string): string | undefined {
    return this.#store.locate(secretId)?.policy;
  }

  #found(secretId: string): Secret {
    const secret = this.#store.locate(secretId);
    if (secret === undefined) throw new Error(`there is no secret ${secretId}`);
    return secret;
  }
}

const moment = (date: Date | string | undefined): Instant | undefined =>
  date === undefined ? undefined : instant(new Date(date).getTime());

const rotationOf = (entry: SeedEntry) => ({
  enabled: entry.RotationEnabled ?? false,
  functionArn: entry.RotationLambdaARN,
  everyDays: entry.RotationRules?.AutomaticallyAfterDays,
  rules: entry.RotationRules,
  lastAt: moment(entry.LastRotatedDate),
  nextAt: moment(entry.NextRotationDate),
});
