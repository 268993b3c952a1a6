/*
 * Goal: where others recorded how AWS ran a state machine, the replica runs it the same: outcome, cause, and every event.
 *
 * Method: the recorded executions and their matcher stand beside the project, not in it. Functions answer as they did
 * when the recording was made, and are found by the request that Step Functions made of them, which is thus checked too.
 * What the replica refuses to do is not skipped in silence: the cases left out are exactly those listed here.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { ServiceError } from '../../../rehearsal/account/replica.ts';
import type { Json, JsonObject } from '../../../rehearsal/aws/states/json.ts';
import { NotReplicated } from '../../../rehearsal/aws/states/omissions.ts';
import { StatesReplica } from '../../../rehearsal/aws/states/replica.ts';
import type { InvokeAnswer } from '../../../rehearsal/aws/states/world.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

const leftOut: Readonly<Record<string, string>> = {
  'arguments.arguments/base_cases[BASE_LAMBDA_EXPRESSION]': 'jsonpath',
  'outputdecl.output/base_cases[BASE_EXPR]': 'jsonpath',
  'query_language.mixed_query_language/lambda_task_resource_data_flow[TASK_LAMBDA_SDK_RESOURCE_JSONPATH_TO_JSONATA]':
    'jsonpath',
  'error_handling.aws_sdk/s3_no_such_key': 'integration',
};

interface Attempt {
  readonly request: Json;
  readonly Return?: Json;
  readonly Throw?: { readonly Error?: string; readonly Cause?: string };
  readonly Hang?: true;
  readonly callback?: true;
}

interface Event {
  readonly type: string;
  readonly causeJson?: Json;
}

interface Case {
  readonly id: string;
  readonly definition: Json;
  readonly input: Json;
  readonly mocks?: Readonly<Record<string, readonly Attempt[]>>;
  readonly s3?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly roleArn: string;
  readonly stateMachineName: string;
  readonly executionName: string;
  readonly notes?: readonly string[];
  readonly expect: Json & { readonly history: readonly Event[] };
}

interface Matcher {
  match(expected: unknown, actual: unknown): string[];
  matchExecution(expected: unknown, actual: unknown): string[];
}

const folder = new URL('../../../../shared/conformance/', import.meta.url);
const recordings = new URL('states-language.json', folder);
const skip = existsSync(recordings) ? false : 'the recorded executions do not stand beside this project';

describe('Step Functions, where AWS was recorded', { skip }, async () => {
  if (skip) return;
  const matcher: Matcher = await import(new URL('match.mjs', folder).href);
  const cases: readonly Case[] = JSON.parse(readFileSync(recordings, 'utf8'));
  const refused: Record<string, string> = {};

  for (const recorded of cases) {
    const account = new Account(recorded, matcher);
    const omission = account.create();
    if (omission !== undefined) {
      refused[recorded.id] = omission.feature;
      continue;
    }
    it(`runs ${recorded.id} as AWS did`, async () => {
      const { outcome, history } = await account.run();
      const expected = withoutIncidentals(recorded.expect) as Case['expect'];

      assert.deepEqual(matcher.matchExecution(expected, outcome), []);
      assert.deepEqual(account.unasked(), [], 'requests that were never made');
      assert.deepEqual(differences(matcher, expected.history, history, recorded.notes !== undefined), []);
    });
  }

  it('leaves out the cases that are listed here, and no others', () => {
    assert.deepEqual(refused, leftOut);
  });
});

/** An account with one state machine, in which every call is answered as it was when the recording was made. */
class Account {
  readonly #time = new VirtualTime(instant(Date.UTC(2026, 10, 18, 12)));
  readonly #recorded: Case;
  readonly #matcher: Matcher;
  readonly #attempts: Attempt[];
  readonly #replica: StatesReplica;
  #chance = 0;

  constructor(recorded: Case, matcher: Matcher) {
    this.#recorded = recorded;
    this.#matcher = matcher;
    this.#attempts = Object.values(recorded.mocks ?? {}).flat();
    this.#replica = new StatesReplica({
      time: this.#time,
      random: () => {
        this.#chance = (this.#chance + 0.618_033_988_749_895) % 1;
        return this.#chance;
      },
      invoke: async (functionArn, payload, principal) => {
        assert.equal(principal, recorded.roleArn);
        return this.#answer(functionArn, JSON.parse(payload));
      },
      readObject: async (bucket, key) => {
        const text = recorded.s3?.[bucket]?.[key];
        if (text === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
        return text;
      },
    });
  }

  get #arn(): string {
    return `arn:aws:states:us-east-1:111111111111:stateMachine:${this.#recorded.stateMachineName}`;
  }

  create(): NotReplicated | undefined {
    const { definition, roleArn } = this.#recorded;
    try {
      this.#replica.create({ arn: this.#arn, roleArn, definition });
      return undefined;
    } catch (thrown) {
      if (thrown instanceof NotReplicated) return thrown;
      throw thrown;
    }
  }

  async run(): Promise<{ outcome: object; history: readonly JsonObject[] }> {
    const { executionName: name, input } = this.#recorded;
    const execution = this.#replica.start(this.#arn, { name, input });
    const outcome = await this.#time.run(execution.finished);
    return { outcome, history: execution.history.events().map(compact) };
  }

  unasked(): Json[] {
    return this.#attempts.map(({ request }) => request);
  }

  async #answer(functionArn: string, payload: Json): Promise<InvokeAnswer> {
    const index = this.#attempts.findIndex(({ request }) => this.#asks(request, functionArn, payload));
    const [attempt] = index < 0 ? [] : this.#attempts.splice(index, 1);
    assert.ok(attempt, `nobody recorded a call of ${functionArn} with ${JSON.stringify(payload)}`);

    if (attempt.Hang) return new Promise(() => {});
    if (attempt.callback) return this.#callBack(attempt, payload);
    if (attempt.Throw) return thrown(attempt.Throw);
    return { payload: pythonJson(isResponse(attempt) ? (attempt.Return as JsonObject)['Payload'] : attempt.Return) };
  }

  /** Whether a recorded request is this one: `lambda:invoke` names the function in it, a function's own ARN does not. */
  #asks(request: Json, functionArn: string, payload: Json): boolean {
    const { FunctionName, Payload = {} } = request as JsonObject;
    if (typeof FunctionName !== 'string') return this.#matcher.match(request, payload).length === 0;
    return functionArn.endsWith(FunctionName) && this.#matcher.match(Payload, payload).length === 0;
  }

  #callBack({ Return, Throw }: Attempt, payload: Json): InvokeAnswer {
    const [taskToken] = /AQCE[\w+/=]+/.exec(JSON.stringify(payload)) ?? [];
    const context = { principal: '', require: () => {}, allows: () => true };
    const input = Throw ? { error: Throw.Error, cause: Throw.Cause } : { output: JSON.stringify(Return) };
    const operation = Throw ? 'SendTaskFailure' : 'SendTaskSuccess';
    this.#time.after(1, () => this.#replica.call(operation, { taskToken, ...input } as never, context));
    return { payload: 'null' };
  }
}

const isResponse = ({ request }: Attempt): boolean => typeof (request as JsonObject)['FunctionName'] === 'string';

function thrown({ Error: error = '', Cause: cause = '' }: NonNullable<Attempt['Throw']>): InvokeAnswer {
  const [, refusal] = /^Lambda\.(.+)$/.exec(error) ?? [];
  if (refusal === 'Unknown')
    return { payload: cause.replace(/^.*?Returned payload: /s, ''), functionError: 'Unhandled' };
  if (refusal === undefined) return { payload: cause, functionError: 'Unhandled' };

  const [, message = cause, status = '400'] = /^(.*) \(Service: Lambda, Status Code: (\d+), /s.exec(cause) ?? [];
  throw new ServiceError(refusal, message, Number(status));
}

/** JSON as the recorded functions wrote it, which the length of the response depends on. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
}

/** What differs from call to call was replaced in the recording by words that stand for anything. */
const incidental = /^(<uuid:\d+>|RequestId|x-amzn-RequestId|X-Amzn-Trace-Id)$/;

function withoutIncidentals(expected: Json, within = false): Json {
  if (typeof expected === 'string') return within && incidental.test(expected) ? '{{*}}' : expected;
  if (Array.isArray(expected)) return expected.map((item) => withoutIncidentals(item, within));
  if (typeof expected !== 'object' || expected === null) return expected;
  return Object.fromEntries(
    Object.entries(expected).map(([key, item]) => [key, withoutIncidentals(item, within || key.startsWith('Sdk'))]),
  );
}

/** What the recording leaves out of events. */
const untold = new Set(['roleArn', 'region', 'mapRunArn']);

/** An event as the recording writes it. */
function compact({ type, ...rest }: Record<string, unknown>): JsonObject {
  const details = Object.entries(rest).find(([key]) => key.endsWith('Details'))?.[1] ?? {};
  const told: Record<string, Json> = { type: type as string };
  for (const [key, value] of Object.entries(details)) {
    if (key === 'assignedVariables') {
      const variables = Object.entries(value as Record<string, string>);
      told['assigned'] = Object.fromEntries(variables.map(([name, text]) => [name, JSON.parse(text)]));
    } else if (['input', 'output', 'parameters'].includes(key)) {
      told[key] = JSON.parse(value as string);
    } else if (!untold.has(key)) {
      told[key] = value as Json;
    }
  }
  return told;
}

/** What differs between two histories. Of concurrent branches only the set of events was recorded, not their order. */
function differences(
  { match }: Matcher,
  expected: readonly Event[],
  actual: readonly JsonObject[],
  anyOrder: boolean,
): unknown[] {
  const left = [...actual];
  const differing: unknown[] = [];
  for (const event of expected) {
    const compare = (candidate: JsonObject | undefined) =>
      match(event, event.causeJson === undefined ? candidate : withParsedCause(candidate));
    const index = anyOrder ? left.findIndex((candidate) => compare(candidate).length === 0) : 0;
    const [candidate] = index < 0 ? [] : left.splice(index, 1);
    const reasons = compare(candidate);
    if (reasons.length > 0) differing.push({ event, candidate, reasons });
  }
  return [...differing, ...left];
}

function withParsedCause(event: JsonObject | undefined): Json | undefined {
  if (typeof event?.['cause'] !== 'string') return event;
  const { cause, ...rest } = event;
  return { ...rest, causeJson: JSON.parse(String(cause)) };
}
