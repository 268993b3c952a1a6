import { ServiceError } from '../../account/replica.ts';
import type { Protocol, WireAnswer, WireRequest } from './protocol.ts';
import { xml } from './xml.ts';

type Input = Readonly<Record<string, unknown>>;

/** Headers and words of the query that change nothing about what is asked for. Whatever else is there is not left unheard. */
const harmless =
  /^(x-amz-(date|content-sha256|security-token|user-agent|checksum-.+|sdk-checksum-algorithm|expected-bucket-owner)|x-id)$/;

/** What is said in headers and in the query, as the SDK calls it. */
const named: Readonly<Record<string, string>> = {
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
  versionId: 'VersionId',
  prefix: 'Prefix',
  'max-keys': 'MaxKeys',
  'continuation-token': 'ContinuationToken',
  'start-after': 'StartAfter',
  'key-marker': 'KeyMarker',
  'version-id-marker': 'VersionIdMarker',
};

/** S3's REST, with the bucket in the path. */
export const s3Rest: Protocol = {
  unsigned: new ServiceError('AccessDenied', 'Access Denied', 403),
  read: (request) => {
    const { Bucket, Key } = addressIn(request.path);
    const operation = operationOf(request, Key);
    const said = saidIn(request);
    const input = { Bucket, ...(Key === undefined ? {} : { Key }), ...said };
    return { operation, input: operation === 'PutObject' ? { ...input, ...contentOf(request) } : input };
  },
  write: ({ operation }, output) => {
    switch (operation) {
      case 'GetObject':
        return objectAnswer(output);
      case 'ListObjectsV2':
        return document('ListBucketResult', pageOf(output, { Contents: 'Contents' }));
      case 'ListObjectVersions':
        return document('ListVersionsResult', pageOf(output, { Versions: 'Version', DeleteMarkers: 'DeleteMarker' }));
      default:
        return { statusCode: operation === 'DeleteObject' ? 204 : 200, headers: headersOf(output), body: '' };
    }
  },
  refuse: ({ name, message, statusCode }, { method }) =>
    method === 'HEAD'
      ? { statusCode, headers: {}, body: '' }
      : {
          ...document('Error', [
            ['Code', name],
            ['Message', message],
          ]),
          statusCode,
        },
};

function addressIn(path: string): { readonly Bucket: string; readonly Key?: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const Bucket = decodeURIComponent(bucket);
  return key === '' ? { Bucket } : { Bucket, Key: decodeURIComponent(key) };
}

function operationOf({ method, query }: WireRequest, key: string | undefined): string {
  if (key !== undefined) {
    const operation = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method];
    if (operation !== undefined) return operation;
  } else if (method === 'GET' && query.get('list-type') === '2') {
    return 'ListObjectsV2';
  } else if (method === 'GET' && query.has('versions')) {
    return 'ListObjectVersions';
  }
  throw notReplicated(`${method} of ${key === undefined ? 'a bucket' : 'an object'}`);
}

/** Parameters that the replica does not heed it refuses itself. Those that have no name here are refused at once. */
function saidIn({ headers, query }: WireRequest): Input {
  const said = [
    ...[...query].filter(([name]) => name !== 'versions' && name !== 'list-type'),
    ...Object.entries(headers).filter(([name]) => /^(x-amz-(?!meta-)|if-|range$|content-encoding$)/.test(name)),
  ].filter(([name]) => !harmless.test(name));
  return Object.fromEntries(
    said.map(([name, value]) => {
      const member = named[name];
      if (member === undefined) throw notReplicated(name);
      return [member, typed(member, value)];
    }),
  );
}

function typed(member: string, value: string): unknown {
  if (member === 'MaxKeys') return Number(value);
  return member === 'BypassGovernanceRetention' ? value === 'true' : value;
}

function contentOf({ headers, body }: WireRequest): Input {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value]] : [],
  );
  const type = headers['content-type'];
  return {
    Body: new Uint8Array(body),
    Metadata: Object.fromEntries(metadata),
    ...(type === undefined ? {} : { ContentType: type }),
  };
}

const notReplicated = (what: string) => new ServiceError('NotImplemented', `${what} is not replicated`, 501);

async function objectAnswer(output: object): Promise<WireAnswer> {
  const { Body } = output as { readonly Body: { transformToByteArray(): Promise<Uint8Array> } };
  return { statusCode: 200, headers: headersOf(output), body: await Body.transformToByteArray() };
}

/** What S3 says of an object beside its content. */
function headersOf(output: object): Readonly<Record<string, string>> {
  const {
    ETag,
    ContentLength,
    ContentType,
    LastModified,
    VersionId,
    DeleteMarker,
    ServerSideEncryption,
    SSEKMSKeyId,
    Metadata,
  } = output as Readonly<Record<string, string | number | boolean | undefined>> & {
    readonly LastModified?: Date;
    readonly Metadata?: Readonly<Record<string, string>>;
  };
  const said = {
    etag: ETag,
    'content-length': ContentLength,
    'content-type': ContentType,
    'last-modified': LastModified?.toUTCString(),
    'x-amz-version-id': VersionId,
    'x-amz-delete-marker': DeleteMarker,
    'x-amz-server-side-encryption': ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId,
    ...Object.fromEntries(Object.entries(Metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** A page's fields, its lists written as S3 does: each entry as an element of its own, under a name in the singular. */
const pageOf = (output: object, lists: Readonly<Record<string, string>>): readonly (readonly [string, unknown])[] =>
  Object.entries(output).flatMap(([name, value]): [string, unknown][] =>
    Array.isArray(value) ? value.map((entry) => [lists[name] ?? name, entry]) : [[name, value]],
  );

const document = (root: string, fields: readonly (readonly [string, unknown])[]): WireAnswer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml(root, fields)}`,
});
