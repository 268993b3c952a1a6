import type { Run } from '../plan.ts';
import type { SecretValue } from '../secret-value.ts';
import type { PendingApproval } from './approval-desk.ts';

/** Keeps what waits for an answer. Nothing else ever holds a task token for longer than a call. */
export interface ApprovalDesk {
  /** Takes the place of what waited for this run before: its token and its links are dead. */
  lay(pending: PendingApproval): Promise<void>;
  /** What waits for this run, or undefined when nothing does. */
  find(run: Run): Promise<PendingApproval | undefined>;
  /**
   * Lays something else in the place of what waits, if that is still as it was read: otherwise it is read again. Undefined:
   * nothing waits, or `change` wants nothing of it.
   */
  change(
    run: Run,
    change: (pending: PendingApproval) => PendingApproval | undefined,
  ): Promise<PendingApproval | undefined>;
  /** The runs of which something was laid here, whether or not they wait still. */
  runs(): Promise<readonly Run[]>;
}

/** Wakes executions that wait. */
export interface Callbacks {
  /** `closed`: nobody waits under this token, because it was answered before, or its time is up. */
  succeed(taskToken: SecretValue, output: Readonly<Record<string, unknown>>): Promise<'delivered' | 'closed'>;
}
