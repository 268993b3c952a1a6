import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SecretValue } from '../core/secret-value.ts';

/** What a secret of Keyturn's own holds, as its whole text. */
export interface OwnSecretForm {
  readonly name: string;
  readonly isIt: (text: string) => boolean;
}

/** As Slack makes them: `xoxb-…`. */
export const botToken: OwnSecretForm = {
  name: 'bot token',
  isIt: (text) => /^xox[a-z](\.[a-z]+)?-[\w.-]+$/.test(text),
};

/** Whatever a provider gave, but for JSON, which somebody would have wrapped it in. */
export const clientSecret: OwnSecretForm = {
  name: 'client secret',
  isIt: (text) => /^[\x20-\x7e]{1,1000}$/.test(text) && !text.startsWith('{'),
};

/** The secret holds something else. Not retryable: store what it is for as the secret's whole text. */
export class OwnSecretMalformedError extends Error {
  override readonly name = 'OwnSecretMalformedError';

  constructor(arn: string, { name }: OwnSecretForm, options?: ErrorOptions) {
    super(`${arn} does not hold a ${name}; store it as plain text, and nothing else`, options);
  }
}

/** Reads a secret of Keyturn's own, each time that it is needed: one that was replaced counts at once. */
export class SecretsManagerOwnSecret {
  readonly #secretsManager: SecretsManagerClient;
  readonly #arn: string;
  readonly #form: OwnSecretForm;

  constructor(secretsManager: SecretsManagerClient, arn: string, form: OwnSecretForm) {
    this.#secretsManager = secretsManager;
    this.#arn = arn;
    this.#form = form;
  }

  async read(): Promise<SecretValue> {
    const { SecretString = '' } = await this.#secretsManager.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    const text = SecretString.trim();
    if (!this.#form.isIt(text)) throw new OwnSecretMalformedError(this.#arn, this.#form);
    return new SecretValue(text);
  }
}
