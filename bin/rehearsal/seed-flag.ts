import { UsageError } from '../command.ts';

/**
 * Reads the seed of a rehearsal, which is 1 if none is given.
 *
 * @throws {UsageError} when it is no whole number.
 */
export function readSeed(text = '1'): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed is ${text}; give a whole number, 0 or more`);
  return seed;
}
