import type {
  CreateSecretRequest,
  DeleteSecretRequest,
  RestoreSecretRequest,
  UpdateSecretRequest,
} from '@aws-sdk/client-secrets-manager';
import { instant } from '../../../core/instant.ts';
import type { CallContext } from '../../account/replica.ts';
import { readToken, readValue, requestTags } from './input.ts';
import { refusals } from './refusals.ts';
import { current, pending, previous, Secret, type Value } from './secret.ts';
import { checkName, type SecretStore } from './secret-store.ts';
import { tagged } from './tags.ts';
import { named } from './views.ts';

const oneDay = 86_400_000;

/** What makes, changes and ends secrets. */
export const life = (store: SecretStore) => {
  const write = (secret: Secret, id: string, value: Value, keyArn: string | undefined, caller: CallContext) => {
    store.authoriseWriting(keyArn, secret.arn, caller);
    secret.put({ id, value, keyArn }, [current], store.now());
  };

  return {
    CreateSecret(request: CreateSecretRequest, caller: CallContext) {
      const { Name: name = '', Tags = [], Description, KmsKeyId, Type } = request;
      const id = readToken(request.ClientRequestToken);
      const value = readValue(request);
      checkName(name);
      const arn = store.arnOf(name);
      const asked = {
        'secretsmanager:Name': name,
        ...requestTags(Tags),
        ...(Description !== undefined && { 'secretsmanager:Description': Description }),
        ...(KmsKeyId !== undefined && { 'secretsmanager:KmsKeyArn': store.keyArn(KmsKeyId) ?? KmsKeyId }),
        ...(Type !== undefined && { 'secretsmanager:Type': Type }),
      };
      caller.require('secretsmanager:CreateSecret', arn, asked);
      if (Tags.length > 0) caller.require('secretsmanager:TagResource', arn, asked);

      const known = store.locate(name);
      if (known !== undefined) return recognised(known, id, value);

      const secret = new Secret(store.freshArn(name), name, store.now());
      secret.description = Description;
      secret.keyId = KmsKeyId;
      secret.type = Type;
      if (Tags.length > 0) secret.tags = tagged(undefined, Tags);
      if (value !== undefined) write(secret, id, value, store.keyArn(KmsKeyId), caller);
      store.keep(secret);
      store.wrote('CreateSecret', secret, caller);
      return { ...named(secret), ...(value !== undefined && { VersionId: id }) };
    },

    UpdateSecret(request: UpdateSecretRequest, caller: CallContext) {
      const id = readToken(request.ClientRequestToken);
      const value = readValue(request);
      const secret = store.admitOwner('UpdateSecret', request.SecretId, caller);
      if (value !== undefined && secret.versions.has(id)) throw refusals.tokenInUse(id, secret.arn);

      const keyId = request.KmsKeyId === undefined ? secret.keyId : request.KmsKeyId || undefined;
      if (value !== undefined) write(secret, id, value, store.keyArn(keyId), caller);
      if (request.KmsKeyId !== undefined) {
        secret.keyId = keyId;
        encryptAnew(secret, caller);
      }
      if (request.Description !== undefined) secret.description = request.Description;
      if (request.Type !== undefined) secret.type = request.Type;
      store.wrote('UpdateSecret', secret, caller);
      return { ...named(secret), ...(value !== undefined && { VersionId: id }) };
    },

    DeleteSecret(request: DeleteSecretRequest, caller: CallContext) {
      const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = request;
      if (force && days !== undefined) throw refusals.twoWaysToDelete();
      if (days !== undefined && (days < 7 || days > 30)) throw refusals.badRecoveryWindow();
      const secret = store.authorise('DeleteSecret', SecretId, caller, {
        ...(days !== undefined && { 'secretsmanager:RecoveryWindowInDays': String(days) }),
        ...(force && { 'secretsmanager:ForceDeleteWithoutRecovery': 'true' }),
      });

      if (secret === undefined) {
        if (!force || SecretId === undefined) throw refusals.unknownSecret();
        return { ...store.unknown(SecretId), DeletionDate: new Date(store.now()) };
      }
      if (secret.owningService !== undefined) throw refusals.ownedByService(secret.owningService);
      if (secret.deletesAt !== undefined && !force) throw refusals.alreadyMarked();

      const end = instant(store.now() + (force ? 0 : (days ?? 30) * oneDay));
      secret.deletesAt = end;
      if (force) store.forget(secret);
      store.wrote('DeleteSecret', secret, caller);
      return { ...named(secret), DeletionDate: new Date(end) };
    },

    RestoreSecret({ SecretId }: RestoreSecretRequest, caller: CallContext) {
      const secret = store.admit('RestoreSecret', SecretId, caller);
      secret.deletesAt = undefined;
      store.wrote('RestoreSecret', secret, caller);
      return named(secret);
    },
  };

  /** A new key takes over the labelled versions that rotation needs, if the caller may encrypt with it. */
  function encryptAnew(secret: Secret, caller: CallContext): void {
    const keyArn = store.keyArn(secret.keyId);
    if (!store.mayEncrypt(keyArn, secret.arn, caller)) return;
    for (const label of [current, pending, previous]) {
      const version = secret.versions.get(secret.labels.get(label) ?? '');
      if (version !== undefined) version.keyArn = keyArn;
    }
  }
};

/** Answers a CreateSecret for a name that is taken: by the very same call, earlier, or by another. */
function recognised(secret: Secret, id: string, value: Value | undefined) {
  if (secret.deletesAt !== undefined) throw refusals.nameScheduledForDeletion();
  if (value === undefined || !secret.holds(id, value)) throw refusals.nameInUse(secret.name);
  return { ...named(secret), VersionId: id };
}
