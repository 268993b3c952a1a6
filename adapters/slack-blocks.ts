import type { Notice, PersonalLink } from '../core/notices/notice.ts';
import { oneLine } from '../core/plain-text.ts';

/** What Block Kit takes at most, in characters; of blocks, in number. */
export const limits = { header: 150, section: 3_000, buttonText: 75, url: 3_000, blocks: 50 } as const;

/** A message as `chat.postMessage` takes it, without its channel. */
export interface SlackMessage {
  /** What a notification shows. Never a link. */
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A notice in Block Kit. Text from outside is escaped, so it can mention nobody and link nowhere.
 *
 * The button only opens the page. Nothing is decided in Slack.
 */
export function slackMessage(
  { subject, lead, facts, sections, references }: Notice,
  link: PersonalLink | undefined,
): SlackMessage {
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(oneLine(subject), limits.header), emoji: false } },
    ...section([escaped(lead), '', ...facts.map(({ name, value }) => `*${escaped(name)}:* ${escaped(value)}`)]),
    ...(link === undefined ? [] : actions(link)),
    ...sections.flatMap(({ title, lines }) =>
      section([`*${escaped(title)}*`, ...lines.map((line) => `• ${escaped(line)}`)]),
    ),
    ...references.slice(0, 5).map(({ name, value }) => ({
      type: 'context',
      elements: [mrkdwn([`${escaped(name)}: ${escaped(value)}`])],
    })),
  ];
  return { text: escaped(oneLine(subject)), blocks: blocks.slice(0, limits.blocks) };
}

const section = (lines: readonly string[]) => [{ type: 'section', text: mrkdwn(lines) }];

function actions({ url, label, warning }: PersonalLink) {
  if (url.length > limits.url) throw new RangeError(`the link is longer than ${limits.url} characters`);
  const text = { type: 'plain_text', text: cut(label, limits.buttonText), emoji: false };
  return [
    { type: 'actions', elements: [{ type: 'button', action_id: 'keyturn-review', style: 'primary', text, url }] },
    { type: 'context', elements: [mrkdwn([escaped(warning)])] },
  ];
}

/** `verbatim`: Slack makes no mention or link out of what looks like one. */
const mrkdwn = (lines: readonly string[]) => ({ type: 'mrkdwn', text: fitted(lines), verbatim: true });

/** As many whole lines as fit, and at least the beginning of the first. */
function fitted(lines: readonly string[]): string {
  const [first = '', ...others] = lines;
  let text = cut(first, limits.section).replace(/&[a-z]*…$/, '…');
  for (const line of others) {
    if (text.length + 1 + line.length > limits.section - 2) return `${text}\n…`;
    text += `\n${line}`;
  }
  return text;
}

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
