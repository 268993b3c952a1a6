/* Answers in JSON of steps behind the HTTP API. Apart from the shapes of requests, so that who needs no zod bundles none. */

/** An answer as an HTTP API takes it (payload 2.0). */
export interface JsonResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const json = (statusCode: number, content: object): JsonResponse => ({
  statusCode,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=63072000',
  },
  body: JSON.stringify(content),
});

/** Why a request came to nothing: a word for programs, and a sentence for people. */
export const refusal = (statusCode: number, error: string, message: string, more: object = {}): JsonResponse =>
  json(statusCode, { error, message, ...more });
