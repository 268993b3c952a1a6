import type { Cloud } from '../rehearsal/cloud.ts';
import type { SlackWorkspace } from '../rehearsal/targets/slack.ts';

/** Of so many characters at once it is known whether they are in any form, and how far they are at least from its end. */
const block = 3;

/**
 * Finds texts that must not be anywhere in texts that anybody may read, in whatever form somebody may have written them.
 *
 * A text is read once, whatever is looked for, and most of it is passed over (as by Wu and Manber): where no form has the
 * three characters that its beginning would have to end with, it cannot begin before them.
 */
export class Needles {
  /** Of every form so many characters are looked for at first: as many as the shortest has. */
  readonly #width: number;
  /** How far the beginning of a form can be moved on at least, by the hash of three characters. */
  readonly #leaps = new Uint8Array(65_536);
  /** Forms by the last three characters of their beginning. */
  readonly #byEnd = new Map<number, string[]>();

  constructor(secrets: Iterable<string>) {
    const forms = new Set([...secrets].flatMap(formsOf));
    this.#width = Math.min(255, ...[...forms].map(({ length }) => length));
    const last = this.#width - block;
    this.#leaps.fill(last + 1);
    for (const form of forms) {
      for (let index = 0; index <= last; index += 1) {
        const hash = hashAt(form, index);
        this.#leaps[hash] = Math.min(this.#leaps[hash] as number, last - index);
      }
      this.#byEnd.set(hashAt(form, last), [...(this.#byEnd.get(hashAt(form, last)) ?? []), form]);
    }
  }

  isIn(text: string): boolean {
    const leaps = this.#leaps;
    const last = this.#width - block;
    if (this.#byEnd.size === 0) return false;
    for (let index = last; index + block <= text.length; ) {
      const hash = hashAt(text, index);
      const leap = leaps[hash] as number;
      if (leap === 0 && this.#byEnd.get(hash)?.some((form) => text.startsWith(form, index - last))) return true;
      index += Math.max(1, leap);
    }
    return false;
  }
}

/** Different characters may have the same: then a leap is shorter than it could be, and never too long. */
const hashAt = (text: string, index: number): number =>
  (text.charCodeAt(index) ^ (text.charCodeAt(index + 1) << 5) ^ (text.charCodeAt(index + 2) << 10)) & 65_535;

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
export function* traces(
  cloud: Cloud,
  emails: readonly string[],
  slack: SlackWorkspace | undefined,
): Generator<Overheard> {
  const { s3, ses, sns, events, states, archiveBucket, deskBucket } = cloud;
  for (const bucket of [archiveBucket, deskBucket]) {
    for (const key of s3.keys(bucket)) {
      const texts = s3.history(bucket, key).map(({ bytes }) => Buffer.from(bytes ?? []).toString());
      yield { where: `${bucket}/${key}`, text: texts.join('\n') };
    }
  }
  yield { where: 'events', text: JSON.stringify(events.events()) };
  for (const email of emails) {
    yield { where: `a mail to ${email}`, text: JSON.stringify(ses.inbox(email)) };
    yield { where: `a notification of ${email}`, text: JSON.stringify(sns.inbox(email)) };
  }
  if (slack !== undefined) yield { where: 'Slack', text: JSON.stringify(slack.posts) };
  for (const execution of states.executions()) {
    yield { where: `the history of ${execution.name}`, text: JSON.stringify(execution.history.events()) };
  }
}
