import {
  answerBy,
  eligibleApprovers,
  freshNonce,
  invite,
  type PendingApproval,
} from '../../core/approval/approval-desk.ts';
import {
  AlreadyDecidedError,
  NobodyReachedError,
  OtherPlanError,
  TooFewApproversError,
} from '../../core/approval/approval-errors.ts';
import type { ApprovalDesk } from '../../core/approval/approval-ports.ts';
import { approvalsNeeded, differentPeople, questionOf } from '../../core/approval/quorum.ts';
import { graceSeconds, waitsOf } from '../../core/approval/reminder.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { Run } from '../../core/plan.ts';
import { readPlan } from '../../core/planning/plan-reading.ts';
import type { Archive } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { Scope } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import { parseEvent, type Question } from './event.ts';
import { type MorePorts, tellOthers } from './more.ts';
import { answersTo, silentOf, standingOf, tell } from './telling.ts';

export interface RequestApprovalPorts extends MorePorts {
  readonly desk: ApprovalDesk;
  readonly settings: Pick<Settings, 'tiers' | 'approvers' | 'approvalTimeoutSeconds'>;
}

export interface ApprovalRequested {
  /** Who was sent a link of their own. */
  readonly asked: readonly string[];
}

/**
 * Asks everyone who may approve a plan, each by a link of their own, reminds them that it still waits, or tells them that one
 * of them approved and more must.
 */
export const requestApproval =
  (ports: RequestApprovalPorts) =>
  async (given: unknown): Promise<ApprovalRequested> => {
    const event = parseEvent(given);
    return { asked: event.goal === 'tell' ? await tellOthers(ports, event) : await ask(ports, event) };
  };

/**
 * The plan is laid on the desk before anybody is told, so that no link is dead when it arrives. Called again for the same
 * run, it asks again with new links: the workflow waits under a new token then, which the old links could not reach. A
 * reminder carries a new link as well, and leaves those that were sent before alive.
 */
async function ask(
  ports: RequestApprovalPorts,
  { goal, run, digest, scope, requestedBy, taskToken }: Question,
): Promise<readonly string[]> {
  const { archive, desk, random, hash, clock, log, settings } = ports;

  const plan = await readPlan(archive, hash, run);
  const { header } = plan;
  if (plan.digest !== digest || header.run !== run || header.requestedBy !== requestedBy) {
    throw new OtherPlanError(run, digest);
  }
  const isFirst = goal === 'ask' && scope === 'plan';
  if (!isFirst && (await isDecided(archive, run, scope))) throw new AlreadyDecidedError(run);

  const eligible = eligibleApprovers(settings.approvers, requestedBy);
  const needed = approvalsNeeded(scope, header, settings);
  const found = isFirst ? undefined : await desk.find(run);
  const people = differentPeople(eligible).length;
  // Nobody is asked for what can come to nothing.
  if (people < needed) throw new TooFewApproversError(run, requestedBy, { needed, eligible: people });
  const earlier = found?.scope === scope && goal === 'remind' ? found : undefined;
  const answers = earlier === undefined ? [] : await answersTo(archive, earlier, eligible);
  const invited = silentOf(eligible, answers).map((approver) => invite(approver, random, hash));
  const askedAt = earlier?.askedAt ?? clock.now();
  const pending: PendingApproval = {
    run,
    digest,
    scope,
    requestedBy,
    askedAt,
    answerBy: earlier?.answerBy ?? answerBy(header, askedAt, secondsLeft(goal, settings)),
    expiresAt: header.expiresAt,
    taskToken,
    invitations: [...keptFrom(found, scope, random), ...invited.map(({ invitation }) => invitation)],
    told: earlier?.told ?? [],
  };
  await desk.lay(pending);

  const standing = standingOf(answers, questionOf(pending, header, settings));
  const { asked, isAnybodyTold } = await tell(ports, { header, pending, invited, asking: goal, standing });
  // A reminder that reached nobody takes nothing from those who were asked before.
  if (!isAnybodyTold && goal === 'ask') throw new NobodyReachedError(run);
  log.info(goal === 'ask' ? 'approval requested' : 'approvers reminded', { run, digest, asked });
  return asked;
}

/** A reminder that finds nothing of what was asked first asks anew, for as long as the run still waits. */
function secondsLeft(goal: Question['goal'], { approvalTimeoutSeconds }: RequestApprovalPorts['settings']): number {
  return goal === 'ask' ? approvalTimeoutSeconds : waitsOf(approvalTimeoutSeconds).last - graceSeconds;
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

async function isDecided(archive: Archive, run: Run, scope: Scope): Promise<boolean> {
  try {
    await archive.fetch(archiveKeys.decision(run, scope));
    return true;
  } catch (error) {
    if (error instanceof NotInArchiveError) return false;
    throw error;
  }
}
