import type { ServiceError } from './replica.ts';

/** The class that all exceptions of a client's package extend: `S3ServiceException`. */
export type ExceptionClass = new (options: {
  readonly name: string;
  readonly message: string;
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; readonly attempts: number };
}) => Error;

/** Turns a replica's error into what the SDK throws: the package's class of that name, or else its base class. */
export function exceptionOf(
  { name, message, statusCode }: ServiceError,
  exports: Readonly<Record<string, unknown>>,
  base: ExceptionClass,
): Error {
  const named = exports[name];
  const Exception = isClass(named) && named.prototype instanceof base ? named : base;
  // Like the replica's own error it comes from another machine.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const exception = new Exception({
    name,
    message,
    $fault: statusCode >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: statusCode, attempts: 1 },
  });
  Error.stackTraceLimit = stackTraceLimit;
  return exception;
}

const isClass = (value: unknown): value is ExceptionClass => typeof value === 'function';
