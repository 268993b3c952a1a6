import { ServiceError } from '../../account/replica.ts';
import type { Protocol, WireAnswer } from './protocol.ts';

const unsigned = new ServiceError(
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
  403,
);

/** What JSON carries as text, and the SDK as bytes. */
const bytes: ReadonlySet<string> = new Set(['Message', 'Mac']);

/** AWS JSON: one path for all, the operation in a header, input and output in the bodies. */
export const jsonRpc = (version: '1.0' | '1.1'): Protocol => {
  const answer = (statusCode: number, content: unknown): WireAnswer =>
    written(statusCode, content, { 'content-type': `application/x-amz-json-${version}` });
  return {
    unsigned,
    read: ({ headers, body }) => ({
      operation: (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '',
      input: inputOf(body),
    }),
    write: (_, output) => answer(200, output),
    refuse: ({ name, message, statusCode }) => answer(statusCode, { __type: name, message }),
  };
};

/** Lambda's: the operation in method and path. A person's commands ask for one alone. */
export const lambdaRest: Protocol = {
  unsigned,
  read: ({ method, path }) => {
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(path) ?? [];
    if (method !== 'GET' || name === undefined)
      throw new ServiceError('UnknownOperationException', `${method} ${path} is not replicated`, 404);
    return { operation: 'GetFunctionConfiguration', input: { FunctionName: decodeURIComponent(name) } };
  },
  write: (_, output) => written(200, output, { 'content-type': 'application/json' }),
  refuse: ({ name, message, statusCode }) =>
    written(statusCode, { Message: message }, { 'content-type': 'application/json', 'x-amzn-errortype': name }),
};

function inputOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString() || '{}', (key, value: unknown) =>
      bytes.has(key) && typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value,
    );
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ServiceError('SerializationException', 'the body is not JSON');
  }
}

const written = (statusCode: number, content: unknown, headers: WireAnswer['headers']): WireAnswer => ({
  statusCode,
  headers,
  body: JSON.stringify(asJson(content)),
});

/** As JSON carries it: moments as seconds, bytes in base64. */
function asJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.getTime() / 1_000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asJson);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asJson(one)]));
}
