import { readFile } from 'node:fs/promises';

import { z } from 'zod';
import { type Instant, instant, parseInstant } from '../core/instant.ts';
import type { SecretEntry } from '../core/inventory.ts';
import type { Inventory } from '../core/ports.ts';
import { documentsIn } from './json-documents.ts';
import { nextRotation } from './secret-entry.ts';

/** How to make a file that can be read, for every message that says that one cannot. */
const remedy =
  'Export it again, in whole pages (without --query or --max-items): aws secretsmanager list-secrets --output json';

/** How many mistakes one message lists. */
const mistakesShown = 10;

/** The file is not an inventory, or not all of one. Not retryable: somebody has to export it again. */
export class InventoryFileError extends Error {
  override readonly name = 'InventoryFileError';

  constructor(file: string, mistakes: readonly string[], options?: ErrorOptions) {
    const more = mistakes.length - mistakesShown;
    const lines = [...mistakes.slice(0, mistakesShown), ...(more > 0 ? [`and ${more} more`] : [])];
    super([...lines.map((line) => `${file}: ${line}`), remedy].join('\n'), options);
  }
}

/** Reads a moment as the AWS command line writes it: as ISO 8601, or in seconds since 1970. */
const notAMoment = 'must be a moment such as 2026-11-18T19:15:00Z, or seconds since 1970';
const moment = z.union([z.string(), z.number()], { error: notAMoment }).transform((given, context): Instant => {
  const at = typeof given === 'number' ? instant(Math.round(given * 1_000)) : parseInstant(given);
  if (at !== undefined) return at;
  context.addIssue(notAMoment);
  return z.NEVER;
});

const listed = z.object({
  ARN: z.string().min(1, 'must not be empty'),
  Name: z.string().min(1, 'must not be empty'),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string().default('') })).nullish(),
  SecretVersionsToStages: z.record(z.string(), z.array(z.string())).nullish(),
  RotationEnabled: z.boolean().nullish(),
  RotationLambdaARN: z.string().nullish(),
  RotationRules: z
    .object({ AutomaticallyAfterDays: z.number().nullish(), ScheduleExpression: z.string().nullish() })
    .nullish(),
  NextRotationDate: moment.nullish(),
  OwningService: z.string().nullish(),
  Type: z.string().nullish(),
  PrimaryRegion: z.string().nullish(),
  DeletedDate: moment.nullish(),
});

const page = z.object({ SecretList: z.array(z.unknown()), NextToken: z.string().nullish() });

/** Reads a whole fleet from what `aws secretsmanager list-secrets` prints. */
export class InventoryFile implements Inventory {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {InventoryFileError} when the file cannot be read, or is not a whole inventory. */
  async list(): Promise<readonly SecretEntry[]> {
    try {
      return parseInventory(await readFile(this.#path, 'utf8'), this.#path);
    } catch (cause) {
      if (cause instanceof InventoryFileError) throw cause;
      throw new InventoryFileError(this.#path, [`cannot be read (${(cause as NodeJS.ErrnoException).code})`], {
        cause,
      });
    }
  }
}

/**
 * Reads an inventory from text: one page, several after each other, or a list of pages.
 *
 * What an entry lacks is not made up: a secret without tags or versions is one that is left alone.
 * @throws {InventoryFileError} naming every entry and field that is not what it should be.
 */
export function parseInventory(text: string, file: string): readonly SecretEntry[] {
  const entries = pagesIn(text, file).flatMap(({ SecretList }) => SecretList);
  const readings = entries.map((entry) => ({ entry, reading: listed.safeParse(entry) }));
  const mistakes = readings.flatMap(({ entry, reading }, index) =>
    reading.success ? [] : reading.error.issues.map((issue) => `${placeOf(entry, index)}: ${describe(issue, entry)}`),
  );
  if (mistakes.length > 0) throw new InventoryFileError(file, mistakes);

  return readings.flatMap(({ reading }) => (reading.success ? [toEntry(reading.data)] : []));
}

function pagesIn(text: string, file: string): z.infer<typeof page>[] {
  const documents = documentsIn(text);
  if (documents === undefined) throw new InventoryFileError(file, ['is not JSON, or breaks off']);
  if (documents.length === 0) throw new InventoryFileError(file, ['is empty']);

  const pages = documents.flat().map((document, index) => {
    const reading = page.safeParse(document);
    if (reading.success) return reading.data;
    throw new InventoryFileError(
      file,
      reading.error.issues.map((issue) => `page ${index + 1}: ${describe(issue, document)}`),
    );
  });
  if (pages.at(-1)?.NextToken)
    throw new InventoryFileError(file, ['the last page has a NextToken, so that pages after it are missing']);
  return pages;
}

/** Where an entry stands, and its name if it has one. */
function placeOf(entry: unknown, index: number): string {
  const name = valueAt(entry, ['Name']);
  return typeof name === 'string' ? `SecretList[${index}] (${name.replace(/\p{Cc}/gu, '?')})` : `SecretList[${index}]`;
}

/** What is wrong with a field, and its value. Only fields that never hold a secret are looked at, or shown. */
function describe(issue: z.core.$ZodIssue, whole: unknown): string {
  const rule = issue.code === 'invalid_type' ? `must be ${kinds[issue.expected] ?? issue.expected}` : issue.message;
  if (issue.path.length === 0) return `it ${rule}`;

  const value = JSON.stringify(valueAt(whole, issue.path)) ?? 'missing';
  return `${issue.path.join('.')} is ${value.length > 60 ? `${value.slice(0, 60)}…` : value}; it ${rule}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
};

const valueAt = (whole: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | null | undefined)?.[key], whole);

const toEntry = (secret: z.infer<typeof listed>): SecretEntry => ({
  arn: secret.ARN,
  name: secret.Name,
  tags: (secret.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
  versions: secret.SecretVersionsToStages ?? {},
  rotationEnabled: secret.RotationEnabled ?? false,
  rotationFunction: secret.RotationLambdaARN ?? undefined,
  nextRotation: nextRotation(secret, secret.NextRotationDate ?? undefined),
  owningService: secret.OwningService ?? undefined,
  managedType: secret.Type ?? undefined,
  primaryRegion: secret.PrimaryRegion ?? undefined,
  deletedAt: secret.DeletedDate ?? undefined,
});
