import { createHash } from 'node:crypto';
import { type Instant, toIso } from '../../../core/instant.ts';
import { parse } from './expressions.ts';
import { uuid } from './identifiers.ts';

type Random = () => number;

/**
 * The functions that Step Functions adds to JSONata, and those of JSONata's that would ask the machine for the time or
 * for chance.
 */
export const functionsAt = (now: Instant, random: Random): Record<string, unknown> => ({
  partition,
  range,
  hash,
  random: (seed?: number) => (seed === undefined ? random() : seeded(seed)),
  uuid: () => uuid(random),
  parse: (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text)),
  millis: () => now,
  now: (picture?: string, timezone?: string) =>
    picture === undefined && timezone === undefined
      ? toIso(now)
      : parse('$fromMillis($at, $picture, $timezone)').evaluate(undefined, { at: now, picture, timezone }),
  shuffle: (items: readonly unknown[] | undefined) => items && shuffle(items, random),
  eval: undefined,
});

function partition(items: unknown, size: number): unknown[] | undefined {
  if (items === undefined) return undefined;
  if (!(size > 0)) throw new Error('The chunk size of the partition function must be a positive number');

  const all = Array.isArray(items) ? items : [items];
  const step = Math.floor(size);
  return Array.from({ length: Math.ceil(all.length / step) }, (_, chunk) =>
    all.slice(chunk * step, (chunk + 1) * step),
  );
}

const longestRange = 1000;

function range(first: number, last: number, delta: number): number[] {
  const count = Math.floor((last - first) / delta) + 1;
  if (!Number.isFinite(count)) throw new Error('The step of the range function must be a number other than 0');
  if (count > longestRange) throw new Error(`The range function must not make more than ${longestRange} items`);
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * delta);
}

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function hash(data: unknown, algorithm: string): string | undefined {
  if (data === undefined) return undefined;
  const known = algorithms[algorithm];
  if (known === undefined) throw new Error(`The hash function does not know the algorithm ${algorithm}`);
  return createHash(known)
    .update(typeof data === 'string' ? data : JSON.stringify(data))
    .digest('hex');
}

/** The same number in [0, 1) for the same seed, always. */
const seeded = (seed: number): number => createHash('sha256').update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;

function shuffle(items: readonly unknown[], random: Random): unknown[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const pick = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[pick]] = [shuffled[pick], shuffled[last]];
  }
  return shuffled;
}
