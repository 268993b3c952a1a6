import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Account } from '../account/account.ts';
import { type KeyHolder, type Signer, signerOf } from '../account/signature.ts';
import { bodyOf, type HttpTarget, headersOf } from '../targets/http-target.ts';
import type { HttpApi } from '../template/stack.ts';
import type { Hold } from '../virtual-time.ts';
import type { WireRequest } from './endpoint/protocol.ts';
import { answerAws, serviceOf } from './endpoint.ts';

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Where the door stands for somebody else. */
const elsewhere = '/elsewhere/';

/** No answer is longer; API Gateway itself would refuse ten megabytes. */
const longestBody = 1_000_000;

/**
 * The HTTP API's door on loopback: hands a browser's request to the review function as API Gateway does (payload 2.0),
 * and its answer back.
 *
 * A request may come while time stands still for a person who thinks: then time goes on until it has been served.
 */
export class Door {
  readonly #server: Server;
  #serve: (request: IncomingMessage, body: Buffer) => Promise<HttpAnswer> = async () => ({ statusCode: 503 });
  #elsewhere: { readonly origin: string; readonly target: HttpTarget } | undefined;
  #aws: { readonly account: Account; readonly region: string } | undefined;
  #hold: Hold | undefined;
  /** Requests that are being served. */
  #serving = 0;
  #decided: (() => void) | undefined;
  readonly #visits = new Set<() => void>();
  readonly #keys = new Map<string, KeyHolder>();
  readonly #now: () => number;

  private constructor(now: () => number) {
    this.#now = now;
    // A client that was slow to ask again must not find its connection closed under it.
    const keepAliveTimeout = 300_000;
    this.#server = createServer({ keepAliveTimeout }, (request, response) => void this.#answer(request, response));
  }

  /** @param now by which clock signatures are judged: those who sign live outside of the rehearsal, and so by theirs. */
  static async open(now: () => number = Date.now): Promise<Door> {
    const door = new Door(now);
    await new Promise<void>((resolve, reject) => door.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on requests reach the functions that the API's routes lead to, as API Gateway would invoke them. */
  leadTo(account: Account, { id, routes }: HttpApi, place: string): void {
    this.#serve = async (request, body) => {
      // A browser's HEAD has no route of its own, just as on AWS.
      const route = routes.find(({ routeKey }) => matches(routeKey, request));
      if (route === undefined) return { statusCode: 404, body: '{"message":"Not Found"}' };
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const resource = `arn:aws:execute-api:${place}:${id}/$default/${request.method}${pathname}`;
      const caller = route.authorizationType === 'NONE' ? 'anybody' : this.#callerOf(account, request, body, resource);
      if (caller === undefined) return { statusCode: 403, body: '{"message":"Forbidden"}' };
      const answer = (await account.call('apigateway.amazonaws.com', 'lambda', 'Invoke', {
        FunctionName: functionIn(route.integrationUri),
        SourceArn: `arn:aws:execute-api:${place}:${id}/$default/${route.routeKey.replace(' ', '')}`,
        Payload: JSON.stringify(eventOf(request, body, caller === 'anybody' ? undefined : caller)),
      })) as { Payload: string; FunctionError?: string };
      return answer.FunctionError === undefined ? (JSON.parse(answer.Payload) as HttpAnswer) : { statusCode: 500 };
    };
  }

  /** Whoever the desk sends to this origin is led to a target behind the door instead: no browser could find it. */
  standFor(origin: string, target: HttpTarget): void {
    this.#elsewhere = { origin, target };
  }

  /** From now on whatever is signed for a service of AWS is answered as its endpoint would. */
  standForAws(account: Account, region: string): void {
    this.#aws = { account, region };
  }

  /** From now on requests that are signed with this key are its holder's. */
  giveKey(accessKeyId: string, holder: KeyHolder): void {
    this.#keys.set(accessKeyId, holder);
  }

  /** Who signed the request and may make it, or undefined: API Gateway does not say which of the two it was not. */
  #callerOf(account: Account, request: IncomingMessage, body: Buffer, resource: string): Signer | undefined {
    const region = resource.split(':')[3] ?? '';
    const signer = signerOf(request, body, this.#keys, { service: 'execute-api', region, now: this.#now() });
    if (signer === undefined) return undefined;
    const mayInvoke = account.authorisation.contextOf(signer.principal).allows('execute-api:Invoke', resource);
    return mayInvoke ? signer : undefined;
  }

  /** Time stands still under this hold; requests interrupt it. */
  mind(hold: Hold): void {
    this.#hold = hold;
  }

  /** Waits until a person has decided at the page. Time stands still under the hold, but for what requests take. */
  async personDecides(hold: Hold): Promise<void> {
    this.mind(hold);
    await new Promise<void>((resolve) => {
      this.#decided = resolve;
    });
    this.forget();
  }

  /** Waits until somebody has been here. Time stands still under the hold, but for what their request takes. */
  async visited(hold: Hold): Promise<void> {
    this.mind(hold);
    await new Promise<void>((resolve) => this.#visits.add(resolve));
    this.forget();
  }

  /** A person has answered, or nobody waits any more: requests no longer bring time to a standstill. */
  forget(): void {
    this.#hold?.suspend();
    this.#hold = undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #elsewhereFor({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): HttpAnswer | undefined {
    if (this.#elsewhere === undefined || !url.startsWith(elsewhere)) return undefined;
    const sent = headers as Readonly<Record<string, string>>;
    const path = url.slice(elsewhere.length - 1);
    const response = this.#elsewhere.target({ method, path, headers: sent, body: body.toString() });
    return { statusCode: response.status, headers: headersOf(response), body: bodyOf(response) };
  }

  async #awsFor(request: IncomingMessage, body: Buffer): Promise<HttpAnswer | undefined> {
    const service = serviceOf(request.headers.authorization);
    if (this.#aws === undefined || service === undefined) return undefined;
    const { account, region } = this.#aws;
    const signer = signerOf(request, body, this.#keys, { service, region, now: this.#now() });
    const answer = await answerAws(service, wireRequestOf(request, body), { account, signer });
    return { ...answer, body: Buffer.from(answer.body).toString('base64'), isBase64Encoded: true };
  }

  #ledHere({ location, ...headers }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (location === undefined) return headers;
    const origin = this.#elsewhere?.origin;
    const isThere = origin !== undefined && location.startsWith(`${origin}/`);
    return { ...headers, location: isThere ? location.replace(`${origin}/`, `${this.url}${elsewhere}`) : location };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#serving += 1;
    try {
      const body = await read(request);
      this.#hold?.suspend();
      const answer =
        this.#elsewhereFor(request, body) ?? (await this.#awsFor(request, body)) ?? (await this.#serve(request, body));
      const { statusCode, headers = {}, cookies = [], body: text = '', isBase64Encoded = false } = answer;
      response.setHeader('set-cookie', cookies);
      response.writeHead(statusCode, this.#ledHere(headers)).end(isBase64Encoded ? Buffer.from(text, 'base64') : text);
      if (isAnswer(request) && statusCode === 200) this.#decided?.();
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    } finally {
      this.#serving -= 1;
      // Whoever asks for many things at once waits for the last of them.
      if (this.#serving === 0) this.#hold?.resume();
      for (const tell of this.#visits) tell();
      this.#visits.clear();
    }
  }
}

/** A form that is sent or a command that answers, rather than one that starts a run. */
const isAnswer = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && /^\/(review\/|runs\/[^/]+\/approval$)/.test(url);

/** `GET /review/{run}/{link}` matches a GET of any two segments there. */
function matches(routeKey: string, { method, url = '/' }: IncomingMessage): boolean {
  const [verb, path = ''] = routeKey.split(' ');
  const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);
  return verb === method && pattern.test(new URL(url, 'http://127.0.0.1').pathname);
}

/** An integration names the function by its ARN, or by the path under which API Gateway invokes it. */
const functionIn = (integrationUri: string): string =>
  /functions\/(arn:[^/]+)\/invocations/.exec(integrationUri)?.[1] ?? integrationUri;

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > longestBody) throw new Error('the body is too long');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function wireRequestOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): WireRequest {
  return {
    method,
    path: url.split('?')[0] ?? '/',
    query: new URL(url, 'http://127.0.0.1').searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body,
  };
}

function eventOf(
  { method = 'GET', url = '/', headers: sent }: IncomingMessage,
  body: Buffer,
  caller: Signer | undefined,
) {
  const { cookie, ...headers } = sent;
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  return {
    version: '2.0',
    rawPath: pathname,
    rawQueryString: searchParams.toString(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    requestContext: { ...(caller && { authorizer: { iam: saidOf(caller) } }), http: { method, path: pathname } },
    ...(body.length > 0 ? { body: body.toString('base64'), isBase64Encoded: true } : { isBase64Encoded: false }),
  };
}

/** What API Gateway tells a function of whom IAM let in. */
const saidOf = ({ accessKeyId, userArn }: Signer) => ({
  accessKey: accessKeyId,
  accountId: userArn.split(':')[4],
  cognitoIdentity: null,
  principalOrgId: null,
  userArn,
});
