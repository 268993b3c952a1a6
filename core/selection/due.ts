import { type Instant, instant, isCalendarDay, parseInstant } from '../instant.ts';

/** What an expiration tag says: the last day on which a credential is fresh, or the very moment at which it no longer is. */
export type Expiration =
  | { readonly kind: 'day'; readonly startsAt: Instant }
  | { readonly kind: 'moment'; readonly at: Instant };

/** Whether a credential is to be rotated. The one rule that the incident had the wrong way round. */
export type DueRule = (expiration: Expiration, asOf: Instant) => boolean;

const dayMillis = 86_400_000;

/** Reads `YYYY-MM-DD`, a day that exists, or a date-time with an offset. Anything else is undefined. */
export function readExpiration(text: string): Expiration | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day === null) {
    const at = parseInstant(text);
    return at === undefined ? undefined : { kind: 'moment', at };
  }

  const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
  if (!isCalendarDay(year, month, date)) return undefined;
  return { kind: 'day', startsAt: instant(Date.UTC(year, month - 1, date)) };
}

/** A day is due when it is before today in UTC, so not on the day itself; a moment is due when it has passed. */
export const isDue: DueRule = (expiration, asOf) =>
  expiration.kind === 'day' ? expiration.startsAt < startOfDay(asOf) : expiration.at < asOf;

/** Whole days since it expired. Negative when it has not. */
export function daysOverdue(expiration: Expiration, asOf: Instant): number {
  const millis = expiration.kind === 'day' ? startOfDay(asOf) - expiration.startsAt : asOf - expiration.at;
  return Math.floor(millis / dayMillis);
}

const startOfDay = (at: Instant): Instant => instant(Math.floor(at / dayMillis) * dayMillis);
