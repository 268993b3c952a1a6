import { SFNClient } from '@aws-sdk/client-sfn';
import { SignatureV4 } from '@smithy/signature-v4';

import type { Account } from '../../../rehearsal/account/account.ts';
import type { KeyHolder } from '../../../rehearsal/account/signature.ts';
import type { HttpApi } from '../../../rehearsal/template/stack.ts';

/* Requests that are signed as AWS's own clients do it, and invocations in somebody's name. */

export type Key = KeyHolder & { readonly accessKeyId: string };

/** The credentials of a session of a role. They open nothing but the rehearsed account. */
export function sessionOf(role: string, session: string): Key {
  const [, , , , account, path = ''] = role.split(':');
  return {
    accessKeyId: `ASIA${session.replace(/\W/g, '').toUpperCase()}`,
    secretAccessKey: `secret of ${session}`,
    sessionToken: `token of ${session}`,
    userArn: `arn:aws:sts::${account}:assumed-role/${path.split('/').at(-1)}/${session}`,
    principal: role,
  };
}

export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly body?: string;
  readonly region?: string;
  readonly service?: string;
  readonly signingDate?: Date;
}

const { sha256 } = new SFNClient({ region: 'us-east-1' }).config;

/** Headers of a request, with a signature over it. */
export async function signedHeaders(key: Key, asked: Asked): Promise<Record<string, string>> {
  const { method, body, region = 'us-east-1', service = 'execute-api', signingDate = new Date() } = asked;
  const url = new URL(asked.url);
  const { accessKeyId, secretAccessKey, sessionToken } = key;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const signer = new SignatureV4({ credentials, region, service, sha256 });
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
    ...(body === undefined ? {} : { body }),
  };
  const { headers } = await signer.sign(request, { signingDate });
  const { host: _, ...others } = headers;
  return others;
}

/** Sends a signed request. What is given besides is sent in place of what was signed. */
export async function signedFetch(
  key: Key,
  asked: Asked,
  otherwise: Partial<Asked> & RequestInit = {},
): Promise<Response> {
  const headers = await signedHeaders(key, asked);
  const { url = asked.url, method = asked.method, body = asked.body, headers: more = {} } = otherwise;
  return fetch(url, { method, headers: { ...headers, ...(more as object) }, ...(body == null ? {} : { body }) });
}

/** What a function answers somebody who invokes it. */
export async function invoked(
  account: Account,
  principal: string,
  FunctionName: string,
  event: unknown,
): Promise<unknown> {
  const Payload = JSON.stringify(event);
  const answer = (await account.call(principal, 'lambda', 'Invoke', { FunctionName, Payload })) as { Payload: string };
  return JSON.parse(answer.Payload);
}

/** An account whose one function answers, and in which these principals may invoke what they like. */
export const accountOf = (answer: (event: unknown) => Promise<unknown>, allowed: readonly string[]) =>
  ({
    authorisation: { contextOf: (principal: string) => ({ allows: () => allowed.includes(principal) }) },
    call: async (_principal: string, _service: string, _operation: string, { Payload }: { Payload: string }) => {
      try {
        return { Payload: JSON.stringify(await answer(JSON.parse(Payload))) };
      } catch {
        return { Payload: '', FunctionError: 'Unhandled' };
      }
    },
  }) as unknown as Account;

/** An API whose routes are all for whom IAM lets, and lead to one function. */
export const apiOf = (...routeKeys: readonly string[]) =>
  ({
    id: 'api1',
    routes: routeKeys.map((routeKey) => ({ routeKey, authorizationType: 'AWS_IAM', integrationUri: 'arn:function' })),
  }) as unknown as HttpApi;
