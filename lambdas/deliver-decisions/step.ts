import { eligibleApprovers, type PendingApproval } from '../../core/approval-desk.ts';
import type { ApprovalDesk, Callbacks } from '../../core/approval-ports.ts';
import type { Decision } from '../../core/decision.ts';
import type { Run } from '../../core/plan.ts';
import { readPlan } from '../../core/plan-reading.ts';
import type { Archive, Clock, Hash, Log } from '../../core/ports.ts';
import { questionOf } from '../../core/quorum.ts';
import { deliver, findAnswer, findDecision, recordDecision } from '../../core/recorded-decision.ts';
import type { Settings } from '../../core/settings.ts';
import { parseEvent } from './event.ts';

export interface DeliverDecisionsPorts {
  readonly archive: Archive;
  readonly desk: Pick<ApprovalDesk, 'find' | 'runs'>;
  readonly callbacks: Callbacks;
  readonly settings: Pick<Settings, 'tiers' | 'approvers'>;
  readonly hash: Hash;
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
 * It answers nothing: it repeats what is on record, or records what the answers there come to. It cannot seal, and proves no
 * seal: rotate-batch does, before anything is touched. A run that heard of its decision before no longer waits under its
 * token, so that telling it twice changes nothing.
 */
export const deliverDecisions =
  (ports: DeliverDecisionsPorts) =>
  async (given: unknown): Promise<Delivered> => {
    const { archive, desk, callbacks, clock, log } = ports;
    parseEvent(given);

    const wake = async (run: Run): Promise<boolean> => {
      const pending = await desk.find(run);
      if (pending === undefined || clock.now() >= pending.answerBy) return false;
      const decision = (await findDecision(archive, pending)) ?? (await complete(ports, pending));
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

/** Records what the answers come to, if whoever gave the last of them was interrupted. Undefined: they are too few yet. */
async function complete(
  { archive, hash, settings, log }: DeliverDecisionsPorts,
  pending: PendingApproval,
): Promise<Decision | 'foreign' | undefined> {
  const { run, scope, requestedBy } = pending;
  const eligible = eligibleApprovers(settings.approvers, requestedBy);
  const found = await Promise.all(eligible.map(({ name }) => findAnswer(archive, pending, name)));
  const answers = found.filter((answer) => answer !== undefined && answer !== 'foreign');
  if (answers.length === 0) return undefined;

  const { header, digest } = await readPlan(archive, hash, run);
  if (digest !== pending.digest) return 'foreign';
  const made = await recordDecision(archive, answers, questionOf(pending, header, settings));
  if (made !== undefined) log.warn('plan decided by answers that were left', { run, scope, decision: made.decision });
  return findDecision(archive, pending);
}
