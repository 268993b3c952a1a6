import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who has an access key, and what goes with it. */
export interface KeyHolder {
  readonly secretAccessKey: string;
  /** Keys of a session are good for nothing without it. */
  readonly sessionToken?: string;
  /** As AWS says who calls: the ARN of a user, or of a session of a role. */
  readonly userArn: string;
  /** Whose policies count: the user, or the role of the session. */
  readonly principal: string;
}

type SignableRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Who signed a request, and with which of their keys. */
export type Signer = KeyHolder & { readonly accessKeyId: string };

/** What a signature must be for, and when it is looked at. */
export interface SignatureScope {
  readonly service: string;
  readonly region: string;
  /** In milliseconds. */
  readonly now: number;
}

/** A signature counts for this long before and after its moment. */
const skewMilliseconds = 5 * 60_000;

const algorithm = 'AWS4-HMAC-SHA256';
const header =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** Checks Signature Version 4 of a request, as AWS does. Undefined: nobody has signed it in a way that counts. */
export function signerOf(
  request: SignableRequest,
  body: Buffer,
  keys: ReadonlyMap<string, KeyHolder>,
  { service, region, now }: SignatureScope,
): Signer | undefined {
  const { headers } = request;
  const [, accessKeyId = '', day = '', forRegion = '', forService = '', list = '', signature = ''] =
    header.exec(headers.authorization ?? '') ?? [];
  const holder = keys.get(accessKeyId);
  const moment = String(headers['x-amz-date'] ?? '');
  if (holder === undefined || forRegion !== region || forService !== service) return undefined;
  if (!isNear(moment, now) || !moment.startsWith(day)) return undefined;
  if (holder.sessionToken !== undefined && headers['x-amz-security-token'] !== holder.sessionToken) return undefined;

  const signed = list.split(';');
  if (!['host', 'x-amz-date'].every((name) => signed.includes(name))) return undefined;

  const expected = signatureOf(request, signed, body, { moment, region, service, secret: holder.secretAccessKey });
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? { ...holder, accessKeyId } : undefined;
}

/** Headers that make a request its signer's, as AWS's own clients would send them. */
export function signedBy(
  { accessKeyId, secretAccessKey, sessionToken }: Signer,
  { method, url, body = '' }: { readonly method: string; readonly url: URL; readonly body?: string },
  { service, region, now }: SignatureScope,
): Record<string, string> {
  const moment = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const headers = {
    host: url.host,
    'x-amz-date': moment,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const signed = Object.keys(headers);
  const request = { method, url: `${url.pathname}${url.search}`, headers };
  const what = { moment, region, service, secret: secretAccessKey };
  const signature = signatureOf(request, signed, Buffer.from(body), what).toString('hex');
  const scope = `${moment.slice(0, 8)}/${region}/${service}/aws4_request`;
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`,
  };
}

interface Signing {
  readonly moment: string;
  readonly region: string;
  readonly service: string;
  readonly secret: string;
}

function signatureOf(
  request: SignableRequest,
  signed: readonly string[],
  body: Buffer,
  { moment, region, service, secret }: Signing,
): Buffer {
  const scope = [moment.slice(0, 8), region, service, 'aws4_request'];
  const canonical = canonicalRequest(request, signed, { body, service });
  const text = [algorithm, moment, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secret}`);
  return hmac(key, text);
}

function isNear(moment: string, now: number): boolean {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(moment) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Math.abs(at - now) <= skewMilliseconds;
}

/** Header values as they are signed: without blanks around them, and with one in place of several. */
function canonicalRequest(
  { method = 'GET', url = '/', headers }: SignableRequest,
  signed: readonly string[],
  { body, service }: { readonly body: Buffer; readonly service: string },
): string {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  // S3 takes a path as it was sent, since a key may hold anything; all others encode it once more.
  const path = service === 's3' ? url.split('?')[0] : pathname.split('/').map(encode).join('/');
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const lines = signed.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  return [method, path, query.join('&'), lines.join(''), signed.join(';'), sha256(body)].join('\n');
}

/** As AWS encodes: everything but letters, digits and `-._~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
