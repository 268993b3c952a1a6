import type {
  DescribeSecretRequest,
  GetRandomPasswordRequest,
  ListSecretsRequest,
  SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { CallContext } from '../../account/replica.ts';
import { passes } from './filters.ts';
import { pageOf } from './input.ts';
import { randomPassword } from './password.ts';
import type { SecretStore } from './secret-store.ts';
import { described } from './views.ts';

/** What tells of secrets without their values. */
export const metadata = (store: SecretStore) => ({
  DescribeSecret({ SecretId }: DescribeSecretRequest, caller: CallContext) {
    return described(store.admit('DescribeSecret', SecretId, caller));
  },

  ListSecrets(request: ListSecretsRequest, caller: CallContext) {
    const { Filters = [], IncludePlannedDeletion = false } = request;
    caller.require('secretsmanager:ListSecrets', '*');
    const wanted = passes(Filters);
    const found = store
      .entries()
      .filter((entry) => (IncludePlannedDeletion || entry.DeletedDate === undefined) && wanted(entry));
    const { page, next } = pageOf(ordered(found, request), request);
    return { SecretList: page, ...next };
  },

  GetRandomPassword(request: GetRandomPasswordRequest, caller: CallContext) {
    caller.require('secretsmanager:GetRandomPassword', '*');
    return { RandomPassword: randomPassword(request, store.random) };
  },
});

const sortKeys: Readonly<Record<string, (entry: SecretListEntry) => number | string>> = {
  'created-date': ({ CreatedDate }) => CreatedDate?.getTime() ?? 0,
  'last-accessed-date': ({ LastAccessedDate }) => LastAccessedDate?.getTime() ?? 0,
  'last-changed-date': ({ LastChangedDate }) => LastChangedDate?.getTime() ?? 0,
  name: ({ Name }) => Name ?? '',
};

function ordered(entries: readonly SecretListEntry[], { SortBy, SortOrder }: ListSecretsRequest): SecretListEntry[] {
  const keyOf = sortKeys[SortBy ?? 'created-date'] ?? (() => 0);
  const compare = (a: SecretListEntry, b: SecretListEntry) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
  const ascending = entries.toSorted(compare);
  return SortOrder === 'desc' ? ascending.reverse() : ascending;
}
