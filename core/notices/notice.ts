import { oneLine } from '../plain-text.ts';

/** Something with a name, on a line of its own. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Lines that belong together. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * What people are told, whatever carries it: a mail, a chat, a topic.
 *
 * It is plain text in parts. Each channel writes it in its own markup, and never has to find anything in it.
 */
export interface Notice {
  readonly subject: string;
  /** What matters, in one sentence. */
  readonly lead: string;
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
  /** What names the matter, for whoever looks it up. */
  readonly references: readonly Fact[];
}

/**
 * A way in that is one person's alone. It is no part of a notice, so that a notice can be shown to everybody.
 */
export interface PersonalLink {
  readonly url: string;
  readonly label: string;
  /** What its owner must know. */
  readonly warning: string;
}

/** A notice as plain text. */
export const noticeText = (
  { lead, facts, sections, references }: Notice,
  link: PersonalLink | undefined = undefined,
): string =>
  [
    lead,
    '',
    ...block(facts.map(sayFact)),
    ...sections.flatMap(({ title, lines }) => block([`${title}:`, ...lines.map((line) => `  ${line}`)])),
    ...(link === undefined ? [] : block([`${link.label}. ${link.warning}`, link.url])),
    ...references.map(sayFact),
  ].join('\n');

/** The longest text of somebody else's that a notice quotes. */
const longestQuote = 300;

/** Text from outside as a notice may carry it: one line, and not endless. */
export function quoted(text: string): string {
  const line = oneLine(text);
  return line.length <= longestQuote ? line : `${line.slice(0, longestQuote - 1)}…`;
}

const sayFact = ({ name, value }: Fact): string => `${name}: ${value}`;
const block = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [...lines, '']);
