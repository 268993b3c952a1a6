import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';

import type { PersonalChannel } from '../core/notices/channel.ts';
import { type Notice, noticeText, type PersonalLink } from '../core/notices/notice.ts';
import { oneLine } from '../core/plain-text.ts';
import type { Approver, EmailSettings } from '../core/settings.ts';
import { noticeHtml } from './notice-html.ts';

/** Longer subjects are cut off by readers of mail anyway. */
const longestSubject = 150;

/** Writes mails, each to one approver. */
export class SesMail implements PersonalChannel {
  readonly name = 'email';
  readonly #ses: SESv2Client;
  readonly #settings: EmailSettings;

  constructor(ses: SESv2Client, settings: EmailSettings) {
    this.#ses = ses;
    this.#settings = settings;
  }

  /** Every approver has an address. */
  reaches(): boolean {
    return true;
  }

  async write({ email }: Approver, notice: Notice, link: PersonalLink | undefined): Promise<void> {
    const { from, configurationSet } = this.#settings;
    await this.#ses.send(
      new SendEmailCommand({
        FromEmailAddress: `Keyturn <${from}>`,
        Destination: { ToAddresses: [email] },
        ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
        Content: {
          Simple: {
            Subject: part(oneLine(notice.subject).slice(0, longestSubject)),
            Body: { Html: part(noticeHtml(notice, link)), Text: part(noticeText(notice, link)) },
            Headers: automatic,
          },
        },
      }),
    );
  }
}

const part = (text: string) => ({ Charset: 'UTF-8', Data: text });

/** Nobody's absence note answers a machine. */
const automatic = [
  { Name: 'Auto-Submitted', Value: 'auto-generated' },
  { Name: 'X-Auto-Response-Suppress', Value: 'All' },
];
