import type {
  DeleteResourcePolicyRequest,
  GetResourcePolicyRequest,
  PutResourcePolicyRequest,
  ValidateResourcePolicyRequest,
} from '@aws-sdk/client-secrets-manager';
import type { CallContext } from '../../account/replica.ts';
import { refusals } from './refusals.ts';
import type { SecretStore } from './secret-store.ts';
import { named } from './views.ts';

/** What keeps the policies attached to secrets. They are kept, not evaluated. */
export const policies = (store: SecretStore) => ({
  GetResourcePolicy({ SecretId }: GetResourcePolicyRequest, caller: CallContext) {
    const secret = store.admit('GetResourcePolicy', SecretId, caller);
    return { ...named(secret), ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }) };
  },

  PutResourcePolicy({ SecretId, ResourcePolicy }: PutResourcePolicyRequest, caller: CallContext) {
    const secret = store.admitOwner('PutResourcePolicy', SecretId, caller);
    if (!isPolicy(ResourcePolicy)) throw refusals.badPolicy();
    secret.policy = ResourcePolicy;
    store.wrote('PutResourcePolicy', secret, caller);
    return named(secret);
  },

  DeleteResourcePolicy({ SecretId }: DeleteResourcePolicyRequest, caller: CallContext) {
    const secret = store.admitOwner('DeleteResourcePolicy', SecretId, caller);
    secret.policy = undefined;
    store.wrote('DeleteResourcePolicy', secret, caller);
    return named(secret);
  },

  ValidateResourcePolicy({ SecretId, ResourcePolicy }: ValidateResourcePolicyRequest, caller: CallContext) {
    if (SecretId === undefined) caller.require('secretsmanager:ValidateResourcePolicy', '*');
    else store.admit('ValidateResourcePolicy', SecretId, caller);
    if (!isPolicy(ResourcePolicy)) throw refusals.badPolicy();
    return { PolicyValidationPassed: true, ValidationErrors: [] };
  },
});

function isPolicy(text: string | undefined): text is string {
  try {
    const policy: unknown = JSON.parse(text ?? '');
    return typeof policy === 'object' && policy !== null && 'Statement' in policy;
  } catch {
    return false;
  }
}
