import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SecretValue } from '../core/secret-value.ts';
import type { ClientSecret } from './oidc-provider.ts';

/** The secret holds no client secret. Not retryable: store it as the secret's whole text. */
export class ClientSecretMalformedError extends Error {
  override readonly name = 'ClientSecretMalformedError';

  constructor(arn: string, options?: ErrorOptions) {
    super(`${arn} does not hold a client secret; store it as plain text, and nothing else`, options);
  }
}

/** Reads a client secret from the secret that holds nothing else. */
export class SecretsManagerClientSecret implements ClientSecret {
  readonly #secretsManager: SecretsManagerClient;
  readonly #arn: string;

  constructor(secretsManager: SecretsManagerClient, arn: string) {
    this.#secretsManager = secretsManager;
    this.#arn = arn;
  }

  async read(): Promise<SecretValue> {
    const { SecretString = '' } = await this.#secretsManager.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    const secret = SecretString.trim();
    if (!/^[\x20-\x7e]{1,1000}$/.test(secret) || secret.startsWith('{'))
      throw new ClientSecretMalformedError(this.#arn);
    return new SecretValue(secret);
  }
}
