import type { Instant } from '../../core/instant.ts';

const space = '\u00a0';

/** `11,674`: a count as people read it. */
export const grouped = (count: number): string => count.toLocaleString('en');

/** `1 secret`, `10,000 secrets`. */
export const many = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${grouped(count)} ${count === 1 ? noun : nouns}`;

/** `02:15:04`, in UTC. */
export const clockTime = (at: Instant): string => new Date(at).toISOString().slice(11, 19);

/** How long, as exactly as its size deserves: `0.7 s`, `21 s`, `4 min 5 s`, `15 min`, `6 h 45 min`. No line breaks in it. */
export function span(millis: number): string {
  if (millis < 9_950) return `${(millis / 1_000).toFixed(1)}${space}s`;
  const seconds = Math.round(millis / 1_000);
  if (seconds < 60) return `${seconds}${space}s`;
  if (seconds < 600) return inTwo(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes}${space}min` : inTwo(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

const inTwo = (large: number, unit: string, small: number, smaller: string): string =>
  (small === 0 ? [large, unit] : [large, unit, small, smaller]).join(space);

/** The same where there is little room: `6.8 h`. */
export const shortSpan = (millis: number): string =>
  millis < 3_570_000 ? (span(millis).split(/(?<=min)\s/)[0] ?? '') : `${(millis / 3_600_000).toFixed(1)}${space}h`;
