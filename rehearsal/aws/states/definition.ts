import { ServiceError } from '../../account/replica.ts';
import { ExpressionError, expressionIn, parse } from './expressions.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Definition, QueryLanguage } from './language.ts';
import { NotReplicated } from './omissions.ts';

const anyField = ['Type', 'Comment', 'QueryLanguage'];
const onward = [...anyField, 'Next', 'End', 'Assign', 'Output'];
const fallible = [...onward, 'Retry', 'Catch'];
const known: Readonly<Record<string, readonly string[]>> = {
  Pass: onward,
  Succeed: [...anyField, 'Output'],
  Fail: [...anyField, 'Error', 'Cause'],
  Wait: [...onward, 'Seconds', 'Timestamp'],
  Choice: [...anyField, 'Choices', 'Default', 'Assign', 'Output'],
  Task: [...fallible, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds', 'Credentials'],
  Parallel: [...fallible, 'Branches', 'Arguments'],
  Map: [
    ...[...fallible, 'ItemProcessor', 'Items', 'ItemReader', 'ItemSelector', 'ItemBatcher', 'MaxConcurrency'],
    ...['ToleratedFailureCount', 'ToleratedFailurePercentage', 'Label', 'ResultWriter'],
  ],
};

/** Fields with which both query languages mean the same. */
const withoutQuery = new Set([...anyField, 'Next', 'End', 'Seconds', 'Timestamp', 'Error', 'Cause']);

/**
 * Checks what AWS checks when a state machine is created, as far as a mistake could otherwise pass for a success.
 *
 * @throws {ServiceError} `InvalidDefinition` for what AWS would refuse.
 * @throws {NotReplicated} for what only the replica refuses.
 */
export function checked(definition: unknown): Definition {
  const document = definition as JsonObject;
  if (!sound.has(document)) checkGraph(document, '', languageOf(document, 'JSONPath'));
  sound.add(document);
  return definition as Definition;
}

/** Definitions that were checked before: nobody changes one in place. */
const sound = new WeakSet<JsonObject>();

const languageOf = ({ QueryLanguage: own }: JsonObject, inherited: QueryLanguage): QueryLanguage =>
  (own as QueryLanguage | undefined) ?? inherited;

function checkGraph(graph: JsonObject, path: string, language: QueryLanguage): void {
  const states = graph['States'];
  if (!isObject(states)) throw invalid(`${path}/States`, 'there are no states');
  if (!isObject(states[String(graph['StartAt'])])) throw invalid(`${path}/StartAt`, 'there is no such state');

  for (const [name, state] of Object.entries(states)) {
    const where = `${path}/States/${name}`;
    if (!isObject(state)) throw invalid(where, 'a state must be an object');
    if (language === 'JSONata' && state['QueryLanguage'] === 'JSONPath') {
      throw invalid(where, 'a JSONata state machine cannot contain a JSONPath state');
    }
    checkState(state, where, languageOf(state, language));
    for (const next of targetsOf(state)) if (!(next in states)) throw invalid(where, `there is no state ${next}`);
    for (const [inner, field] of graphsIn(state)) checkGraph(inner, `${where}/${field}`, language);
  }
}

function checkState(state: JsonObject, where: string, language: QueryLanguage): void {
  const fields = known[String(state['Type'])];
  if (fields === undefined) throw invalid(`${where}/Type`, 'there is no such type of state');

  if (language === 'JSONPath') {
    const beyond = Object.keys(state).find((field) => !withoutQuery.has(field));
    if (beyond !== undefined) throw new NotReplicated('jsonpath', `${beyond} in ${where}`);
    return;
  }
  const unknown = Object.keys(state).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw invalid(`${where}/${unknown}`, 'a state of this type in JSONata has no such field');
  if (state['Type'] === 'Task') checkTask(state);
  if (state['Type'] === 'Map') checkMap(state);
  checkExpressions(state, where);
}

function checkTask({ Resource, Credentials }: JsonObject): void {
  if (Credentials !== undefined) throw new NotReplicated('integration', 'a Task with Credentials');
  const resource = String(Resource);
  const integration = /^arn:[\w-]+:states:::lambda:invoke(\.waitForTaskToken)?$/;
  const functionArn = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
  if (!integration.test(resource) && !functionArn.test(resource)) throw new NotReplicated('integration', resource);
}

function checkMap({ ItemProcessor, ItemReader, ResultWriter }: JsonObject): void {
  if (ResultWriter !== undefined) throw new NotReplicated('resultWriter', 'ResultWriter');
  const config = isObject(ItemProcessor) ? ItemProcessor['ProcessorConfig'] : undefined;
  if (isObject(config) && config['ExecutionType'] === 'EXPRESS') throw new NotReplicated('express', 'Express children');
  if (isObject(ItemReader)) checkReader(ItemReader);
}

function checkReader({ Resource, ReaderConfig, Arguments }: JsonObject): void {
  const refuse = (what: string) => new NotReplicated('itemReader', `${what} in an ItemReader`);
  if (!/^arn:[\w-]+:states:::s3:getObject$/.test(String(Resource))) throw refuse(String(Resource));
  if (!isObject(ReaderConfig) || !isObject(Arguments)) throw refuse('an expression for a whole field');

  const { InputType } = ReaderConfig;
  if (InputType !== 'JSON' && InputType !== 'JSONL') throw refuse(`InputType ${InputType}`);
  const understood = new Set(['InputType', 'MaxItems', 'ItemsPointer', 'Bucket', 'Key']);
  const beyond = Object.keys({ ...ReaderConfig, ...Arguments }).find((field) => !understood.has(field));
  if (beyond !== undefined) throw refuse(beyond);
}

function* graphsIn({ Branches, ItemProcessor }: JsonObject): Generator<readonly [JsonObject, string]> {
  if (isObject(ItemProcessor)) yield [ItemProcessor, 'ItemProcessor'];
  if (!Array.isArray(Branches)) return;
  for (const [index, branch] of Branches.entries()) yield [branch, `Branches[${index}]`];
}

const conclusionsOf = (state: JsonObject): JsonObject[] =>
  [state, state['Choices'], state['Catch']].flat().filter((conclusion) => isObject(conclusion));

const targetsOf = (state: JsonObject): string[] =>
  [...conclusionsOf(state).map(({ Next }) => Next), state['Default']].filter((next) => typeof next === 'string');

function checkExpressions(value: Json | undefined, where: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkExpressions(item, `${where}[${index}]`);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key !== 'ItemProcessor' && key !== 'Branches') checkExpressions(item, `${where}/${key}`);
    }
  } else if (typeof value === 'string') {
    const expression = expressionIn(value);
    if (expression !== undefined) checkExpression(expression, where);
  }
}

function checkExpression(expression: string, where: string): void {
  try {
    parse(expression);
  } catch (thrown) {
    throw thrown instanceof ExpressionError ? invalid(where, thrown.message) : thrown;
  }
}

const invalid = (where: string, why: string) =>
  new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${why} (at ${where})'`);
