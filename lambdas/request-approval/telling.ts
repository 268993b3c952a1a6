import type { FreshInvitation, PendingApproval } from '../../core/approval/approval-desk.ts';
import type { SealedAnswer } from '../../core/approval/decision.ts';
import { approvalsOf, type Question } from '../../core/approval/quorum.ts';
import { findAnswer } from '../../core/approval/recorded-decision.ts';
import {
  type Asking,
  invitationNotice,
  personalLink,
  type Standing,
  waitingNotice,
} from '../../core/notices/approval-notices.ts';
import { type Channels, postBy, writeTo } from '../../core/notices/channel.ts';
import type { PlanHeader } from '../../core/plan.ts';
import type { Archive, Log } from '../../core/ports.ts';
import type { Approver } from '../../core/settings.ts';

export interface TellingPorts {
  readonly channels: Channels;
  readonly log: Log;
  /** Where the review page is served, without the path. */
  readonly reviewUrl: string;
}

/** What people are told of a question. */
export interface Telling {
  readonly header: PlanHeader;
  readonly pending: PendingApproval;
  readonly invited: readonly FreshInvitation[];
  readonly asking: Asking;
  readonly standing: Standing;
}

export interface Told {
  /** Who was sent a link of their own. */
  readonly asked: readonly string[];
  readonly isAnybodyTold: boolean;
}

/** Tells each approver with their link, and then everybody without one. */
export async function tell(
  { channels, reviewUrl, log }: TellingPorts,
  { header, pending, invited, asking, standing }: Telling,
): Promise<Told> {
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
  return { asked, isAnybodyTold: asked.length > 0 || (channels.personal.length === 0 && posted.length > 0) };
}

/** What has been answered so far. It is only told of, so nobody proves the seals here. */
export async function answersTo(
  archive: Archive,
  pending: PendingApproval,
  approvers: readonly Approver[],
): Promise<readonly SealedAnswer[]> {
  const found = await Promise.all(approvers.map(({ name }) => findAnswer(archive, pending, name)));
  return found.filter((answer) => answer !== undefined && answer !== 'foreign');
}

/** Who can say nothing more, having answered, is not asked again. */
export const silentOf = (eligible: readonly Approver[], answers: readonly SealedAnswer[]): readonly Approver[] =>
  eligible.filter(({ name }) => !answers.some(({ answer }) => answer.approver === name));

export function standingOf(answers: readonly SealedAnswer[], question: Question): Standing {
  const approvals = approvalsOf(answers, question);
  return {
    approvedBy: approvals.map(({ answer }) => answer.approver),
    missing: question.needed - approvals.length,
  };
}
