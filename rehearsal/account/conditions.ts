import type { ConditionContext } from './replica.ts';
import { isArnLike, isLike } from './wildcards.ts';

/** Compares one value of the request with one value of the policy. */
type Comparison = (found: string, wanted: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: (found, wanted) => found === literal(wanted),
  StringEqualsIgnoreCase: (found, wanted) => found.toLowerCase() === literal(wanted).toLowerCase(),
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
  Bool: (found, wanted) => found.toLowerCase() === literal(wanted).toLowerCase(),
  ...ordered('Numeric', Number),
  ...ordered('Date', (text) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

interface Operator {
  readonly set: 'all' | 'any' | 'single';
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly compare: Comparison;
}

/** Whether {@link holds} understands an operator. */
export const isOperator = (name: string): boolean => name === 'Null' || parse(name) !== undefined;

/**
 * Whether every condition of a statement holds for a request. Keys are compared without regard to case.
 *
 * @throws {Error} for an operator that is not rehearsed, and for a key of several values under an operator for one:
 *   neither may pass silently.
 */
export function holds(conditions: Conditions, context: ConditionContext): boolean {
  return hold(conditions, factsIn(context));
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** What is so in a request, by lower-case key. */
export interface Facts {
  get(key: string): readonly string[] | undefined;
}

export const factsIn = (context: ConditionContext): Facts =>
  new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), many(value)]));

/** {@link holds}, of facts that were put in order before. */
export function hold(conditions: Conditions, facts: Facts): boolean {
  return testsIn(conditions).every((test) => passes(test, facts.get(test.fact) ?? []));
}

/** One condition, taken apart. */
interface Test {
  readonly key: string;
  /** The key in lower case. */
  readonly fact: string;
  readonly name: string;
  readonly operator: Operator | 'Null';
  readonly wanted: readonly string[];
}

/** The tests of every statement that was asked about: nobody changes one in place. */
const known = new WeakMap<Conditions, readonly Test[]>();

function testsIn(conditions: Conditions): readonly Test[] {
  const before = known.get(conditions);
  if (before !== undefined) return before;

  const tests = Object.entries(conditions).flatMap(([name, keys]) => {
    const operator = name === 'Null' ? 'Null' : parse(name);
    if (operator === undefined) throw new Error(`the condition operator ${name} is not rehearsed`);
    return Object.entries(keys).map(
      ([key, wanted]): Test => ({ key, fact: key.toLowerCase(), name, operator, wanted: many(wanted) }),
    );
  });
  known.set(conditions, tests);
  return tests;
}

function passes({ key, name, operator, wanted }: Test, found: readonly string[]): boolean {
  if (operator === 'Null') return wanted.some((value) => (value.toLowerCase() === 'true') === (found.length === 0));

  const agrees = (value: string) => wanted.some((other) => operator.compare(value, other)) !== operator.negated;
  if (found.length === 0) return operator.ifExists || operator.set === 'all' || isMissingEnough(operator);
  if (operator.set === 'any') return found.some(agrees);
  if (operator.set === 'single' && found.length > 1) {
    throw new Error(`${key} has ${found.length} values: ${name} needs ForAllValues: or ForAnyValue: before it`);
  }
  return found.every(agrees);
}

/** A key that is absent does not equal anything, so it satisfies an operator that asks for a difference. */
const isMissingEnough = ({ negated, set }: Operator): boolean => negated && set === 'single';

const many = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

function parse(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const positive = own(negations, base);
  const compare = own(comparisons, positive ?? base);
  if (compare === undefined) return undefined;

  return {
    set: set === 'ForAllValues' ? 'all' : set === 'ForAnyValue' ? 'any' : 'single',
    ifExists: ifExists !== undefined,
    negated: positive !== undefined,
    compare,
  };
}

function ordered(kind: string, read: (text: string) => number): Record<string, Comparison> {
  const by =
    (relation: (found: number, wanted: number) => boolean): Comparison =>
    (found, wanted) => {
      const limit = read(wanted);
      if (Number.isNaN(limit)) throw new Error(`a ${kind} condition compares with ${wanted}, which is none`);
      return relation(read(found), limit);
    };
  return {
    [`${kind}Equals`]: by((found, wanted) => found === wanted),
    [`${kind}LessThan`]: by((found, wanted) => found < wanted),
    [`${kind}LessThanEquals`]: by((found, wanted) => found <= wanted),
    [`${kind}GreaterThan`]: by((found, wanted) => found > wanted),
    [`${kind}GreaterThanEquals`]: by((found, wanted) => found >= wanted),
  };
}

function literal(wanted: string): string {
  if (wanted.includes('${')) throw new Error(`policy variables are not rehearsed: ${wanted}`);
  return wanted;
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
