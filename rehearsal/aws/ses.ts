import type { Body, SendEmailCommandInput, SendEmailResponse } from '@aws-sdk/client-sesv2';
import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';

export interface SesOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly account: string;
  readonly region: string;
}

/** A mail as it came to one address. */
export interface Mail {
  readonly messageId: string;
  readonly at: Instant;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly configurationSet: string | undefined;
}

const mostRecipients = 50;
const mostHeaders = 15;
const longestHeaderName = 126;
const longestHeader = 996;
const maxBytes = 40 * 1_024 * 1_024;

/** What SES writes itself: a message may not. */
const ownHeaders = /^(from|to|cc|bcc|subject|reply-to|return-path|date|message-id|mime-version|content-type)$/i;

/** SES in this process. What it does, and where it departs from AWS, stands in ses.md. */
export class SesReplica implements Replica {
  readonly service = 'ses';
  readonly #options: SesOptions;
  readonly #identities = new Set<string>();
  readonly #configurationSets = new Set<string>();
  readonly #inboxes = new Map<string, Mail[]>();
  #sent = 0;

  constructor(options: SesOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    if (operation !== 'SendEmail') throw bad(`${operation} is not replicated`);
    return this.#send(input, context);
  }

  /** Verifies an address or a domain, as its owner does before anything can be sent from it. */
  verify(identity: string): void {
    this.#identities.add(identity);
  }

  createConfigurationSet(name: string): void {
    this.#configurationSets.add(name);
  }

  /** Everything that came to an address, oldest first. */
  inbox(address: string): readonly Mail[] {
    return this.#inboxes.get(address) ?? [];
  }

  #send(input: SendEmailCommandInput, caller: CallContext): SendEmailResponse {
    const { FromEmailAddress = '', Destination = {}, Content = {}, ConfigurationSetName } = input;
    const from = addressIn(FromEmailAddress);
    const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = Destination;
    const recipients = [...ToAddresses, ...CcAddresses, ...BccAddresses].map(addressIn);
    if (recipients.length === 0 || recipients.length > mostRecipients) throw bad('Recipient count is out of bounds.');
    const message = Content.Simple;
    if (message === undefined) throw bad('Only simple content is replicated.');

    const mail = {
      from: FromEmailAddress,
      to: recipients,
      subject: subjectOf(message.Subject?.Data ?? ''),
      ...bodyOf(message.Body),
      headers: headersOf(message.Headers ?? []),
      configurationSet: ConfigurationSetName,
    };
    if (Buffer.byteLength(mail.html) + Buffer.byteLength(mail.text) > maxBytes) throw rejected('Message is too long.');
    this.#authorise({ from, recipients, configurationSet: ConfigurationSetName }, caller);

    this.#sent += 1;
    const messageId = `0100000000000000-${String(this.#sent).padStart(8, '0')}-000000`;
    for (const address of recipients) {
      const kept = [...this.inbox(address), { messageId, at: this.#options.clock.now(), ...mail }];
      this.#inboxes.set(address, kept);
    }
    return { MessageId: messageId };
  }

  /** An address that is verified itself goes before its domain. */
  #authorise(
    {
      from,
      recipients,
      configurationSet,
    }: { from: string; recipients: string[]; configurationSet: string | undefined },
    caller: CallContext,
  ): void {
    const domain = from.slice(from.lastIndexOf('@') + 1);
    const identity = [from, domain].find((one) => this.#identities.has(one));
    const conditions = { 'ses:FromAddress': from, 'ses:Recipients': recipients };
    caller.require('ses:SendEmail', this.#arn('identity', identity ?? from), conditions);
    if (configurationSet !== undefined) {
      caller.require('ses:SendEmail', this.#arn('configuration-set', configurationSet), conditions);
      if (!this.#configurationSets.has(configurationSet)) {
        throw new ServiceError('NotFoundException', `Configuration set <${configurationSet}> does not exist.`, 404);
      }
    }
    if (identity === undefined) {
      throw rejected(`Email address is not verified. The following identities failed the check: ${from}`);
    }
  }

  #arn(resource: string, name: string): string {
    const { region, account } = this.#options;
    return `arn:aws:ses:${region}:${account}:${resource}/${name}`;
  }
}

/** `Keyturn <a@b.example>` is `a@b.example`. */
function addressIn(text: string): string {
  const address = /^[^<>\r\n]*<([^<>\s]+)>$/.exec(text)?.[1] ?? text;
  if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) throw bad('Illegal address');
  return address;
}

function subjectOf(subject: string): string {
  if (/[\r\n]/.test(subject)) throw bad('Header value contains a line break: Subject');
  if (subject === '') throw bad('Subject is empty');
  return subject;
}

function bodyOf({ Html, Text }: Body = {}): { readonly html: string; readonly text: string } {
  const html = Html?.Data ?? '';
  const text = Text?.Data ?? '';
  if (html === '' && text === '') throw bad('Message body is empty');
  return { html, text };
}

function headersOf(headers: readonly { Name?: string | undefined; Value?: string | undefined }[]) {
  if (headers.length > mostHeaders) throw bad('Too many headers');
  for (const { Name = '', Value = '' } of headers) {
    const isNamed = /^[!-9;-~]+$/.test(Name) && Name.length <= longestHeaderName && !ownHeaders.test(Name);
    if (!isNamed || !/^[ -~]+$/.test(Value) || Name.length + Value.length > longestHeader) {
      throw bad(`Header is not allowed: ${JSON.stringify(Name)}`);
    }
  }
  return Object.fromEntries(headers.map(({ Name = '', Value = '' }) => [Name, Value]));
}

const bad = (message: string) => new ServiceError('BadRequestException', message);
const rejected = (message: string) => new ServiceError('MessageRejected', message);
