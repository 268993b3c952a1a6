import { eligibleApprovers, invite, type PendingApproval } from '../../core/approval/approval-desk.ts';
import type { ApprovalDesk } from '../../core/approval/approval-ports.ts';
import { isSamePerson } from '../../core/approval/person.ts';
import { decisionFrom, questionOf } from '../../core/approval/quorum.ts';
import { readPlan } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, Hash } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { Settings } from '../../core/settings.ts';
import type { Answered } from './event.ts';
import { answersTo, silentOf, standingOf, type TellingPorts, tell } from './telling.ts';

export interface MorePorts extends TellingPorts {
  readonly archive: Archive;
  readonly desk: Pick<ApprovalDesk, 'find' | 'change'>;
  readonly random: Random;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'tiers' | 'approvers'>;
}

/**
 * Tells those who have not answered that somebody approved, and that more must.
 *
 * Nobody is told when the answers decide: then the run goes on, and says so itself. That the others were told of an answer
 * stands beside what waits before they are, written only over what it was read from: events come twice, messages do not.
 */
export async function tellOthers(ports: MorePorts, { run, scope, approver }: Answered): Promise<readonly string[]> {
  const { archive, desk, random, hash, clock, settings, log } = ports;
  const found = await desk.find(run);
  const isOpen = (pending: PendingApproval): boolean =>
    pending.scope === scope &&
    clock.now() < pending.answerBy &&
    !pending.told.some((name) => isSamePerson(name, approver));
  if (found === undefined || !isOpen(found)) return [];

  const { header, digest } = await readPlan(archive, hash, run);
  if (digest !== found.digest) return [];
  const eligible = eligibleApprovers(settings.approvers, found.requestedBy);
  const answers = await answersTo(archive, found, eligible);
  const question = questionOf(found, header, settings);
  const isGiven = answers.some(({ answer }) => isSamePerson(answer.approver, approver));
  if (!isGiven || decisionFrom(answers, question) !== undefined) return [];

  const invited = silentOf(eligible, answers).map((one) => invite(one, random, hash));
  const pending = await desk.change(run, (now) =>
    isOpen(now) && now.digest === digest
      ? {
          ...now,
          invitations: [...now.invitations, ...invited.map(({ invitation }) => invitation)],
          told: [...now.told, approver],
        }
      : undefined,
  );
  if (pending === undefined) return [];

  const { asked } = await tell(ports, {
    header,
    pending,
    invited,
    asking: 'more',
    standing: standingOf(answers, question),
  });
  log.info('approvers told that more must approve', { run, scope, answered: approver, asked });
  return asked;
}
