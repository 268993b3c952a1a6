import type { ApprovalDesk, Callbacks } from '../../core/approval-ports.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive, Clock, Log } from '../../core/ports.ts';
import { deliver, findDecision } from '../../core/recorded-decision.ts';
import { parseEvent } from './event.ts';

export interface DeliverDecisionsPorts {
  readonly archive: Archive;
  readonly desk: Pick<ApprovalDesk, 'find' | 'runs'>;
  readonly callbacks: Callbacks;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Delivered {
  /** The runs that waited still, and were woken. */
  readonly woken: readonly Run[];
}

/**
 * Wakes the runs whose plans are decided, and who have not heard of it: what the review function said to them was lost.
 *
 * It decides nothing: it repeats what is on record, and a run judges that again as it would have. A run that heard of it
 * before no longer waits under its token, so that telling it twice changes nothing.
 */
export const deliverDecisions =
  ({ archive, desk, callbacks, clock, log }: DeliverDecisionsPorts) =>
  async (given: unknown): Promise<Delivered> => {
    parseEvent(given);

    const wake = async (run: Run): Promise<boolean> => {
      const pending = await desk.find(run);
      if (pending === undefined || clock.now() >= pending.answerBy) return false;
      const decision = await findDecision(archive, pending);
      if (decision === undefined || decision === 'foreign') return false;
      return (await deliver(callbacks, pending, decision)) === 'delivered';
    };

    const woken: Run[] = [];
    const failed: Run[] = [];
    for (const run of await desk.runs()) {
      try {
        if (!(await wake(run))) continue;
        log.warn('a run had not heard of its decision, and was told', { run });
        woken.push(run);
      } catch (error) {
        // One that cannot be told must not keep the others from hearing.
        log.error('a run could not be told of its decision', {
          run,
          error: error instanceof Error ? error.name : 'unknown',
        });
        failed.push(run);
      }
    }
    if (failed.length > 0) throw new Error(`not told of their decisions: ${failed.join(', ')}; see the log`);
    return { woken };
  };
