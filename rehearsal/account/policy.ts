import { isOperator } from './conditions.ts';

export type OneOrMany = string | readonly string[];

/** Whom a statement of a resource's policy is about. */
export type PrincipalElement = '*' | Readonly<Record<string, OneOrMany>>;

/** One statement of an IAM policy, in IAM's own words. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;
}

/** Where a policy hangs: on a caller, on a resource, or on a role as its trust policy, which names no resource. */
export type Attachment = 'identity' | 'resource' | 'trust';

/**
 * Reads a policy document.
 *
 * @throws {Error} for anything in it that evaluation does not understand, since skipping it would let a mistake pass.
 */
export function readStatements(document: unknown, attachment: Attachment, where: string): readonly Statement[] {
  const { Statement: listed } = asRecord(document, where);
  if (listed === undefined) throw new Error(`${where}: a policy document needs a Statement`);
  return many(listed).map((statement, index) =>
    readStatement(statement, attachment, `${where} statement ${index + 1}`),
  );
}

function readStatement(value: unknown, attachment: Attachment, where: string): Statement {
  const statement = asRecord(value, where);
  const unknown = Object.keys(statement).find((field) => !fields.has(field));
  if (unknown !== undefined) throw new Error(`${where}: ${unknown} is no element of a statement`);
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') throw new Error(`${where}: no Effect`);

  mustHaveOne(statement, ['Action', 'NotAction'], where);
  if (attachment !== 'trust') mustHaveOne(statement, ['Resource', 'NotResource'], where);
  if (attachment !== 'identity') mustHaveOne(statement, ['Principal', 'NotPrincipal'], where);
  for (const kind of ['Principal', 'NotPrincipal']) mustNameKnownPrincipals(statement[kind], where);

  const conditions = asRecord(statement['Condition'] ?? {}, where);
  const operator = Object.keys(conditions).find((name) => !isOperator(name));
  if (operator !== undefined) throw new Error(`${where}: the condition operator ${operator} is not rehearsed`);

  return { ...statement, Condition: readConditions(conditions, where) } as unknown as Statement;
}

/** JSON may write a condition's value as a bare `true` or `7`; IAM compares text. */
const readConditions = (conditions: Record<string, unknown>, where: string) =>
  mapValues(conditions, (keys) => mapValues(asRecord(keys, where), (values) => many(values).map(String)));

const mapValues = <V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

function mustHaveOne(statement: Record<string, unknown>, [one, other]: [string, string], where: string): void {
  if ((statement[one] === undefined) === (statement[other] === undefined)) {
    throw new Error(`${where}: needs either ${one} or ${other}`);
  }
}

function mustNameKnownPrincipals(principal: unknown, where: string): void {
  if (principal === undefined || principal === '*') return;
  const kind = Object.keys(asRecord(principal, where)).find((name) => name !== 'AWS' && name !== 'Service');
  if (kind !== undefined) throw new Error(`${where}: a principal of kind ${kind} is not rehearsed`);
}

const fields: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] satisfies (keyof Statement)[]);

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${where}: expected an object, found ${JSON.stringify(value)}`);
}

/** IAM lets a list of one stand without its brackets. */
export const many = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];
