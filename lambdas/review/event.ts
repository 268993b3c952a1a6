import type { Run } from '../../core/plan.ts';

/** What a browser asked for, as far as this step cares. Nothing in it has been believed yet. */
export type Request = LinkRequest | Return | IamRequest;

/** A link was opened or answered, or its owner wants to sign in. */
export interface LinkRequest {
  readonly kind: 'review' | 'signIn';
  readonly method: string;
  readonly run: Run;
  readonly link: string;
  /** Which page of a long plan, counted from 1. There may be none such. */
  readonly page: number;
  /** Whether to sign in anew, whoever is signed in at the provider. */
  readonly again: boolean;
  readonly headers: Headers;
  readonly cookies: readonly string[];
  /** The body's bytes as text, or undefined when it is longer than any answer could be. */
  readonly body: string | undefined;
}

/** A browser came back from the identity provider. */
export interface Return {
  readonly kind: 'signedIn';
  readonly method: string;
  readonly cookies: readonly string[];
  /** What came back in the address, each at most once. */
  readonly state: string;
  readonly code: string;
  readonly error: string;
  readonly issuer: string;
}

/** Somebody asks as whom IAM authenticated, to look at a plan or to answer. */
export interface IamRequest {
  readonly kind: 'iam';
  readonly method: string;
  readonly run: Run;
  /** Whom API Gateway authenticated. Undefined: nobody, so the route is not what it should be. */
  readonly caller: string | undefined;
  readonly body: string | undefined;
}

/** Longer than any answer: a form with a reason of the greatest length, every character escaped. */
export const longestBody = 16_384;

type Headers = Readonly<Record<string, string | undefined>>;

/** An execution's name and 256 bits, as they stand in a link. Anything else is not a link of ours. */
const linkPath = /^\/(review|sign-in)\/([A-Za-z0-9_-]{1,80})\/([A-Za-z0-9_-]{43})$/;

/** Where approvers ask whom IAM authenticates. */
const iamPath = /^\/runs\/([A-Za-z0-9_-]{1,80})\/approval$/;

/** Where an identity provider sends browsers back to. */
export const returnPath = '/signed-in';

/** Longer than what any provider sends back. */
const longestReturn = 8_192;

/** Reads a request as an HTTP API hands it over (payload 2.0). Undefined: its path is none of ours. */
export function parseEvent(event: unknown): Request | undefined {
  if (!isRecord(event)) return undefined;

  const path = text(event['rawPath']);
  const query = text(event['rawQueryString']);
  const method = text(within(within(event, 'requestContext'), 'http')['method']);
  const cookies = cookiesOf(event['cookies']);
  if (path === returnPath) return { kind: 'signedIn', method, cookies, ...returned(query) };

  const [, asked] = iamPath.exec(path) ?? [];
  if (asked !== undefined)
    return { kind: 'iam', method, run: asked as Run, caller: callerOf(event), body: bodyIn(event) };

  const [, where, run, link] = linkPath.exec(path) ?? [];
  if (run === undefined || link === undefined) return undefined;

  return {
    kind: where === 'sign-in' ? 'signIn' : 'review',
    method,
    run: run as Run,
    link,
    page: pageOf(query),
    again: new URLSearchParams(query.slice(0, 100)).has('again'),
    headers: headersOf(within(event, 'headers')),
    cookies,
    body: bodyIn(event),
  };
}

/** Whatever is said twice is not said: who reads the first and who reads the last would not read the same. */
function returned(query: string): Pick<Return, 'state' | 'code' | 'error' | 'issuer'> {
  const said = new URLSearchParams(query.length > longestReturn ? '' : query);
  const only = (name: string) => (said.getAll(name).length === 1 ? (said.get(name) ?? '') : '');
  return { state: only('state'), code: only('code'), error: only('error'), issuer: only('iss') };
}

const cookiesOf = (cookies: unknown): readonly string[] => (Array.isArray(cookies) ? cookies.map(text) : []);

function pageOf(query: string): number {
  const page = new URLSearchParams(query.slice(0, 100)).get('page') ?? '';
  return /^\d{1,5}$/.test(page) ? Number(page) : 1;
}

/** API Gateway says who it is where no caller can write. */
function callerOf(event: Readonly<Record<string, unknown>>): string | undefined {
  const iam = within(within(within(event, 'requestContext'), 'authorizer'), 'iam');
  const caller = text(iam['userArn']);
  return caller === '' ? undefined : caller;
}

function bodyIn(event: Readonly<Record<string, unknown>>): string | undefined {
  const [body, isBase64] = [text(event['body']), event['isBase64Encoded'] === true];
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
