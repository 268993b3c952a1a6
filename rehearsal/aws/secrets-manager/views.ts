import type {
  DescribeSecretResponse,
  RotationRulesType,
  SecretListEntry,
  SecretValueEntry,
  SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { Instant } from '../../../core/instant.ts';
import type { Secret, Version } from './secret.ts';

/** Without the fields that have no value: AWS leaves them out. */
const dense = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const date = (moment: Instant | undefined) => (moment === undefined ? undefined : new Date(moment));

/** Dates of access are told by the day. */
const day = (moment: Instant | undefined) =>
  moment === undefined ? undefined : new Date(moment - (moment % 86_400_000));

/** Whether an access at one moment is told of as one at another is. */
export const isSameDay = (one: Instant | undefined, other: Instant): boolean =>
  day(one)?.getTime() === day(other)?.getTime();

const orNothing = (labelled: Record<string, string[]>) => (Object.keys(labelled).length > 0 ? labelled : undefined);

function facts(secret: Secret): SecretListEntry & DescribeSecretResponse {
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Type: secret.type,
    Description: secret.description,
    KmsKeyId: secret.keyId,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.functionArn,
    RotationRules: rotation?.rules as RotationRulesType | undefined,
    LastRotatedDate: rotation?.enabled ? date(rotation.lastAt) : undefined,
    NextRotationDate: rotation?.enabled ? date(rotation.nextAt) : undefined,
    CreatedDate: date(secret.createdAt),
    LastChangedDate: date(secret.changedAt),
    LastAccessedDate: day(secret.accessedAt),
    DeletedDate: date(secret.deletesAt),
    Tags: secret.tags && [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
    OwningService: secret.owningService,
    PrimaryRegion: secret.primaryRegion,
  };
}

export const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });

export const described = (secret: Secret): DescribeSecretResponse =>
  dense({ ...facts(secret), VersionIdsToStages: orNothing(secret.labelled()) });

export const listed = (secret: Secret): SecretListEntry =>
  dense({ ...facts(secret), SecretVersionsToStages: orNothing(secret.labelled()) });

export function shown(secret: Secret, version: Version): SecretValueEntry {
  const labels = secret.labelsOf(version.id);
  return dense({
    ...named(secret),
    VersionId: version.id,
    SecretString: typeof version.value === 'string' ? version.value : undefined,
    SecretBinary: version.value instanceof Uint8Array ? Uint8Array.from(version.value) : undefined,
    VersionStages: labels.length > 0 ? labels : undefined,
    CreatedDate: date(version.createdAt),
  });
}

export function versionListed(secret: Secret, version: Version): SecretVersionsListEntry {
  const labels = secret.labelsOf(version.id);
  return dense({
    VersionId: version.id,
    VersionStages: labels.length > 0 ? labels : undefined,
    KmsKeyIds: [version.keyArn ?? 'DefaultEncryptionKey'],
    CreatedDate: date(version.createdAt),
    LastAccessedDate: day(version.accessedAt),
  });
}
