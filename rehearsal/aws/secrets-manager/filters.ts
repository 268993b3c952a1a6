import type { Filter, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { refusals } from './refusals.ts';
import { speaksOf } from './words.ts';

type Matcher = (entry: SecretListEntry, value: string) => boolean;

const begins = (texts: readonly (string | undefined)[], prefix: string) =>
  texts.some((text) => text?.startsWith(prefix));
const keys = ({ Tags }: SecretListEntry) => (Tags ?? []).map(({ Key }) => Key);
const values = ({ Tags }: SecretListEntry) => (Tags ?? []).map(({ Value }) => Value);

const matchers: Readonly<Record<string, Matcher>> = {
  all: (entry, value) => {
    const { Name, Description, OwningService, PrimaryRegion } = entry;
    return [Name, Description, ...keys(entry), ...values(entry), OwningService, PrimaryRegion].some(
      (text) => text !== undefined && speaksOf(text, value),
    );
  },
  name: ({ Name }, value) => begins([Name], value),
  'tag-key': (entry, value) => begins(keys(entry), value),
  description: ({ Description }, value) => Description !== undefined && speaksOf(Description, value),
  'tag-value': (entry, value) => begins(values(entry), value),
  'primary-region': ({ PrimaryRegion }, value) => begins([PrimaryRegion], value),
  'owning-service': ({ OwningService }, value) => begins([OwningService], value),
};

/** What a list of filters lets through: an entry that passes each filter, by any one of its values. */
export function passes(filters: readonly Filter[]): (entry: SecretListEntry) => boolean {
  if (filters.length > 10) throw refusals.constraint('filters', 'Member must have length less than or equal to 10');
  const tests = filters.map(readFilter);
  return (entry) => tests.every((test) => test(entry));
}

function readFilter({ Key, Values = [] }: Filter, index: number): (entry: SecretListEntry) => boolean {
  if (Key === undefined) throw refusals.noFilterKey();
  const matcher = matchers[Key];
  const place = `filters.${index + 1}.member`;
  if (matcher === undefined) {
    const known = `Member must satisfy enum value set: [${Object.keys(matchers).join(', ')}]`;
    throw refusals.constraint(`${place}.key`, known, `'${Key}'`);
  }
  if (Values.length === 0) throw refusals.noFilterValues(Key);
  if (Values.length > 10)
    throw refusals.constraint(`${place}.values`, 'Member must have length less than or equal to 10');
  const shape = /^!?[a-zA-Z0-9 :_@/+=.\-!]{0,512}$/;
  if (!Values.every((value) => shape.test(value))) {
    const constraint = `Member must satisfy regular expression pattern: ${String.raw`^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$`}`;
    throw refusals.constraint(`${place}.values`, constraint, `'[${Values.join(', ')}]'`);
  }

  return (entry) =>
    Values.some((value) => (value.startsWith('!') ? !matcher(entry, value.slice(1)) : matcher(entry, value)));
}
