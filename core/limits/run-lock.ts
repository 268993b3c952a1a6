import { instant } from '../instant.ts';
import type { Holder } from '../living-ports.ts';
import type { Run } from '../plan.ts';

/** @throws {Error} when it is none: a lock that is not understood is held. */
export function parseLock(text: string): Holder {
  const { run, since } = JSON.parse(text) as { readonly run?: unknown; readonly since?: unknown };
  if (typeof run !== 'string' || run === '' || !Number.isSafeInteger(since)) {
    throw new Error('the lock does not say which run holds it; look who wrote it before you remove it');
  }
  return { run: run as Run, since: instant(since as number) };
}
