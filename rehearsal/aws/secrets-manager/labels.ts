import type { ListSecretVersionIdsRequest, UpdateSecretVersionStageRequest } from '@aws-sdk/client-secrets-manager';
import type { CallContext } from '../../account/replica.ts';
import { checkLength, pageOf } from './input.ts';
import { refusals } from './refusals.ts';
import { current } from './secret.ts';
import type { SecretStore } from './secret-store.ts';
import { named, versionListed } from './views.ts';

/** What tells and moves the labels of versions. */
export const labels = (store: SecretStore) => ({
  ListSecretVersionIds(request: ListSecretVersionIdsRequest, caller: CallContext) {
    const secret = store.admit('ListSecretVersionIds', request.SecretId, caller);
    const versions = [...secret.versions.values()].filter(
      ({ id }) => request.IncludeDeprecated || secret.labelsOf(id).length > 0,
    );
    const { page, next } = pageOf(versions, request);
    return { ...named(secret), Versions: page.map((version) => versionListed(secret, version)), ...next };
  },

  UpdateSecretVersionStage(request: UpdateSecretVersionStageRequest, caller: CallContext) {
    const { SecretId, VersionStage: label, RemoveFromVersionId, MoveToVersionId } = request;
    if (label === undefined) throw refusals.constraint('versionStage', 'Member must not be null', 'null');
    checkLength('versionStage', label, 1, 256);
    const secret = store.admitOwner('UpdateSecretVersionStage', SecretId, caller, {
      'secretsmanager:VersionStage': label,
    });

    secret.move(label, RemoveFromVersionId, MoveToVersionId);
    if (label === current && MoveToVersionId === secret.rotating) secret.settle();
    store.wrote('UpdateSecretVersionStage', secret, caller);
    return named(secret);
  },
});
