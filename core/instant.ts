/** Milliseconds since the Unix epoch. The only way this project writes down a moment. */
export type Instant = number & { readonly __brand: 'Instant' };

export const instant = (epochMillis: number): Instant => epochMillis as Instant;

/** Reads a moment written as ISO 8601 with a time and an offset, as in 2026-11-18T19:15:00Z. Anything else is undefined. */
export function parseInstant(text: string): Instant | undefined {
  const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (shape === null || !isCalendarDay(Number(shape[1]), Number(shape[2]), Number(shape[3]))) return undefined;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : instant(millis);
}

/** Whether a day exists: 2026-02-30 does not, although `Date` would read it as the second of March. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day too many ends in another month on another day, a month too many in another year.
  return date.getUTCFullYear() === year && date.getUTCDate() === day;
}

/** Whole seconds from one moment to a later one: whoever waits as long is not too early. */
export const secondsBetween = (from: Instant, to: Instant): number => Math.ceil((to - from) / 1_000);

export const toIso = (moment: Instant): string => new Date(moment).toISOString();
