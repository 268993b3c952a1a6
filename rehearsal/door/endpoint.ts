import type { Account } from '../account/account.ts';
import { ServiceError } from '../account/replica.ts';
import type { Signer } from '../account/signature.ts';
import { jsonRpc, lambdaRest } from './endpoint/json.ts';
import type { Protocol, WireAnswer, WireRequest, Wish } from './endpoint/protocol.ts';
import { s3Rest } from './endpoint/s3.ts';

/** Each service whose endpoint is here, by the name that requests to it are signed for. */
const protocols: Readonly<Record<string, Protocol>> = {
  kms: jsonRpc('1.1'),
  lambda: lambdaRest,
  s3: s3Rest,
  secretsmanager: jsonRpc('1.1'),
  ssm: jsonRpc('1.1'),
  states: jsonRpc('1.0'),
};

/** For which service of AWS a request is signed, if it has its endpoint here. Nothing is believed yet. */
export function serviceOf(authorization: string | undefined): string | undefined {
  const [, service = ''] =
    /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/[\w-]+\/([\w-]+)\/aws4_request/.exec(authorization ?? '') ?? [];
  return Object.hasOwn(protocols, service) ? service : undefined;
}

/**
 * Answers a request as the endpoint of an AWS service does, with what the rehearsed account answers its signer.
 *
 * It is the seam's counterpart for those who are not in this process: the same calls, over the wire.
 */
export async function answerAws(
  service: string,
  request: WireRequest,
  { account, signer }: { readonly account: Account; readonly signer: Signer | undefined },
): Promise<WireAnswer> {
  const protocol = protocols[service];
  if (protocol === undefined) throw new Error(`${service} has no endpoint here`);
  try {
    if (signer === undefined) throw protocol.unsigned;
    const wish: Wish = protocol.read(request);
    const output = await account.call(signer.principal, service, wish.operation, wish.input);
    return await protocol.write(wish, (output ?? {}) as object);
  } catch (error) {
    if (error instanceof ServiceError) return protocol.refuse(error, request);
    throw error;
  }
}
