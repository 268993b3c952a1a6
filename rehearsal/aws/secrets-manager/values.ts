import type {
  APIErrorType,
  BatchGetSecretValueRequest,
  BatchGetSecretValueResponse,
  GetSecretValueRequest,
  PutSecretValueRequest,
  SecretListEntry,
  SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { type CallContext, ServiceError } from '../../account/replica.ts';
import { passes } from './filters.ts';
import { checkLength, pageOf, readToken, readValue } from './input.ts';
import { refusals } from './refusals.ts';
import { current, type Secret, type Version } from './secret.ts';
import type { SecretStore } from './secret-store.ts';
import { isSameDay, named, shown } from './views.ts';

/** What reads and writes the values of secrets. */
export const values = (store: SecretStore) => {
  const get = (request: GetSecretValueRequest, caller: CallContext): SecretValueEntry => {
    const { SecretId, VersionId, VersionStage } = request;
    const secret = store.admitAlive('GetSecretValue', SecretId, caller, {
      ...(VersionId !== undefined && { 'secretsmanager:VersionId': VersionId }),
      ...(VersionStage !== undefined && { 'secretsmanager:VersionStage': VersionStage }),
    });
    const version = select(secret, request);
    store.authoriseReading(version.keyArn, secret.arn, caller);

    const isNews = !isSameDay(secret.accessedAt, store.now());
    version.accessedAt = store.now();
    secret.accessedAt = store.now();
    if (isNews) store.keep(secret);
    return shown(secret, version);
  };

  return {
    GetSecretValue: get,

    BatchGetSecretValue(request: BatchGetSecretValueRequest, caller: CallContext): BatchGetSecretValueResponse {
      const { SecretIdList, Filters, MaxResults, NextToken } = request;
      if ((SecretIdList === undefined) === (Filters === undefined)) throw refusals.listOrFilters();
      if (SecretIdList !== undefined && MaxResults !== undefined) throw refusals.maxResultsWithList();
      if (SecretIdList !== undefined && SecretIdList.length > 20) {
        throw refusals.constraint('secretIdList', 'Member must have length less than or equal to 20');
      }
      caller.require('secretsmanager:BatchGetSecretValue', '*');
      if (Filters !== undefined) caller.require('secretsmanager:ListSecrets', '*');

      const found = (): readonly SecretListEntry[] =>
        store.entries().filter((entry) => entry.DeletedDate === undefined && passes(Filters ?? [])(entry));
      const ids = SecretIdList ?? found().map(({ ARN = '' }) => ARN);
      const { page, next } = pageOf(ids, { MaxResults: MaxResults ?? 20, NextToken }, 20);

      const SecretValues: SecretValueEntry[] = [];
      const Errors: APIErrorType[] = [];
      for (const SecretId of page) {
        try {
          SecretValues.push(get({ SecretId }, caller));
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          Errors.push({ SecretId, ErrorCode: error.name, Message: error.message });
        }
      }
      return { SecretValues, Errors, ...next };
    },

    PutSecretValue(request: PutSecretValueRequest, caller: CallContext) {
      const id = readToken(request.ClientRequestToken);
      const value = readValue(request);
      const labels = request.VersionStages ?? [current];
      if (labels.length < 1 || labels.length > 20) {
        const bound = labels.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 20';
        throw refusals.constraint('versionStages', `Member must have length ${bound}`, `'[${labels.join(', ')}]'`);
      }
      for (const label of labels) checkLength('versionStages', label, 1, 256);
      const secret = store.admitOwner('PutSecretValue', request.SecretId, caller);
      if (value === undefined) throw refusals.noValue();

      const keyArn = store.keyArn(secret.keyId);
      store.authoriseWriting(keyArn, secret.arn, caller);
      if (secret.put({ id, value, keyArn }, labels, store.now())) store.wrote('PutSecretValue', secret, caller);
      return { ...named(secret), VersionId: id, VersionStages: secret.labelsOf(id) };
    },
  };
};

function select(secret: Secret, { VersionId, VersionStage }: GetSecretValueRequest): Version {
  const label = VersionStage ?? (VersionId === undefined ? current : undefined);
  const id = VersionId ?? secret.labels.get(label ?? '');
  const version = secret.versions.get(id ?? '');
  if (VersionId !== undefined && version === undefined) throw refusals.unknownVersion(VersionId);
  if (VersionId !== undefined && label !== undefined && secret.labels.get(label) !== VersionId) {
    throw refusals.labelNotOnVersion();
  }
  if (version?.value !== undefined) return version;
  throw label === undefined ? refusals.unknownVersion(VersionId ?? '') : refusals.unknownLabel(label);
}
