import type { MessageAttributeValue, PublishCommandInput, PublishResponse } from '@aws-sdk/client-sns';
import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';

export interface SnsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly account: string;
  readonly region: string;
}

export interface Subscription {
  readonly protocol: string;
  readonly endpoint: string;
  /** By message attribute, the values that pass: exact text, or whether the attribute is there at all. */
  readonly filterPolicy?: Readonly<Record<string, readonly (string | { readonly exists: boolean })[]>>;
}

/** What reached a subscriber. */
export interface Delivery {
  readonly topicArn: string;
  readonly messageId: string;
  readonly at: Instant;
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

interface Topic {
  readonly arn: string;
  readonly kmsKeyArn: string | undefined;
  readonly subscriptions: Subscription[];
}

const maxBytes = 262_144;

/** SNS in this process. What it does, and where it departs from AWS, stands in sns.md. */
export class SnsReplica implements Replica {
  readonly service = 'sns';
  readonly #options: SnsOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #inboxes = new Map<string, Delivery[]>();
  #published = 0;

  constructor(options: SnsOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    if (operation !== 'Publish') throw new ServiceError('InvalidAction', `${operation} is not replicated`);
    return this.#publish(input, context);
  }

  /** @returns its ARN. */
  createTopic(name: string, { kmsKeyArn }: { readonly kmsKeyArn?: string } = {}): string {
    const { region, account } = this.#options;
    const arn = `arn:aws:sns:${region}:${account}:${name}`;
    this.#topics.set(arn, { arn, kmsKeyArn, subscriptions: [] });
    return arn;
  }

  /** Subscribes an endpoint that needs no confirmation. */
  subscribe(topicArn: string, subscription: Subscription): void {
    this.#topic(topicArn).subscriptions.push(subscription);
  }

  /** Everything that was delivered to an endpoint, oldest first. */
  inbox(endpoint: string): readonly Delivery[] {
    return this.#inboxes.get(endpoint) ?? [];
  }

  #publish(input: PublishCommandInput, caller: CallContext): PublishResponse {
    const { TopicArn, Message = '', Subject, MessageAttributes = {} } = input;
    if (TopicArn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
    checkMessage(Message, MessageAttributes);
    if (Subject !== undefined) checkSubject(Subject);
    translated('AuthorizationErrorException', 403, () => caller.require('sns:Publish', TopicArn));

    const topic = this.#topic(TopicArn);
    translated('KMSAccessDeniedException', 400, () => this.#requireKey(topic, caller));
    this.#published += 1;
    const delivery: Delivery = {
      topicArn: topic.arn,
      messageId: `00000000-0000-4000-8000-${String(this.#published).padStart(12, '0')}`,
      at: this.#options.clock.now(),
      subject: Subject,
      message: Message,
      attributes: MessageAttributes,
    };
    for (const { endpoint, filterPolicy = {} } of topic.subscriptions) {
      if (passes(filterPolicy, MessageAttributes)) this.#inboxes.set(endpoint, [...this.inbox(endpoint), delivery]);
    }
    return { MessageId: delivery.messageId };
  }

  #requireKey({ arn, kmsKeyArn }: Topic, caller: CallContext): void {
    if (kmsKeyArn === undefined) return;
    const conditions = {
      'kms:ViaService': `sns.${this.#options.region}.amazonaws.com`,
      'kms:EncryptionContext:aws:sns:topicArn': arn,
    };
    caller.require('kms:GenerateDataKey', kmsKeyArn, conditions);
    caller.require('kms:Decrypt', kmsKeyArn, conditions);
  }

  #topic(arn: string): Topic {
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw new ServiceError('NotFoundException', 'Topic does not exist', 404);
    return topic;
  }
}

function checkMessage(message: string, attributes: Readonly<Record<string, MessageAttributeValue>>): void {
  if (message === '') throw invalid('Empty message');
  let bytes = Buffer.byteLength(message);
  for (const [name, { DataType = '', StringValue, BinaryValue }] of Object.entries(attributes)) {
    const value = StringValue ?? BinaryValue;
    if (DataType === '' || value === undefined || value.length === 0) {
      throw new ServiceError('InvalidParameterValueException', `The message attribute '${name}' has no type or value.`);
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(value);
  }
  if (bytes > maxBytes) throw invalid('Message too long');
}

/** What mail can carry: printable ASCII in one line, which does not begin with a blank. */
function checkSubject(subject: string): void {
  if (!/^[!-~][ -~]{0,99}$/.test(subject)) throw invalid('Subject');
}

/** Whether a message passes a filter: each attribute that it names has one of the values it wants. */
function passes(
  policy: NonNullable<Subscription['filterPolicy']>,
  attributes: Readonly<Record<string, MessageAttributeValue>>,
): boolean {
  return Object.entries(policy).every(([name, wanted]) => {
    const found = valuesOf(attributes[name]);
    return wanted.some((want) =>
      typeof want === 'string' ? found?.includes(want) : want.exists === (found !== undefined),
    );
  });
}

function valuesOf(attribute: MessageAttributeValue | undefined): readonly unknown[] | undefined {
  if (attribute?.StringValue === undefined) return undefined;
  if (attribute.DataType !== 'String.Array') return [attribute.StringValue];
  const values: unknown = JSON.parse(attribute.StringValue);
  return Array.isArray(values) ? values : [values];
}

const invalid = (what: string) => new ServiceError('InvalidParameterException', `Invalid parameter: ${what}`);

/** Gives a denial the name that SNS has for it. */
function translated(name: string, status: number, require: () => void): void {
  try {
    require();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.name !== 'AccessDeniedException') throw error;
    throw new ServiceError(name, error.message, status);
  }
}
