import pg from 'pg';

export interface HttpInit {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  text(): Promise<string>;
}

export interface PostgresDoor {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Bounds the connecting, and each query. */
  readonly timeoutMs: number;
}

export interface PostgresConnection {
  /** @throws {TargetError} with the SQLSTATE, when the server says no. */
  query(
    text: string,
    values?: readonly string[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  end(): Promise<void>;
}

/** The little of the network that adapters use. */
export interface Network {
  /** @throws {TargetError} when there is no answer. A redirect is none: it could lead away from an allowed host. */
  fetch(url: string, init: HttpInit): Promise<HttpAnswer>;
  /** @throws {TargetError} when there is no connection. */
  connectPostgres(door: PostgresDoor): Promise<PostgresConnection>;
}

/**
 * A target could not be reached, or refused.
 *
 * Carries a code and never the original error: drivers and servers quote statements, headers and usernames in theirs.
 * Retryable, unless the code says that the target refused.
 */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  /** A SQLSTATE such as 28P01, a system's code such as ECONNREFUSED, TOO_LONG, or NO_ANSWER. */
  readonly code: string;

  constructor(host: string, code: string) {
    super(`${host} did not do what it was asked to: ${code}`);
    this.code = code;
  }
}

/** The network as the functions see it: TLS with a verified certificate, and no redirects. */
export const network: Network = {
  fetch: (url, init) => fetchOnce(url, init),
  connectPostgres: (door) => connect(door, { rejectUnauthorized: true }),
};

/** Longer than whatever a target, a service or a provider has to say, in bytes: what is longer could fill the memory. */
export const longestAnswer = 4_194_304;

/** Makes one request, and reads the whole answer. */
export const fetchOnce: Network['fetch'] = (url, { timeoutMs, ...init }) =>
  withoutDetails(new URL(url).host, async () => {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const text = await textOf(response);
    return { status: response.status, text: async () => text };
  });

async function textOf({ body, url }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > longestAnswer) throw new TargetError(new URL(url).host, 'TOO_LONG');
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Logs in. Without TLS it is for loopback only. */
export async function connect(
  door: PostgresDoor,
  ssl: { readonly rejectUnauthorized: true } | false,
): Promise<PostgresConnection> {
  const { host, timeoutMs, ...login } = door;
  const client = new pg.Client({ host, ...login, ssl, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  // A connection that breaks while nothing is asked of it would end the process. The next query says so instead.
  client.on('error', () => {});

  const hangUp = () => client.connection.stream.destroy();
  const end = async () => {
    const patience = setTimeout(hangUp, timeoutMs);
    await client.end().catch(hangUp);
    clearTimeout(patience);
  };

  try {
    await withoutDetails(host, () => client.connect());
  } catch (error) {
    hangUp();
    throw error;
  }
  return {
    query: (text, values) => withoutDetails(host, () => client.query(text, values && [...values])),
    end,
  };
}

async function withoutDetails<T>(host: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new TargetError(host, codeOf(error));
  }
}

/** The code of an error or of what caused it, if it looks like one. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 3; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z0-9_]{1,50}$/.test(at.code)) return at.code;
  }
  return 'NO_ANSWER';
}
