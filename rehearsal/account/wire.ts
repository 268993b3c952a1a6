/** What a service receives: a copy, since what a caller changes after the call is not sent. */
export const sent = (input: object): unknown => copy(input);

/** What a caller receives: a copy, with a function's payload as the SDK hands it out, able to tell itself as text. */
export function received(output: unknown): object {
  const copied = copy(output ?? {}) as { readonly Payload?: unknown };
  return copied.Payload instanceof Uint8Array ? { ...copied, Payload: telling(copied.Payload) } : copied;
}

/** Copies data, leaving out what is undefined, as every wire format does. Streams and the like pass as they are. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (!isPlain(value)) return value;
  const copied: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) if (one !== undefined) copied[key] = copy(one);
  return copied;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const telling = (bytes: Uint8Array) =>
  Object.assign(bytes, {
    transformToString: (encoding?: BufferEncoding) => Buffer.from(bytes).toString(encoding),
  });
