export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What the intrinsic functions of a template refer to. Each throws for what it does not know. */
export interface References {
  /** The value of `Ref`: of a resource, a parameter or a pseudo parameter. `undefined` stands for AWS::NoValue. */
  ref(name: string): Json | undefined;
  attribute(logicalId: string, attribute: string): Json;
  condition(name: string): boolean;
}

/**
 * Replaces every intrinsic function in a value, as CloudFormation does. What resolves to AWS::NoValue is left out.
 *
 * @throws {Error} for a function that is not rehearsed or a reference to nothing, naming the place, which `at` begins.
 */
export function resolve(value: Json, references: References, at: string): Json | undefined {
  if (typeof value === 'string') return withoutDynamicReference(value, at);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return resolveList(value, references, at);

  const [name, ...others] = Object.keys(value);
  const isIntrinsic = name === 'Ref' || Object.keys(value).some((key) => key.startsWith('Fn::'));
  if (name === undefined || !isIntrinsic) return resolveObject(value, references, at);
  if (others.length > 0) throw new Error(`${at}: ${name} must stand alone`);

  return apply(name, value[name] ?? null, references, at);
}

/**
 * Whether a condition of the template holds.
 *
 * @throws {Error} for a function that is not rehearsed, as {@link resolve} does.
 */
export function isMet(condition: Json, references: References, at: string): boolean {
  const [[name, operand] = ['', null]] = Object.entries(asObject(condition, at));
  const operands = isList(operand) ? operand : [];
  switch (name) {
    case 'Condition':
      return references.condition(asText(operand, at));
    case 'Fn::Not':
      return !isMet(operands[0] ?? null, references, at);
    case 'Fn::And':
      return operands.every((one) => isMet(one, references, at));
    case 'Fn::Or':
      return operands.some((one) => isMet(one, references, at));
    case 'Fn::Equals': {
      const [left, right] = operands.map((one) => resolve(one, references, at));
      return left === right;
    }
    default:
      throw new Error(`${at}: the condition ${name} is not rehearsed`);
  }
}

function apply(name: string, operand: Json, references: References, at: string): Json | undefined {
  const within = (value: Json | undefined) => resolve(value ?? null, references, `${at}.${name}`);
  const [first, second, third] = isList(operand) ? operand : [];
  switch (name) {
    case 'Ref':
      return located(at, () => references.ref(asText(operand, at)));
    case 'Fn::GetAtt': {
      const [logicalId, ...path] = isList(operand) ? operand.map(String) : asText(operand, at).split('.');
      return located(at, () => references.attribute(logicalId ?? '', path.join('.')));
    }
    case 'Fn::Join':
      return asTexts(within(second), at).join(asText(first, at));
    case 'Fn::Split':
      return asText(within(second), at).split(asText(first, at));
    case 'Fn::Select': {
      const chosen = asList(within(second), at)[Number(within(first))];
      if (chosen === undefined) throw new Error(`${at}: Fn::Select finds nothing at ${JSON.stringify(first)}`);
      return chosen;
    }
    case 'Fn::Sub':
      return substitute(operand, references, at);
    case 'Fn::If':
      return within(located(at, () => references.condition(asText(first, at))) ? second : third);
    default:
      throw new Error(`${at}: the intrinsic function ${name} is not rehearsed`);
  }
}

function substitute(operand: Json, references: References, at: string): string {
  const [text, given = {}] = isList(operand) ? operand : [operand];
  const variables = asObject(resolve(given, references, at), at);
  return asText(text, at).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return asText(variables[name], at);
    const [logicalId = '', ...path] = name.split('.');
    const found = () => (path.length > 0 ? references.attribute(logicalId, path.join('.')) : references.ref(name));
    return asText(located(at, found), at);
  });
}

function resolveList(values: readonly Json[], references: References, at: string): Json {
  return values
    .map((value, index) => resolve(value, references, `${at}[${index}]`))
    .filter((value): value is Json => value !== undefined);
}

function resolveObject(value: JsonObject, references: References, at: string): Json {
  const resolved = Object.entries(value).map(([key, one]) => [key, resolve(one, references, `${at}.${key}`)] as const);
  return Object.fromEntries(resolved.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function located<T>(at: string, find: () => T): T {
  try {
    return find();
  } catch (cause) {
    throw new Error(`${at}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function withoutDynamicReference(text: string, at: string): string {
  if (text.includes('{{resolve:')) throw new Error(`${at}: dynamic references are not rehearsed: ${text}`);
  return text;
}

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export function asList(value: Json | undefined, at: string): readonly Json[] {
  if (isList(value)) return value;
  throw new Error(`${at}: expected a list, found ${JSON.stringify(value)}`);
}

export function asObject(value: Json | undefined, at: string): JsonObject {
  if (typeof value === 'object' && value !== null && !isList(value)) return value;
  throw new Error(`${at}: expected an object, found ${JSON.stringify(value)}`);
}

/** Numbers and booleans pass as text, as they do in CloudFormation. */
export function asText(value: Json | undefined, at: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${at}: expected text, found ${JSON.stringify(value)}`);
}

const asTexts = (value: Json | undefined, at: string): string[] => asList(value, at).map((one) => asText(one, at));
