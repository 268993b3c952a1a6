/** What a state machine's data is made of. Never changed in place: states share what they hand on. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** 256 KiB: what an input, an output, a task's result or one state's variables may weigh. */
export const payloadLimitBytes = 262_144;

export const textOf = (value: Json): string => JSON.stringify(value);

/** Bytes of the value as JSON text in UTF-8, which is how Step Functions weighs it. */
export const weightOf = (value: Json): number => Buffer.byteLength(textOf(value));

export const isTooHeavy = (value: Json): boolean => weightOf(value) > payloadLimitBytes;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type TypeName = 'array' | 'boolean' | 'null' | 'number' | 'object' | 'string';

export function typeNameOf(value: Json): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Exclude<TypeName, 'array' | 'null'>;
}

/** Parses JSON text; undefined when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
