import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Sent as JSON. */
  readonly content?: unknown;
  /** Sent as it is, instead of JSON: a page for people. */
  readonly page?: string;
  readonly location?: string;
}

/** What a host does with a request. It knows nothing of sockets, so that a simulation can ask it as well. */
export type HttpTarget = (request: HttpRequest) => HttpResponse;

export interface HttpServer {
  /** On 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Puts a target behind a real server on loopback. The caller stops it. */
export async function serve(target: HttpTarget): Promise<HttpServer> {
  const server = createServer(async (incoming, outgoing) => {
    const response = await read(incoming)
      .then(target)
      .catch(() => broken);
    outgoing.writeHead(response.status, headersOf(response)).end(bodyOf(response));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a request is answered that breaks off, or that the target fails at. */
const broken: HttpResponse = { status: 500 };

export const bodyOf = ({ content, page }: HttpResponse): string =>
  page ?? (content === undefined ? '' : JSON.stringify(content));

export const headersOf = ({ page, location }: HttpResponse): Readonly<Record<string, string>> => ({
  'content-type': page === undefined ? 'application/json' : 'text/html; charset=utf-8',
  ...(location === undefined ? {} : { location }),
});

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
  const { method = '', url: path = '' } = incoming;
  return { method, path, headers: incoming.headers as Readonly<Record<string, string>>, body };
}
