import type { Cloud } from '../rehearsal/cloud.ts';
import type { SlackWorkspace } from '../rehearsal/targets/slack.ts';

/** Finds texts that must not be anywhere in texts that anybody may read, in whatever form somebody may have written them. */
export class Needles {
  /** Forms by their first two characters, so that a text is read once, whatever is looked for. */
  readonly #byStart = new Map<number, string[]>();
  readonly #starts = new Uint8Array(65_536);

  constructor(secrets: Iterable<string>) {
    for (const form of new Set([...secrets].flatMap(formsOf))) {
      const start = startOf(form, 0);
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), form]);
      this.#starts[start] = 1;
    }
  }

  isIn(text: string): boolean {
    for (let index = 0; index + 1 < text.length; index += 1) {
      const start = startOf(text, index);
      if (this.#starts[start] === 1 && this.#byStart.get(start)?.some((form) => text.startsWith(form, index)))
        return true;
    }
    return false;
  }
}

const startOf = (text: string, index: number): number =>
  ((text.charCodeAt(index) & 255) << 8) | (text.charCodeAt(index + 1) & 255);

/** As it is, in JSON, in JSON that is text in JSON, in a URL, reversed, in hex, and in base64 wherever it begins in what was encoded. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // What the neighbours take part in is left out.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const reversed = [...secret].reverse().join('');
  const plain = [secret, inJson(secret), inJson(inJson(secret)), encodeURIComponent(secret), reversed];
  const hex = bytes.toString('hex');
  const encoded = [...inBase64, ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
  return [...plain, hex, hex.toUpperCase(), ...encoded].filter((form) => form.length >= 8);
}

/** Something that somebody could read. */
export interface Overheard {
  readonly where: string;
  readonly text: string;
}

/** Everything of a run that is persisted, emitted or sent to people. What was logged, answered or thrown is heard as it happens. */
export function* traces(cloud: Cloud, slack: SlackWorkspace | undefined): Generator<Overheard> {
  const { s3, ses, sns, events, states, archiveBucket, deskBucket, settings } = cloud;
  for (const bucket of [archiveBucket, deskBucket]) {
    for (const key of s3.keys(bucket)) {
      const texts = s3.history(bucket, key).map(({ bytes }) => Buffer.from(bytes ?? []).toString());
      yield { where: `${bucket}/${key}`, text: texts.join('\n') };
    }
  }
  yield { where: 'events', text: JSON.stringify(events.events()) };
  for (const { email } of settings.approvers) {
    yield { where: `a mail to ${email}`, text: JSON.stringify(ses.inbox(email)) };
    yield { where: `a notification of ${email}`, text: JSON.stringify(sns.inbox(email)) };
  }
  if (slack !== undefined) yield { where: 'Slack', text: JSON.stringify(slack.posts) };
  for (const execution of states.executions()) {
    yield { where: `the history of ${execution.name}`, text: JSON.stringify(execution.history.events()) };
  }
}
