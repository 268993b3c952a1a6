import { type Instant, instant, toIso } from './instant.ts';

const day = 86_400_000;

/** Until when a credential rotated now counts as fresh, written as its tag was: a day, or a moment. */
export function renewedExpiration(previous: string, rotatedAt: Instant, validityDays: number): string {
  const iso = toIso(instant(rotatedAt + validityDays * day));
  return previous.includes('T') ? iso : iso.slice(0, 10);
}
