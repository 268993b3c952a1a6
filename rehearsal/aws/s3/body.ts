import { Readable } from 'node:stream';

/** An object's bytes as the SDK hands them out: a stream that can be read once. */
export function bodyOf(bytes: Uint8Array) {
  let isRead = false;
  const take = () => {
    if (isRead) throw new Error('The stream has already been transformed.');
    isRead = true;
    return new Uint8Array(bytes);
  };
  const stream = new Readable({
    read() {
      this.push(take());
      this.push(null);
    },
  });
  return Object.assign(stream, {
    transformToByteArray: async () => take(),
    transformToString: async (encoding: BufferEncoding = 'utf-8') => Buffer.from(take()).toString(encoding),
    transformToWebStream: () => new Blob([take()]).stream(),
  });
}

/** The bytes of a body that a request carries. Streams are read by nobody here. */
export function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return new Uint8Array(Buffer.from(body));
  if (body instanceof Uint8Array) return new Uint8Array(body);
  throw new TypeError('the replica of S3 takes text or bytes as a body, not a stream');
}
