import { type Instant, parseInstant } from '../core/instant.ts';
import type { SecretEntry, Tag } from '../core/inventory.ts';
import type { SelectedSecret } from '../core/selection/selection.ts';

/** Reads a moment that a test writes as text, so that a misspelt one fails the test. */
export function at(text: string): Instant {
  const moment = parseInstant(text);
  if (moment === undefined) throw new Error(`${text} is not a moment`);
  return moment;
}

/** The Wednesday of the incident, 14:15 in New York. */
export const asOf = at('2026-11-18T19:15:00Z');

export const arnOf = (name: string): string => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-q0mPiF`;

const tagKeys = {
  expirationDate: 'expiration_date',
  tier: 'keyturn:tier',
  rotator: 'keyturn:rotator',
  probe: 'keyturn:probe',
  health: 'keyturn:health',
};

const exampleTags = {
  expirationDate: '2026-11-13',
  tier: 'low',
  rotator: 'http-api-key',
  probe: 'http',
  health: 'orders',
};

/** The tags of a secret about which everything is clear, some of them otherwise. Undefined leaves a tag out. */
export const tagsWith = (overrides: Partial<Record<keyof typeof tagKeys, string | undefined>> = {}): Tag[] =>
  Object.entries({ ...exampleTags, ...overrides }).flatMap(([tag, value]) =>
    value === undefined ? [] : [{ key: tagKeys[tag as keyof typeof tagKeys], value }],
  );

/** A secret about which everything is clear, due since 2026-11-14, some of it otherwise. */
export function entryWith(overrides: Partial<SecretEntry> = {}): SecretEntry {
  const name = overrides.name ?? 'prod/low/orders/api-key';
  return {
    arn: arnOf(name),
    name,
    tags: tagsWith(),
    versions: { 'version-2': ['AWSCURRENT'], 'version-1': ['AWSPREVIOUS'] },
    rotationEnabled: false,
    rotationFunction: undefined,
    nextRotation: 'never',
    owningService: undefined,
    managedType: undefined,
    primaryRegion: undefined,
    deletedAt: undefined,
    ...overrides,
  };
}

/** What the first judgement makes of {@link entryWith}`()`, some of it otherwise. */
export const selectedWith = (overrides: Partial<SelectedSecret> = {}): SelectedSecret => ({
  name: 'prod/low/orders/api-key',
  arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/orders/api-key-q0mPiF',
  tier: 'low',
  service: 'orders',
  rotator: 'http-api-key',
  strategy: 'overlap',
  probe: 'http',
  currentVersion: 'version-2',
  expirationDate: '2026-11-13',
  daysOverdue: 5,
  ...overrides,
});
