import type { DescribeSecretResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';

import { instant } from '../core/instant.ts';
import type { SecretEntry } from '../core/inventory.ts';

/** Reads what DescribeSecret or ListSecrets says of a secret. They name the versions differently, and nothing else. */
export function secretEntry(described: DescribeSecretResponse & SecretListEntry): SecretEntry {
  return {
    arn: described.ARN ?? '',
    name: described.Name ?? '',
    tags: (described.Tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
    versions: described.VersionIdsToStages ?? described.SecretVersionsToStages ?? {},
    rotationEnabled: described.RotationEnabled ?? false,
    owningService: described.OwningService,
    managedType: described.Type,
    primaryRegion: described.PrimaryRegion,
    deletedAt: described.DeletedDate === undefined ? undefined : instant(described.DeletedDate.getTime()),
  };
}
