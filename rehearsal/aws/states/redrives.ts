import { type Instant, instant } from '../../../core/instant.ts';
import type { ExecutionStatus } from './world.ts';

/** An execution can be redriven so long after it ended. */
const redrivableMs = 14 * 24 * 60 * 60 * 1_000;

/** Room for the event of the redrive, and for one more at least. */
const mostEvents = 24_999;

/** As `DescribeExecution` says it. Undefined: the execution can be redriven. */
export function whyNotRedrivable(
  { status, stoppedAt, events }: { status: ExecutionStatus; stoppedAt: Instant | undefined; events: number },
  now: Instant,
): string | undefined {
  if (stoppedAt === undefined || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (events >= mostEvents) return 'Execution history event limit exceeded';
  return now > instant(stoppedAt + redrivableMs) ? 'Execution redrivable period exceeded' : undefined;
}

interface Request {
  readonly token: string;
  readonly at: Instant;
}

/** A request is known again by its token for so long, and so many of them. */
const tokenMs = 15 * 60 * 1_000;
const mostTokens = 10;

/** How often an execution was redriven, when last, and by which requests. */
export class Redrives {
  count = 0;
  at: Instant | undefined;
  #requests: readonly Request[] = [];

  note(at: Instant, token: string | undefined): void {
    this.count += 1;
    this.at = at;
    if (token !== undefined) this.#requests = [...this.#requests, { token, at }].slice(-mostTokens);
  }

  /** When a request redrove the execution that is now made again; undefined for one that is new. */
  madeBy(token: string | undefined, now: Instant): Instant | undefined {
    return this.#requests.find((one) => one.token === token && now < one.at + tokenMs)?.at;
  }
}
