import type { Announcer } from '../../core/announcer.ts';
import { answerBy, eligibleApprovers, invite } from '../../core/approval-desk.ts';
import { NoEligibleApproverError, OtherPlanError } from '../../core/approval-errors.ts';
import type { ApprovalDesk } from '../../core/approval-ports.ts';
import { invitationText } from '../../core/approval-summary.ts';
import { readPlan } from '../../core/plan-reading.ts';
import type { Archive, Clock, Hash, Log } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { Settings } from '../../core/settings.ts';
import { parseEvent } from './event.ts';

export interface RequestApprovalPorts {
  readonly archive: Archive;
  readonly desk: ApprovalDesk;
  readonly announcer: Announcer;
  readonly random: Random;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<Settings, 'approvers' | 'approvalTimeoutSeconds'>;
  /** Where the review page is served, without the path. */
  readonly reviewUrl: string;
}

export interface ApprovalRequested {
  readonly asked: readonly string[];
}

/**
 * Asks everyone who may approve a plan, each by a link of their own.
 *
 * The plan is laid on the desk before anybody is told, so that no link is dead when it arrives. Called again for the same
 * run, it asks again with new links: the workflow waits under a new token then, which the old links could not reach.
 */
export const requestApproval =
  ({ archive, desk, announcer, random, hash, clock, log, settings, reviewUrl }: RequestApprovalPorts) =>
  async (given: unknown): Promise<ApprovalRequested> => {
    const { run, digest, requestedBy, taskToken } = parseEvent(given);

    const plan = await readPlan(archive, hash, run);
    const { header } = plan;
    if (plan.digest !== digest || header.run !== run || header.requestedBy !== requestedBy) {
      throw new OtherPlanError(run, digest);
    }

    const invited = eligibleApprovers(settings.approvers, requestedBy).map((approver) =>
      invite(approver, random, hash),
    );
    if (invited.length === 0) throw new NoEligibleApproverError(run, requestedBy);

    const askedAt = clock.now();
    const pending = {
      run,
      digest,
      requestedBy,
      askedAt,
      answerBy: answerBy(header, askedAt, settings.approvalTimeoutSeconds),
      expiresAt: header.expiresAt,
      taskToken,
      invitations: invited.map(({ invitation }) => invitation),
    };
    await desk.lay(pending);
    for (const invitation of invited) {
      await announcer.announce(invitationText(header, invitation, pending, reviewUrl));
    }

    const asked = invited.map(({ approver }) => approver.name);
    log.info('approval requested', { run, digest, asked });
    return { asked };
  };
