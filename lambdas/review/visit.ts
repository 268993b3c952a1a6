import { type Invitation, ownerOf, type PendingApproval } from '../../core/approval/approval-desk.ts';
import type { ApprovalDesk } from '../../core/approval/approval-ports.ts';
import type { Decision, Proof, SealedAnswer } from '../../core/approval/decision.ts';
import { isSamePerson } from '../../core/approval/person.ts';
import { findDecision } from '../../core/approval/recorded-decision.ts';
import type { Clock, Hash } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';
import { type AnswerPorts, readAnswers } from './answers.ts';
import { type Dossier, readDossier } from './dossier.ts';
import type { LinkRequest } from './event.ts';
import { type Progress, readProgress } from './progress.ts';

/** An approver at the desk, and all that their link opens. */
export interface Visit {
  readonly pending: PendingApproval;
  readonly invitation: Invitation;
  readonly provedBy: Proof;
  /** What has been answered so far. */
  readonly answers: readonly SealedAnswer[];
  /** What this approver has answered. */
  readonly own: SealedAnswer | undefined;
  readonly decided: Decision | undefined;
  /** Undefined: what the archive holds, plan or decision, is not about what waits here. */
  readonly dossier: Dossier | undefined;
  readonly progress: Progress | undefined;
}

export interface VisitPorts extends AnswerPorts {
  readonly desk: ApprovalDesk;
  readonly hash: Hash;
  readonly clock: Clock;
}

/** Somebody at the desk, by a link that is an approver's. */
export type Guest = Pick<Visit, 'pending' | 'invitation'>;

/** Whose link it is. Undefined: nobody's who may approve. It writes nothing, however often it is asked. */
export async function guestAt(
  { desk, hash, settings }: Pick<VisitPorts, 'desk' | 'hash'> & { readonly settings: Pick<Settings, 'approvers'> },
  { run, link }: Pick<LinkRequest, 'run' | 'link'>,
): Promise<Guest | undefined> {
  const pending = await desk.find(run);
  const invitation = pending && ownerOf(link, pending, hash);
  if (pending === undefined || invitation === undefined) return undefined;
  const isKnown = settings.approvers.some(({ name }) => isSamePerson(name, invitation.approver));
  return isKnown ? { pending, invitation } : undefined;
}

/** Reads all that an approver's link opens. It writes nothing, however often it is asked. */
export async function openLink(ports: VisitPorts, { pending, invitation }: Guest, provedBy: Proof): Promise<Visit> {
  const { archive, hash, clock } = ports;
  const [dossier, found, answers] = await Promise.all([
    readDossier(archive, hash, pending),
    findDecision(archive, pending),
    readAnswers(ports, pending),
  ]);
  const own = answers.find(({ answer }) => answer.approver === invitation.approver);
  const visit = { pending, invitation, provedBy, answers, own };
  if (found === 'foreign') return { ...visit, decided: undefined, dossier: undefined, progress: undefined };

  // Nothing of a run is to be seen before the plan is decided, or its time to answer is over.
  const isOpen = pending.scope === 'plan' && found === undefined && clock.now() < pending.answerBy;
  const progress = isOpen || dossier === undefined ? undefined : await readProgress(archive, dossier.header);
  return { ...visit, decided: found, dossier, progress };
}
