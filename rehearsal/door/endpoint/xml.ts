type Fields = readonly (readonly [name: string, value: unknown])[];

/** One element with its fields in order: objects as elements of their own, moments in ISO 8601, all else as text. */
export const xml = (name: string, fields: Fields): string =>
  `<${name}>${fields.map(([field, value]) => element(field, value)).join('')}</${name}>`;

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object' && value !== null) return xml(name, Object.entries(value));
  return `<${name}>${escaped(String(value))}</${name}>`;
}

/** Whatever XML would take for its own, or would not take at all. */
const escaped = (text: string): string => text.replace(/[&<>"'\r\n]/g, (character) => `&#${character.codePointAt(0)};`);
