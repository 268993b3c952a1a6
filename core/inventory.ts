import type { Instant } from './instant.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What Secrets Manager says of one secret without showing its value. Nothing in it has been believed yet. */
export interface SecretEntry {
  readonly arn: string;
  readonly name: string;
  readonly tags: readonly Tag[];
  /** Staging labels by version id. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly rotationEnabled: boolean;
  /** ARN of the function that its native rotation names, switched on or not. */
  readonly rotationFunction: string | undefined;
  /** When Secrets Manager would rotate it by itself. Unknown: by a schedule without a date. */
  readonly nextRotation: Instant | 'never' | 'unknown';
  /** The AWS service that owns it, when one does. */
  readonly owningService: string | undefined;
  /** Set when it is a managed external secret. */
  readonly managedType: string | undefined;
  /** Where the original is, when this is a replica or has some. */
  readonly primaryRegion: string | undefined;
  /** Set when it is scheduled for deletion. */
  readonly deletedAt: Instant | undefined;
}

/** The id of the version that carries a staging label, or undefined when none does. */
export function versionWith(label: string, { versions }: Pick<SecretEntry, 'versions'>): string | undefined {
  return Object.keys(versions).find((id) => versions[id]?.includes(label));
}

export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';
