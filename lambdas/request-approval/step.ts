import {
  answerBy,
  eligibleApprovers,
  type FreshInvitation,
  freshNonce,
  invite,
  type PendingApproval,
} from '../../core/approval-desk.ts';
import {
  AlreadyDecidedError,
  NobodyReachedError,
  OtherPlanError,
  TooFewApproversError,
} from '../../core/approval-errors.ts';
import {
  type Asking,
  invitationNotice,
  personalLink,
  type Standing,
  waitingNotice,
} from '../../core/approval-notices.ts';
import type { ApprovalDesk } from '../../core/approval-ports.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { type Channels, postBy, writeTo } from '../../core/channel.ts';
import type { Scope, SealedAnswer } from '../../core/decision.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { PlanHeader, Run } from '../../core/plan.ts';
import { readPlan } from '../../core/plan-reading.ts';
import type { Archive, Clock, Hash, Log } from '../../core/ports.ts';
import { approvalsNeeded, approvalsOf, differentPeople, questionOf } from '../../core/quorum.ts';
import type { Random } from '../../core/random.ts';
import { findAnswer } from '../../core/recorded-decision.ts';
import type { Approver, Settings } from '../../core/settings.ts';
import { parseEvent } from './event.ts';

export interface RequestApprovalPorts {
  readonly archive: Archive;
  readonly desk: ApprovalDesk;
  readonly channels: Channels;
  readonly random: Random;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<Settings, 'tiers' | 'approvers' | 'approvalTimeoutSeconds'>;
  /** Where the review page is served, without the path. */
  readonly reviewUrl: string;
}

export interface ApprovalRequested {
  /** Who was sent a link of their own. */
  readonly asked: readonly string[];
}

/**
 * Asks everyone who may approve a plan, each by a link of their own, or reminds them that it still waits.
 *
 * The plan is laid on the desk before anybody is told, so that no link is dead when it arrives. Called again for the same
 * run, it asks again with new links: the workflow waits under a new token then, which the old links could not reach. A
 * reminder carries a new link as well, and leaves those that were sent before alive.
 */
export const requestApproval =
  (ports: RequestApprovalPorts) =>
  async (given: unknown): Promise<ApprovalRequested> => {
    const { archive, desk, random, hash, clock, log, settings } = ports;
    const { goal, run, digest, scope, requestedBy, taskToken } = parseEvent(given);

    const plan = await readPlan(archive, hash, run);
    const { header } = plan;
    if (plan.digest !== digest || header.run !== run || header.requestedBy !== requestedBy) {
      throw new OtherPlanError(run, digest);
    }
    const isFirst = goal === 'ask' && scope === 'plan';
    if (!isFirst && (await isDecided(archive, run, scope))) throw new AlreadyDecidedError(run);

    const eligible = eligibleApprovers(settings.approvers, requestedBy);
    const needed = approvalsNeeded(scope, header, settings);
    const people = differentPeople(eligible).length;
    // Nobody is asked for what can come to nothing.
    if (people < needed) throw new TooFewApproversError(run, requestedBy, { needed, eligible: people });
    const found = isFirst ? undefined : await desk.find(run);
    const earlier = found?.scope === scope && goal === 'remind' ? found : undefined;
    const answers = earlier === undefined ? [] : await answersTo(archive, earlier, eligible);
    // Who has answered can say nothing more, so only the others are reminded.
    const invited = eligible
      .filter(({ name }) => !answers.some(({ answer }) => answer.approver === name))
      .map((approver) => invite(approver, random, hash));
    const askedAt = earlier?.askedAt ?? clock.now();
    const pending: PendingApproval = {
      run,
      digest,
      scope,
      requestedBy,
      askedAt,
      answerBy: earlier?.answerBy ?? answerBy(header, askedAt, settings.approvalTimeoutSeconds),
      expiresAt: header.expiresAt,
      taskToken,
      invitations: [...keptFrom(found, scope, random), ...invited.map(({ invitation }) => invitation)],
    };
    await desk.lay(pending);

    const approvals = approvalsOf(answers, questionOf(pending, header, settings));
    const standing = { approvedBy: approvals.map(({ answer }) => answer.approver), missing: needed - approvals.length };
    const asked = await tell(ports, { header, pending, invited, asking: goal, standing });
    log.info(goal === 'ask' ? 'approval requested' : 'approvers reminded', { run, digest, asked });
    return { asked };
  };

/** What has been answered so far. It is only told of, so nobody proves the seals here. */
async function answersTo(
  archive: Archive,
  pending: PendingApproval,
  approvers: readonly Approver[],
): Promise<readonly SealedAnswer[]> {
  const found = await Promise.all(approvers.map(({ name }) => findAnswer(archive, pending, name)));
  return found.filter((answer) => answer !== undefined && answer !== 'foreign');
}

/** Links stay alive. What their pages handed back was for one question: for another they hand back something else. */
const keptFrom = (
  found: PendingApproval | undefined,
  scope: Scope,
  random: Random,
): readonly PendingApproval['invitations'][number][] =>
  (found?.invitations ?? []).map((invitation) =>
    found?.scope === scope ? invitation : { ...invitation, nonce: freshNonce(random) },
  );

/** Tells each approver with their link, and then everybody without one. */
async function tell(
  { channels, reviewUrl, log }: RequestApprovalPorts,
  question: {
    readonly header: PlanHeader;
    readonly pending: PendingApproval;
    readonly invited: readonly FreshInvitation[];
    readonly asking: Asking;
    readonly standing: Standing;
  },
): Promise<readonly string[]> {
  const { header, pending, invited, asking, standing } = question;
  const notice = invitationNotice(header, pending, asking, standing);
  const asked: string[] = [];
  const unreached: string[] = [];
  for (const fresh of invited) {
    const link = personalLink(reviewUrl, pending, fresh, asking);
    const took = await writeTo(channels, fresh.approver, { notice, link }, log);
    (took.length > 0 ? asked : unreached).push(fresh.approver.name);
  }

  const byIam = invited.flatMap(({ approver: { name, principal } }) => (principal === undefined ? [] : name));
  const posted = await postBy(
    channels,
    waitingNotice(header, pending, asking, { asked, unreached, byIam, standing }),
    log,
  );
  const isAnybodyTold = asked.length > 0 || (channels.personal.length === 0 && posted.length > 0);
  // A reminder that reached nobody takes nothing from those who were asked before.
  if (!isAnybodyTold && asking === 'ask') throw new NobodyReachedError(pending.run);
  return asked;
}

async function isDecided(archive: Archive, run: Run, scope: Scope): Promise<boolean> {
  try {
    await archive.fetch(archiveKeys.decision(run, scope));
    return true;
  } catch (error) {
    if (error instanceof NotInArchiveError) return false;
    throw error;
  }
}
