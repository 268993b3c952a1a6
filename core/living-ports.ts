import type { Instant } from './instant.ts';
import type { Run } from './plan.ts';
import type { Start } from './start.ts';

/** Which run may touch secrets, and since when. */
export interface Holder {
  readonly run: Run;
  readonly since: Instant;
}

/** Lets one run at a time touch secrets. A run that waits for people does not need it. */
export interface RunLock {
  /**
   * Takes the lock, and answers who has it now: this run, or another that came first. Taking it twice is the same as
   * taking it once.
   */
  take(run: Run, since: Instant): Promise<Holder>;
  /** Whether this run has it. Whatever keeps it from being read means that it has not. */
  isHeldBy(run: Run): Promise<boolean>;
  /** @throws when it cannot be told. */
  holder(): Promise<Holder | undefined>;
  /** Gives it up, if this run has it. What another has stays with it. */
  release(run: Run): Promise<void>;
}

/** One document that several runs change. What cannot be read or understood is an error, never empty. */
export interface Register<Content> {
  read(): Promise<Content>;
  /**
   * Changes it, if nobody else did since it was read; otherwise reads it again and asks for the change of that. The change
   * may be made twice, so it must be the same made twice. Answers what the document holds afterwards.
   */
  change(change: (content: Content) => Content): Promise<Content>;
}

/** What Step Functions says of a run's execution, without any of its data. */
export interface ExecutionFacts {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';
  readonly startedAt: Instant;
  readonly stoppedAt: Instant | undefined;
}

/** Looks at executions. */
export interface Executions {
  /** Undefined when there is none of this run. */
  find(run: Run): Promise<ExecutionFacts | undefined>;
  /** Runs that failed, ran out of time or were stopped at this moment or later. */
  died(since: Instant): Promise<readonly Run[]>;
}

/** Starts runs. */
export interface Runs {
  /** One name is one run: a second start of it, as the same, starts nothing. `ended`: there was one of this name before. */
  start(run: Run, start: Start): Promise<'underWay' | 'ended'>;
}

/** Starts recoveries. */
export interface Recoveries {
  /** One name is one recovery: a second start of it starts nothing. */
  start(name: string, run: Run): Promise<'underWay' | 'ended'>;
}
