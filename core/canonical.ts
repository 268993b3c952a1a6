/**
 * The one JSON text of a value: keys sorted by code unit, no spaces. Equal values have equal texts, and so equal hashes.
 *
 * @throws {TypeError} for whatever JSON would drop or bend (undefined, NaN, functions, dates, instances of classes): a
 * hash must not be blind to anything. The message names the place and never the value.
 */
export const canonicalJson = (value: unknown): string => write(value, '$');

function write(value: unknown, place: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => write(item, `${place}[${i}]`)).join()}]`;
  if (!isPlainObject(value)) throw new TypeError(`${place} has no canonical JSON; only plain data has`);

  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(value[key], `${place}.${key}`)}`);
  return `{${fields.join()}}`;
}

/** Null never comes here. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
