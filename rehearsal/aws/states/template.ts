import { ExpressionError, evaluate, expressionIn } from './expressions.ts';
import { type Json, type TypeName, textOf, typeNameOf } from './json.ts';

export type Bindings = Record<string, unknown>;

/** What a JSONata expression gave is nothing that a state machine can use. Worded as Step Functions words it. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  /** The field that held the expression, as in `Output/total`, where one is to blame. */
  readonly field: string | undefined;

  constructor(message: string, field?: string, options?: ErrorOptions) {
    super(message, options);
    this.field = field;
  }
}

/**
 * Makes JSON of a template: each string in `{% %}`, however deep, is replaced by what its expression gives.
 *
 * @throws {QueryFailure} when an expression throws, gives nothing, or gives something that is no JSON.
 */
export async function fill(template: Json, field: string, bindings: Bindings): Promise<Json> {
  if (typeof template === 'string') {
    const expression = expressionIn(template);
    return expression === undefined ? template : ask(expression, field, bindings);
  }
  if (typeof template !== 'object' || template === null) return template;

  if (Array.isArray(template)) {
    const filled: Json[] = [];
    for (const [index, item] of template.entries()) filled.push(await fill(item, `${field}[${index}]`, bindings));
    return filled;
  }

  const filled: Record<string, Json> = {};
  for (const [key, item] of Object.entries(template)) filled[key] = await fill(item, `${field}/${key}`, bindings);
  return filled;
}

/** @throws {QueryFailure} as {@link fill} does, and when the value is of another type. */
export async function fillAs(type: TypeName, template: Json, field: string, bindings: Bindings): Promise<Json> {
  const value = await fill(template, field, bindings);
  const actual = typeNameOf(value);
  if (actual === type) return value;

  const expression = typeof template === 'string' ? (expressionIn(template) ?? template) : textOf(template);
  throw new QueryFailure(
    `The JSONata expression '${expression}' specified for the field '${field}' returned an unexpected result type. ` +
      `Expected '${type}', but was '${actual}' for value: ${textOf(value)}`,
    field,
  );
}

async function ask(expression: string, field: string, bindings: Bindings): Promise<Json> {
  const blame = (message: string, options?: ErrorOptions) =>
    new QueryFailure(
      `The JSONata expression '${expression}' specified for the field '${field}' ${message}`,
      field,
      options,
    );

  try {
    const value = plain(await evaluate(expression, bindings));
    if (value === undefined) throw blame('returned nothing (undefined).');
    return value;
  } catch (thrown) {
    if (thrown instanceof ExpressionError) {
      throw blame(`threw an error during evaluation. ${thrown.message}`, { cause: thrown });
    }
    if (thrown instanceof NoJson) throw blame('returned an unsupported result type.', { cause: thrown });
    throw thrown;
  }
}

class NoJson extends Error {
  override readonly name = 'NoJson';
}

/**
 * The same value without what JSONata left in it: marks on arrays that would change the next expression's answer.
 *
 * @throws {NoJson} when there is a function in it.
 */
function plain(value: unknown): Json | undefined {
  if (typeof value === 'function') throw new NoJson();
  if (typeof value !== 'object' || value === null) return value as Json | undefined;
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) throw new NoJson();

  const copy: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    const kept = plain(item);
    if (kept !== undefined) copy[key] = kept;
  }
  return copy;
}
