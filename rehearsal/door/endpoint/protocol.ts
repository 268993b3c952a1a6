import type { ServiceError } from '../../account/replica.ts';

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** As it was sent: encoded, and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What a request asks for, in the SDK's own words. */
export interface Wish {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** How a service is spoken with. */
export interface Protocol {
  /** @throws {ServiceError} when the request asks for something that is not spoken here. */
  read(request: WireRequest): Wish;
  write(wish: Wish, output: object): WireAnswer | Promise<WireAnswer>;
  refuse(error: ServiceError, request: WireRequest): WireAnswer;
  /** What a request is answered that nobody signed in a way that counts. */
  readonly unsigned: ServiceError;
}
