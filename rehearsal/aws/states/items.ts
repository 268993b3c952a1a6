import { ServiceError } from '../../account/replica.ts';
import { isObject, type Json, type JsonObject, parseJson, textOf } from './json.ts';
import type { ItemReader, MapState } from './language.ts';
import type { Visit } from './visit.ts';

/** The items of a map that reads none from S3. */
export async function itemsAtHand(visit: Visit, { Items }: MapState): Promise<readonly Json[]> {
  if (Items !== undefined) return (await visit.evaluateAs('array', Items, 'Items')) as readonly Json[];
  if (Array.isArray(visit.input)) return visit.input;
  throw visit.queryFailed(`Map state input must be an array but was: ${textOf(visit.input)}`);
}

/** Where an `ItemReader` looks, once its expressions have been evaluated. */
export interface Source {
  readonly bucket: string;
  readonly key: string;
  readonly inputType: 'JSON' | 'JSONL';
  readonly pointer: string;
  readonly most: number;
}

export async function sourceOf(visit: Visit, { Arguments, ReaderConfig }: ItemReader): Promise<Source> {
  const { Bucket, Key } = (await visit.evaluateAs('object', Arguments, 'ItemReader/Arguments')) as JsonObject;
  const most = await visit.evaluateCount(ReaderConfig.MaxItems, 'ItemReader/ReaderConfig/MaxItems');
  return {
    bucket: String(Bucket),
    key: String(Key),
    inputType: ReaderConfig.InputType,
    pointer: ReaderConfig.ItemsPointer ?? '',
    most: most ?? Number.POSITIVE_INFINITY,
  };
}

/** Reads a map's items from S3, as the state machine's role. */
export async function readItems(visit: Visit, source: Source): Promise<readonly Json[]> {
  const text = await readObject(visit, source);
  const items = source.inputType === 'JSONL' ? linesOf(visit, text) : arrayIn(visit, text, source.pointer);
  return items.slice(0, source.most);
}

const readerFailed = (visit: Visit, message: string, options?: ErrorOptions) =>
  visit.failed('States.ItemReaderFailed', message, options);

function readObject(visit: Visit, { bucket, key }: Source): Promise<string> {
  const { world, machine } = visit.run;
  return visit.strand.scope.wait((resolve, reject) => {
    world.readObject(bucket, key, machine.roleArn).then(resolve, (thrown: unknown) => {
      reject(thrown instanceof ServiceError ? readerFailed(visit, thrown.message, { cause: thrown }) : thrown);
    });
    return () => {};
  });
}

function linesOf(visit: Visit, text: string): Json[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    const item = parseJson(line);
    if (item === undefined) throw readerFailed(visit, `Line ${index + 1} of the JSONL file is not valid JSON.`);
    return item;
  });
}

function arrayIn(visit: Visit, text: string, pointer: string): readonly Json[] {
  const document = parseJson(text);
  if (document === undefined) throw readerFailed(visit, 'The JSON file is not valid JSON.');

  const items = resolvePointer(document, pointer);
  if (items === undefined) {
    const message = 'The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.';
    throw readerFailed(visit, message);
  }
  if (!Array.isArray(items)) throw readerFailed(visit, 'Attempting to map over non-iterable node.');
  return items;
}

/** RFC 6901: `/runs/0/batches`. The empty pointer is the whole document. */
function resolvePointer(document: Json, pointer: string): Json | undefined {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<Json | undefined>((node, key) => {
    if (Array.isArray(node)) return node[Number(key)];
    return isObject(node) ? node[key] : undefined;
  }, document);
}
