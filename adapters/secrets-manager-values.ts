import { BatchGetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { instant } from '../core/instant.ts';
import type { CurrentValues, CurrentVersion } from '../core/ports.ts';
import { SecretValue } from '../core/secret-value.ts';

/** BatchGetSecretValue takes no more at a time. */
const secretsPerCall = 20;

/** Reads AWSCURRENT of many secrets with few calls. */
export class SecretsManagerValues implements CurrentValues {
  readonly #secretsManager: SecretsManagerClient;

  constructor(secretsManager: SecretsManagerClient) {
    this.#secretsManager = secretsManager;
  }

  async readCurrent(arns: readonly string[]): Promise<ReadonlyMap<string, CurrentVersion>> {
    const versions = new Map<string, CurrentVersion>(
      arns.map((arn) => [arn, { kind: 'unreadable', why: 'Secrets Manager did not return it' }]),
    );
    for (let from = 0; from < arns.length; from += secretsPerCall) {
      for (const [arn, version] of await this.#read(arns.slice(from, from + secretsPerCall)))
        versions.set(arn, version);
    }
    return versions;
  }

  async #read(arns: readonly string[]): Promise<[string, CurrentVersion][]> {
    const { SecretValues = [], Errors = [] } = await quotingNothing(() =>
      this.#secretsManager.send(new BatchGetSecretValueCommand({ SecretIdList: [...arns] })),
    );
    return [
      ...SecretValues.map(({ ARN = '', VersionId = '', CreatedDate, SecretString }): [string, CurrentVersion] => [
        ARN,
        SecretString === undefined
          ? { kind: 'unreadable', why: 'it is binary' }
          : {
              kind: 'read',
              versionId: VersionId,
              createdAt: instant(CreatedDate?.getTime() ?? Number.MAX_SAFE_INTEGER),
              value: new SecretValue(SecretString),
            },
      ]),
      ...Errors.map(({ SecretId = '', ErrorCode = 'unknown error' }): [string, CurrentVersion] => [
        SecretId,
        { kind: 'unreadable', why: ErrorCode },
      ]),
    ];
  }
}

/** An answer could not be parsed. Retryable: nothing is known of what was asked. */
export class GarbledAnswerError extends Error {
  override readonly name = 'GarbledAnswerError';

  constructor() {
    super('Secrets Manager answered something that is not JSON; ask again');
  }
}

/** What cannot be parsed may hold a value, and the parser's error quotes it: that error is not even kept as a cause. */
export async function quotingNothing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof SyntaxError ? new GarbledAnswerError() : error;
  }
}
