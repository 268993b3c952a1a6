import { paginateListSecrets, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import type { SecretEntry } from '../core/inventory.ts';
import type { Inventory } from '../core/ports.ts';
import { secretEntry } from './secret-entry.ts';

/** Lists every secret of the account and Region, also those scheduled for deletion: they are to be reported. */
export class SecretsManagerInventory implements Inventory {
  readonly #secretsManager: SecretsManagerClient;

  constructor(secretsManager: SecretsManagerClient) {
    this.#secretsManager = secretsManager;
  }

  async list(): Promise<readonly SecretEntry[]> {
    const entries: SecretEntry[] = [];
    const pages = paginateListSecrets(
      { client: this.#secretsManager, pageSize: 100 },
      { IncludePlannedDeletion: true },
    );
    for await (const page of pages) entries.push(...(page.SecretList ?? []).map(secretEntry));
    return entries;
  }
}
