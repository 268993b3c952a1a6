import { Life, type Lives } from '../account/lives.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';
import type { Handler } from '../steps.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** A function as Lambda knows it. */
export interface RehearsedFunction {
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly handler: Handler;
}

interface InvokeInput {
  readonly FunctionName: string;
  readonly Payload?: string | Uint8Array;
  /** What invokes, when a service does it in its own name: the ARN of an API's route. No client can say this. */
  readonly SourceArn?: string;
}

export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
}

/** Changes what a function answers, after it has done its work. */
export type Falsifier = (invocation: Invocation, answer: unknown) => unknown;

/** AWS Lambda in this process: invokes the deployed steps, and waits no longer than their timeout. See `lambda.md`. */
export class LambdaReplica implements Replica {
  readonly service = 'lambda';
  readonly #time: VirtualTime;
  readonly #lives: Lives;
  readonly #functions = new Map<string, RehearsedFunction>();
  #falsify: Falsifier = (_, answer) => answer;
  readonly #listeners: ((invocation: Invocation, answer: unknown) => void)[] = [];

  constructor(time: VirtualTime, lives: Lives) {
    this.#time = time;
    this.#lives = lives;
  }

  /** Makes a function known under its own ARN and those of its published versions. */
  register(arns: readonly string[], known: RehearsedFunction): void {
    for (const arn of arns) this.#functions.set(arn, known);
  }

  /** From now on answers are what this makes of them. */
  falsify(falsifier: Falsifier): void {
    this.#falsify = falsifier;
  }

  /** Tells of every invocation that was answered without an error. */
  onAnswer(listener: (invocation: Invocation, answer: unknown) => void): void {
    this.#listeners.push(listener);
  }

  call(operation: string, input: never, context: CallContext): unknown {
    switch (operation) {
      case 'Invoke':
        return this.#invoke(input, context);
      case 'GetFunctionConfiguration':
        return this.#configuration(input, context);
      default:
        throw new ServiceError('UnknownOperationException', `the replica of Lambda does not do ${operation}`);
    }
  }

  /** By the function's name alone: whoever looks it up does not know the rest of its ARN. */
  #configuration({ FunctionName }: Pick<InvokeInput, 'FunctionName'>, context: CallContext): unknown {
    const [[first = ''] = []] = this.#functions;
    const arn = first.replace(/:function:.*$/, `:function:${FunctionName}`);
    context.require('lambda:GetFunctionConfiguration', arn);
    const known = this.#functions.get(arn);
    if (known === undefined) throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    const { name, timeoutSeconds, environment } = known;
    return { FunctionName: name, FunctionArn: arn, Timeout: timeoutSeconds, Environment: { Variables: environment } };
  }

  async #invoke(
    { FunctionName: arn, Payload = 'null', SourceArn }: InvokeInput,
    context: CallContext,
  ): Promise<unknown> {
    context.require('lambda:InvokeFunction', arn, SourceArn === undefined ? {} : { 'aws:SourceArn': SourceArn });
    const known = this.#functions.get(arn);
    if (known === undefined) throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);

    const event: unknown = JSON.parse(typeof Payload === 'string' ? Payload : new TextDecoder().decode(Payload));
    const answer = await this.#run(known, event);
    return { StatusCode: 200, ExecutedVersion: /:(\d+)$/.exec(arn)?.[1] ?? '$LATEST', ...answer };
  }

  async #run(known: RehearsedFunction, event: unknown) {
    try {
      const answer = await this.#inTime(known, event);
      const said = this.#falsify({ functionName: known.name, event }, answer);
      for (const tell of this.#listeners) tell({ functionName: known.name, event }, said);
      return { Payload: JSON.stringify(said ?? null) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return {
        Payload: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }),
        FunctionError: 'Unhandled',
      };
    }
  }

  /** The answer, or how it ended without one: its process died, or its time was over, and then nothing in it goes on. */
  async #inTime({ timeoutSeconds, handler }: RehearsedFunction, event: unknown): Promise<unknown> {
    const life = new Life();
    let cancel = () => {};
    const timeout = new Promise<never>((_, reject) => {
      cancel = this.#time.after(timeoutSeconds * 1_000, () => {
        life.freeze();
        reject(new TimedOut(timeoutSeconds));
      });
    });
    try {
      return await Promise.race([this.#lives.live(life, () => handler(event)), timeout, life.death]);
    } finally {
      cancel();
    }
  }
}

class TimedOut extends Error {
  override readonly name = 'Sandbox.Timedout';

  constructor(seconds: number) {
    super(`Task timed out after ${seconds}.00 seconds`);
  }
}
