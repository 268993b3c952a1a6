import { instant } from '../../../core/instant.ts';
import { type CallContext, ServiceError } from '../../../rehearsal/account/replica.ts';
import type { Execution, ExecutionResult } from '../../../rehearsal/aws/states/execution.ts';
import { type Json, type JsonObject, parseJson } from '../../../rehearsal/aws/states/json.ts';
import { StatesReplica } from '../../../rehearsal/aws/states/replica.ts';
import type { InvokeAnswer, StatesWorld, StatusChange, Transition } from '../../../rehearsal/aws/states/world.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

export const machineArn = 'arn:aws:states:eu-central-1:111111111111:stateMachine:rotation';
export const roleArn = 'arn:aws:iam::111111111111:role/rotation';
export const arnOf = (name: string): string => `arn:aws:lambda:eu-central-1:111111111111:function:${name}`;

/** What a function does with its payload. An error that it throws is the function's own; a ServiceError is Lambda's. */
export type Work = (payload: Json) => Json | Promise<Json>;

interface Options {
  readonly functions?: Readonly<Record<string, Work>>;
  readonly objects?: Readonly<Record<string, string>>;
  readonly authorise?: StatesWorld['authorise'];
}

/** One state machine, under a clock that starts at 2026-11-18T12:00:00Z. */
export class Rehearsed {
  readonly start = instant(Date.UTC(2026, 10, 18, 12));
  readonly time = new VirtualTime(this.start);
  readonly replica: StatesReplica;
  readonly transitions: Transition[] = [];
  readonly statuses: StatusChange[] = [];
  /** Each call of a function: its name, and the seconds since the start. */
  readonly calls: (readonly [string, number])[] = [];
  #chance = 0;

  constructor(definition: object, { functions = {}, objects = {}, authorise = () => {} }: Options = {}) {
    this.replica = new StatesReplica({
      time: this.time,
      random: () => {
        this.#chance = (this.#chance + 0.618_033_988_749_895) % 1;
        return this.#chance;
      },
      invoke: (functionArn, payload) => this.#invoke(functions, functionArn, payload),
      readObject: async (bucket, key) => {
        const text = objects[`${bucket}/${key}`];
        if (text === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
        return text;
      },
      authorise,
      onTransition: (transition) => this.transitions.push(transition),
      onStatus: (change) => this.statuses.push(change),
    });
    this.replica.create({ arn: machineArn, roleArn, definition: { QueryLanguage: 'JSONata', ...definition } });
  }

  get seconds(): number {
    return (this.time.now() - this.start) / 1_000;
  }

  begin(input: Json = {}, name = 'run'): Execution {
    return this.replica.start(machineArn, { input, name });
  }

  run(input: Json = {}): Promise<ExecutionResult> {
    return this.time.run(this.begin(input).finished);
  }

  call<T = JsonObject>(operation: string, input: object, context: CallContext = anybody): T {
    return this.replica.call(operation, input as never, context) as T;
  }

  async #invoke(
    functions: Readonly<Record<string, Work>>,
    functionArn: string,
    payload: string,
  ): Promise<InvokeAnswer> {
    const [name = ''] = functionArn.split(':').slice(6);
    this.calls.push([name, this.seconds]);
    const work = functions[name];
    if (work === undefined)
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404);
    try {
      return { payload: JSON.stringify(await work(parseJson(payload) as Json)) };
    } catch (thrown) {
      if (thrown instanceof ServiceError || !(thrown instanceof Error)) throw thrown;
      const payload = { errorType: thrown.name, errorMessage: thrown.message };
      return { payload: JSON.stringify(payload), functionError: 'Unhandled' };
    }
  }
}

export const anybody: CallContext = {
  principal: 'arn:aws:iam::111111111111:role/anybody',
  require: () => {},
  allows: () => true,
};

/** Throws an error of a name of its own, as a function does. */
export function fail(name: string | undefined, message = 'it did not work'): never {
  throw Object.assign(new Error(message), { name });
}

/** A task that has a function do its work, and is the last state. */
export const invoking = (name: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: arnOf(name), Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...more,
});

/** A state machine of one state. */
export const only = (state: object): object => ({ StartAt: 'Only', States: { Only: state } });

export const typesOf = (execution: Execution): string[] => execution.history.events().map(({ type }) => type);
