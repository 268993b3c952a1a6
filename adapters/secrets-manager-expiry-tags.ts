import { type SecretsManagerClient, TagResourceCommand } from '@aws-sdk/client-secrets-manager';

import type { ExpiryTags } from '../core/ports.ts';

/** Writes the expiry tag of a secret, and no other. */
export class SecretsManagerExpiryTags implements ExpiryTags {
  readonly #secretsManager: SecretsManagerClient;
  readonly #key: string;

  constructor(secretsManager: SecretsManagerClient, key: string) {
    this.#secretsManager = secretsManager;
    this.#key = key;
  }

  async renew(arn: string, expirationDate: string): Promise<void> {
    await this.#secretsManager.send(
      new TagResourceCommand({ SecretId: arn, Tags: [{ Key: this.#key, Value: expirationDate }] }),
    );
  }
}
