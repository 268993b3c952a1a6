import type { TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-secrets-manager';
import type { CallContext } from '../../account/replica.ts';
import { requestTags } from './input.ts';
import { refusals } from './refusals.ts';
import type { SecretStore } from './secret-store.ts';

const maxTags = 50;

/** What changes the tags of secrets. */
export const tags = (store: SecretStore) => ({
  TagResource({ SecretId, Tags = [] }: TagResourceRequest, caller: CallContext) {
    const secret = store.admitAlive('TagResource', SecretId, caller, requestTags(Tags));
    secret.tags = tagged(secret.tags, Tags);
    store.wrote('TagResource', secret, caller);
    return {};
  },

  UntagResource({ SecretId, TagKeys = [] }: UntagResourceRequest, caller: CallContext) {
    const secret = store.admitAlive('UntagResource', SecretId, caller, { 'aws:TagKeys': TagKeys });
    for (const key of TagKeys) secret.tags?.delete(key);
    store.wrote('UntagResource', secret, caller);
    return {};
  },
});

export function tagged(
  before: ReadonlyMap<string, string> | undefined,
  tags: NonNullable<TagResourceRequest['Tags']>,
): Map<string, string> {
  const after = new Map(before);
  for (const { Key = '', Value = '' } of tags) after.set(Key, Value);
  if (after.size > maxTags) throw refusals.tooManyTags();
  return after;
}
