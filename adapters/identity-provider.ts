import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { IdentityProvider } from '../core/approval/sign-in-ports.ts';
import type { Clock } from '../core/ports.ts';
import type { SignInSettings } from '../core/settings.ts';
import { type Network, TargetError } from './network.ts';
import { OidcProvider } from './oidc-provider.ts';
import { type Patience, withRetries } from './retries.ts';
import { clientSecret, SecretsManagerOwnSecret } from './secrets-manager-own-secret.ts';
import type { VerifyToken } from './token-signature.ts';

export interface IdentityTools {
  readonly secretsManager: SecretsManagerClient;
  readonly network: Pick<Network, 'fetch'>;
  readonly clock: Clock;
  /** Of whoever signs in. */
  readonly patience: Patience;
  readonly verify: VerifyToken;
  readonly redirectUri: string;
}

/** The provider at which approvers sign in, where the settings name one. */
export function providerOf(
  settings: SignInSettings | undefined,
  { secretsManager, network, patience, ...tools }: IdentityTools,
): IdentityProvider | undefined {
  if (settings === undefined) return undefined;
  const arn = settings.clientSecretArn;
  const secret =
    arn === undefined
      ? undefined
      : new SecretsManagerOwnSecret(withRetries(secretsManager, tools.clock, patience), arn, clientSecret);
  return new OidcProvider(settings, { ...tools, network: within(patience, network), secret });
}

/**
 * Begins no request once whoever waits would be gone before it was over: each has its own five seconds, and a provider that takes
 * all of them every time is of no use either.
 */
const within = (patience: Patience, network: Pick<Network, 'fetch'>): Pick<Network, 'fetch'> => ({
  fetch: async (url, init) => {
    if (!patience.lasts(0)) throw new TargetError(new URL(url).host, 'OUT_OF_TIME');
    return network.fetch(url, init);
  },
});
