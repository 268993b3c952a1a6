import type { DescribeSecretResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';

import { type Instant, instant } from '../core/instant.ts';
import type { SecretEntry } from '../core/inventory.ts';

/** Reads what DescribeSecret or ListSecrets says of a secret. They name the versions differently, and nothing else. */
export function secretEntry(described: DescribeSecretResponse & SecretListEntry): SecretEntry {
  return {
    arn: described.ARN ?? '',
    name: described.Name ?? '',
    tags: (described.Tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
    versions: described.VersionIdsToStages ?? described.SecretVersionsToStages ?? {},
    rotationEnabled: described.RotationEnabled ?? false,
    rotationFunction: described.RotationLambdaARN,
    nextRotation: nextRotation(
      described,
      described.NextRotationDate === undefined ? undefined : instant(described.NextRotationDate.getTime()),
    ),
    owningService: described.OwningService,
    managedType: described.Type,
    primaryRegion: described.PrimaryRegion,
    deletedAt: described.DeletedDate === undefined ? undefined : instant(described.DeletedDate.getTime()),
  };
}

/** What says of a secret whether it is rotated by a schedule, as the AWS command line prints it, too. */
interface Scheduling {
  readonly RotationEnabled?: boolean | null | undefined;
  readonly RotationRules?:
    | {
        readonly AutomaticallyAfterDays?: number | null | undefined;
        readonly ScheduleExpression?: string | null | undefined;
      }
    | null
    | undefined;
}

/** When Secrets Manager rotates a secret by itself: never, where no schedule was ever given. */
export function nextRotation(
  { RotationEnabled, RotationRules }: Scheduling,
  date: Instant | undefined,
): SecretEntry['nextRotation'] {
  if (RotationEnabled !== true) return 'never';
  const { AutomaticallyAfterDays, ScheduleExpression } = RotationRules ?? {};
  return date ?? (AutomaticallyAfterDays || ScheduleExpression ? 'unknown' : 'never');
}
