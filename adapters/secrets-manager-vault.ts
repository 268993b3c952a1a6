import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

import { LabelMovedError, VersionTakenError } from '../core/errors.ts';
import type { SecretEntry } from '../core/inventory.ts';
import type { Vault } from '../core/ports.ts';
import { SecretValue } from '../core/secret-value.ts';
import { secretEntry } from './secret-entry.ts';
import { quotingNothing, SecretsManagerValues } from './secrets-manager-values.ts';

/** Keeps the versions of secrets in Secrets Manager. */
export class SecretsManagerVault extends SecretsManagerValues implements Vault {
  readonly #secretsManager: SecretsManagerClient;

  constructor(secretsManager: SecretsManagerClient) {
    super(secretsManager);
    this.#secretsManager = secretsManager;
  }

  async describe(arn: string): Promise<SecretEntry> {
    return secretEntry(await this.#secretsManager.send(new DescribeSecretCommand({ SecretId: arn })));
  }

  async readMaster(arn: string): Promise<SecretValue> {
    const { SecretString } = await quotingNothing(() =>
      this.#secretsManager.send(new GetSecretValueCommand({ SecretId: arn })),
    );
    if (SecretString === undefined) throw new Error(`${arn} holds no text; a master is JSON`);
    return new SecretValue(SecretString);
  }

  async read(arn: string, versionId: string): Promise<SecretValue | undefined> {
    try {
      const { SecretString } = await quotingNothing(() =>
        this.#secretsManager.send(new GetSecretValueCommand({ SecretId: arn, VersionId: versionId })),
      );
      return SecretString === undefined ? undefined : new SecretValue(SecretString);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Names the label: without one, PutSecretValue would make the version AWSCURRENT at once. */
  async stage(arn: string, versionId: string, value: SecretValue): Promise<void> {
    try {
      await this.#secretsManager.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: versionId,
          SecretString: value.reveal(),
          VersionStages: ['AWSPENDING'],
        }),
      );
    } catch (error) {
      if (error instanceof ResourceExistsException) throw new VersionTakenError(arn, versionId, { cause: error });
      throw error;
    }
  }

  async moveCurrent(arn: string, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    await this.#moveLabel('AWSCURRENT', arn, { RemoveFromVersionId: from, MoveToVersionId: to });
  }

  async dropPending(arn: string, versionId: string): Promise<void> {
    await this.#moveLabel('AWSPENDING', arn, { RemoveFromVersionId: versionId });
  }

  /** Naming the version that loses the label makes this a compare-and-set: AWS refuses when the label is elsewhere. */
  async #moveLabel(
    label: 'AWSCURRENT' | 'AWSPENDING',
    arn: string,
    move: { readonly RemoveFromVersionId: string; readonly MoveToVersionId?: string },
  ): Promise<void> {
    try {
      await this.#secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: arn, VersionStage: label, ...move }),
      );
    } catch (error) {
      if (error instanceof InvalidParameterException || error instanceof InvalidRequestException) {
        throw new LabelMovedError(label, arn, move.RemoveFromVersionId, { cause: error });
      }
      throw error;
    }
  }
}
