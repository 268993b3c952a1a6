import type { Run } from '../../core/plan.ts';

/** What a browser asked for, as far as this step cares. Nothing in it has been believed yet. */
export interface Request {
  readonly method: string;
  readonly run: Run;
  readonly link: string;
  /** Which page of a long plan, counted from 1. There may be none such. */
  readonly page: number;
  readonly headers: Headers;
  /** The body's bytes as text, or undefined when it is longer than any answer could be. */
  readonly body: string | undefined;
}

/** Longer than any answer: a form with a reason of the greatest length, every character escaped. */
export const longestBody = 16_384;

type Headers = Readonly<Record<string, string | undefined>>;

/** An execution's name and 256 bits, as they stand in a link. Anything else is not a link of ours. */
const reviewPath = /^\/review\/([A-Za-z0-9_-]{1,80})\/([A-Za-z0-9_-]{43})$/;

/** Reads a request as an HTTP API hands it over (payload 2.0). Undefined: its path is not one of a link. */
export function parseEvent(event: unknown): Request | undefined {
  if (!isRecord(event)) return undefined;

  const [, run, link] = reviewPath.exec(text(event['rawPath'])) ?? [];
  if (run === undefined || link === undefined) return undefined;

  return {
    method: text(within(within(event, 'requestContext'), 'http')['method']),
    run: run as Run,
    link,
    page: pageOf(text(event['rawQueryString'])),
    headers: headersOf(within(event, 'headers')),
    body: bodyOf(text(event['body']), event['isBase64Encoded'] === true),
  };
}

function pageOf(query: string): number {
  const page = new URLSearchParams(query.slice(0, 100)).get('page') ?? '';
  return /^\d{1,5}$/.test(page) ? Number(page) : 1;
}

function bodyOf(body: string, isBase64: boolean): string | undefined {
  if (body.length > longestBody * 2) return undefined;
  const decoded = isBase64 ? Buffer.from(body, 'base64').toString('utf8') : body;
  return decoded.length > longestBody ? undefined : decoded;
}

const headersOf = (headers: Readonly<Record<string, unknown>>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(value)]));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function within(record: Readonly<Record<string, unknown>>, field: string): Readonly<Record<string, unknown>> {
  const value = record[field];
  return isRecord(value) ? value : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
