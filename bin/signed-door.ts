import { setTimeout } from 'node:timers/promises';

import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';

import { UsageError } from './command.ts';

/** What the door answered. */
export interface DoorAnswer {
  readonly status: number;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Asks at a deployment's door as whom the AWS SDK finds. */
export interface SignedDoor {
  ask(method: 'GET' | 'POST', path: string, content?: object): Promise<DoorAnswer>;
}

/** The door did not let the caller in, or could not be asked at all. The message says what to do. */
export class DoorClosedError extends Error {
  override readonly name = 'DoorClosedError';
  /** Whether asking again may help. */
  readonly mayPass: boolean;

  constructor(message: string, { mayPass, ...options }: ErrorOptions & { readonly mayPass: boolean }) {
    super(message, options);
    this.mayPass = mayPass;
  }
}

/** Flags of every command that asks at the door. */
export const doorFlags = { api: { type: 'string' } } as const;

export const doorHelp = `  --api URL      where the deployment's door is, as its stack's output says; KEYTURN_API says it as well. If neither is
                 given, the function keyturn-STAGE-request-approval is asked (lambda:GetFunctionConfiguration)`;

/**
 * Finds the door of a stage.
 *
 * @throws {UsageError} when there is none.
 */
export async function doorOf(stage: string, api: string | undefined, client: LambdaClient): Promise<SignedDoor> {
  const url = api ?? process.env['KEYTURN_API'] ?? (await urlOf(stage, client));
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(
      `${url} is no address; write the door's as in https://abc123.execute-api.eu-central-1.amazonaws.com`,
    );
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new UsageError(`${url} is not encrypted; write https`);
  return new SigningDoor(new URL(url), client);
}

async function urlOf(stage: string, client: LambdaClient): Promise<string> {
  const FunctionName = `keyturn-${stage}-request-approval`;
  const { Environment } = await client
    .send(new GetFunctionConfigurationCommand({ FunctionName }))
    .catch((cause: Error) => {
      throw new UsageError(
        `the door of ${stage} could not be looked up (${cause.name}); give it by --api or KEYTURN_API`,
        {
          cause,
        },
      );
    });
  const url = Environment?.Variables?.['REVIEW_URL'];
  if (url === undefined)
    throw new UsageError(`function ${FunctionName} does not say where its door is; deploy it anew`);
  return url;
}

/** A request that got no answer is made again: what it asks for is the same when it is asked for twice. */
const pauses = [500, 2_000] as const;

class SigningDoor implements SignedDoor {
  readonly #url: URL;
  readonly #client: LambdaClient;

  constructor(url: URL, client: LambdaClient) {
    this.#url = url;
    this.#client = client;
  }

  async ask(method: 'GET' | 'POST', path: string, content?: object): Promise<DoorAnswer> {
    const body = content === undefined ? undefined : JSON.stringify(content);
    for (const pause of pauses) {
      const answer = await this.#send(method, path, body).catch((error: unknown) => {
        if (error instanceof DoorClosedError && error.mayPass) return undefined;
        throw error;
      });
      if (answer !== undefined && answer.status < 500) return answer;
      await setTimeout(pause);
    }
    return this.#send(method, path, body);
  }

  async #send(method: string, path: string, body: string | undefined): Promise<DoorAnswer> {
    const headers = await this.#signed(method, path, body);
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(35_000),
    }).catch((cause: Error) => {
      throw new DoorClosedError(`${this.#url.origin} does not answer: ${whyNot(cause)}`, { cause, mayPass: true });
    });
    const text = await response.text();
    // API Gateway's own refusal has this field and no other. A refusal of Keyturn's says more, and is its command's to tell.
    const content = parse(text);
    if (response.status === 403 && content['error'] === undefined) {
      throw new DoorClosedError(notLetIn(method, path), { mayPass: false });
    }
    return { status: response.status, content };
  }

  async #signed(method: string, path: string, body: string | undefined): Promise<Record<string, string>> {
    const { config } = this.#client;
    const region = /\.execute-api\.([a-z0-9-]+)\./.exec(this.#url.hostname)?.[1] ?? (await config.region());
    const signer = new SignatureV4({
      credentials: config.credentials,
      region,
      service: 'execute-api',
      sha256: config.sha256,
    });
    const signed = signer.sign({
      method,
      protocol: this.#url.protocol,
      hostname: this.#url.hostname,
      path,
      headers: {
        host: this.#url.host,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const { headers } = await signed.catch((cause: Error) => {
      throw new DoorClosedError(`the request cannot be signed: ${cause.message}`, { cause, mayPass: false });
    });
    const { host: _, ...others } = headers;
    return others;
  }
}

/** `fetch failed` is all that fetch itself says; why is said by what caused it. */
const whyNot = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);

const notLetIn = (method: string, path: string): string =>
  `AWS did not let you in: whoever you are now (aws sts get-caller-identity) may not execute-api:Invoke ${method} ${path}, ` +
  'your session has expired, or your clock is wrong; see docs/channels/iam.md';

function parse(text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
