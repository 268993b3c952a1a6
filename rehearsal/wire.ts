/** What a service receives: a copy, since what a caller changes after the call is not sent. */
export const sent = (input: object): unknown => copy(input);

/** What a caller receives: a copy, with a function's payload as the SDK hands it out, able to tell itself as text. */
export function received(output: unknown): object {
  const copied = copy(output ?? {}) as { readonly Payload?: unknown };
  return copied.Payload instanceof Uint8Array ? { ...copied, Payload: telling(copied.Payload) } : copied;
}

/** Copies data, leaving out what is undefined, as every wire format does. Streams and the like pass as they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, copy(one)]));
}

const isPlain = (value: object) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

const telling = (bytes: Uint8Array) =>
  Object.assign(bytes, {
    transformToString: (encoding?: BufferEncoding) => Buffer.from(bytes).toString(encoding),
  });
