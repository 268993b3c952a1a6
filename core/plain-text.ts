/**
 * Text from outside as one line without control characters.
 *
 * It ends in mails, logs and pages, where a line break could begin something that its author has no right to say, and a
 * mark of direction could show it backwards.
 */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();

/** `2026-11-19 02:00 UTC`: how people are told a moment. */
export const utcMinute = (moment: number): string =>
  `${new Date(moment).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 secret`, `2 secrets`. */
export const counted = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
