import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { type Instant, instant, toIso } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';
import { isLike } from '../account/wildcards.ts';

export interface EventsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly account: string;
  readonly region: string;
}

/** An event as its targets receive it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What lets a field's value pass: that very value, or a text in which `*` stands for any characters. */
type Wanted = string | number | boolean | null | { readonly wildcard: string };

/** For each field what lets its value pass; for an object the same again. */
export interface Pattern {
  readonly [field: string]: readonly Wanted[] | Pattern;
}

export interface Rule {
  /** @default 'default' */
  readonly bus?: string;
  readonly pattern: Pattern;
  readonly target: (event: BusEvent) => void;
}

/** What somebody says happened. */
interface Happening {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources?: readonly string[];
  readonly at?: Instant;
}

const maxEntries = 10;
const maxBytes = 1_048_576;

/** EventBridge in this process. What it does, and where it departs from AWS, stands in events.md. */
export class EventsReplica implements Replica {
  readonly service = 'events';
  readonly #options: EventsOptions;
  readonly #buses = new Map<string, BusEvent[]>([['default', []]]);
  readonly #rules = new Set<Rule>();
  #seen = 0;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    if (operation !== 'PutEvents') {
      throw new ServiceError('UnknownOperationException', `${operation} is not replicated`);
    }
    return this.#put(input, context);
  }

  createBus(name: string): void {
    this.#buses.set(name, []);
  }

  /** The answer takes the rule away again. */
  addRule(rule: Rule): () => void {
    checkPattern(rule.pattern);
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  /** Puts an event of an AWS service on the default bus, as the service itself does: nobody is asked for permission. */
  emit(happening: Happening): BusEvent {
    return this.#deliver('default', happening);
  }

  /** What came to a bus, oldest first. */
  events(bus = 'default'): readonly BusEvent[] {
    return this.#buses.get(bus) ?? [];
  }

  #put({ Entries = [] }: PutEventsRequest, caller: CallContext): PutEventsResponse {
    if (Entries.length < 1 || Entries.length > maxEntries) {
      const bound = Entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEntries}`;
      throw invalid(
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
      );
    }
    const bytes = Entries.reduce((total, entry) => total + sizeOf(entry), 0);
    if (bytes >= maxBytes) throw invalid('Total size of the entries in the request is over the limit.');
    for (const entry of Entries) this.#authorise(entry, caller);

    const results = Entries.map((entry): PutEventsResultEntry => {
      const failure = failureOf(entry);
      if (failure !== undefined) return failure;
      const { Source = '', DetailType = '', Detail = '', Resources = [], Time } = entry;
      const at = Time === undefined ? {} : { at: instant(Time.getTime()) };
      const happening = {
        source: Source,
        detailType: DetailType,
        detail: JSON.parse(Detail),
        resources: Resources,
        ...at,
      };
      return { EventId: this.#deliver(busName(entry), happening).id };
    });
    return {
      FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
      Entries: results,
    };
  }

  #authorise(entry: PutEventsRequestEntry, caller: CallContext): void {
    const { account, region } = this.#options;
    caller.require('events:PutEvents', `arn:aws:events:${region}:${account}:event-bus/${busName(entry)}`, {
      'events:eventBusInvocation': 'false',
      ...(entry.Source !== undefined && { 'events:source': entry.Source }),
      ...(entry.DetailType !== undefined && { 'events:detail-type': entry.DetailType }),
    });
  }

  /** An event for a bus that does not exist gets its id and is lost. */
  #deliver(bus: string, { source, detailType, detail, resources = [], at }: Happening): BusEvent {
    const { account, region, clock } = this.#options;
    this.#seen += 1;
    const event: BusEvent = {
      version: '0',
      id: `00000000-0000-4000-8000-${String(this.#seen).padStart(12, '0')}`,
      'detail-type': detailType,
      source,
      account,
      time: toIso(at ?? clock.now()).replace(/\.\d+/, ''),
      region,
      resources,
      detail,
    };
    const kept = this.#buses.get(bus);
    if (kept === undefined) return event;

    kept.push(event);
    for (const { bus: of = 'default', pattern, target } of this.#rules) {
      if (of === bus && matches(pattern, event)) target(event);
    }
    return event;
  }
}

/** Entries are weighed as EventBridge's documentation says. */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

function failureOf({ Source, DetailType, Detail }: PutEventsRequestEntry): PutEventsResultEntry | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === undefined || value === '') {
      const why = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage: why };
    }
  }
  if (Source?.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  return isJsonObject(Detail ?? '')
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const busName = ({ EventBusName = 'default' }: PutEventsRequestEntry) =>
  EventBusName.replace(/^arn:.*:event-bus\//, '');

/** @throws {Error} for a pattern with more than values and wildcards: passing over it in silence would match too much. */
function checkPattern(pattern: Pattern): void {
  for (const [field, wanted] of Object.entries(pattern)) {
    if (!isList(wanted)) checkPattern(wanted);
    else if (wanted.some((value) => typeof value === 'object' && value !== null && !isWildcard(value))) {
      throw new Error(`the pattern of ${field} asks for more than values and wildcards, which is not replicated`);
    }
  }
}

const isWildcard = (value: object): boolean =>
  Object.keys(value).join() === 'wildcard' && !/[\\?]|\*\*/.test((value as { wildcard: string }).wildcard);

const passes = (wanted: Wanted, value: unknown): boolean =>
  typeof wanted === 'object' && wanted !== null
    ? typeof value === 'string' && isLike(value, wanted.wildcard)
    : wanted === value;

function matches(pattern: Pattern, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    const found: unknown = (value as Readonly<Record<string, unknown>>)[field];
    if (!isList(wanted)) return matches(wanted, found);
    return (Array.isArray(found) ? found : [found]).some((one) => wanted.some((each) => passes(each, one)));
  });
}

const isList = (wanted: Pattern[string]): wanted is readonly Wanted[] => Array.isArray(wanted);

const invalid = (message: string) => new ServiceError('ValidationException', message);
