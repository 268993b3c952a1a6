import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SecretValue } from '../core/secret-value.ts';
import type { SlackToken } from './slack.ts';

/** The secret does not hold a bot token as Slack makes them. Not retryable: store the token as the secret's whole text. */
export class TokenMalformedError extends Error {
  override readonly name = 'TokenMalformedError';

  constructor(arn: string, options?: ErrorOptions) {
    super(`${arn} does not hold a bot token; store it as plain text, xoxb-…, and nothing else`, options);
  }
}

/** Reads a token from the secret that holds nothing else. */
export class SecretsManagerToken implements SlackToken {
  readonly #secretsManager: SecretsManagerClient;
  readonly #arn: string;

  constructor(secretsManager: SecretsManagerClient, arn: string) {
    this.#secretsManager = secretsManager;
    this.#arn = arn;
  }

  async read(): Promise<SecretValue> {
    const { SecretString = '' } = await this.#secretsManager.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    const token = SecretString.trim();
    if (!/^xox[a-z](\.[a-z]+)?-[\w.-]+$/.test(token)) throw new TokenMalformedError(this.#arn);
    return new SecretValue(token);
  }
}
