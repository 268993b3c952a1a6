import { ServiceError } from '../../account/replica.ts';
import type { Failed } from './failure.ts';
import { taskToken } from './identifiers.ts';
import type { Json } from './json.ts';

/** A task that waits for somebody who has its token. */
export interface WaitingTask {
  succeed(output: Json): void;
  fail(reason: Failed): void;
  heartbeat(): void;
}

interface Issued {
  readonly stateMachineArn: string;
  /** Who waits; undefined before and after. */
  task: WaitingTask | undefined;
}

/** Every token ever given out, and the tasks that still wait. A token serves one attempt, and takes one answer. */
export class TaskTokens {
  readonly #random: () => number;
  readonly #issued = new Map<string, Issued>();

  constructor(random: () => number) {
    this.#random = random;
  }

  issue(stateMachineArn: string): string {
    const token = taskToken(this.#random);
    this.#issued.set(token, { stateMachineArn, task: undefined });
    return token;
  }

  open(token: string, task: WaitingTask): void {
    this.#known(token).task = task;
  }

  close(token: string): void {
    this.#known(token).task = undefined;
  }

  /** @throws {ServiceError} `InvalidToken` for a token that was never given out. */
  stateMachineOf(token: string): string {
    return this.#known(token).stateMachineArn;
  }

  /** @throws {ServiceError} `TaskTimedOut` for a token that is spent, for whatever reason. */
  find(token: string): WaitingTask {
    const { task } = this.#known(token);
    if (task === undefined) {
      throw new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    return task;
  }

  #known(token: string): Issued {
    const issued = this.#issued.get(token);
    if (issued === undefined) throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
    return issued;
  }
}
