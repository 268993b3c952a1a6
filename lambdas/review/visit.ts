import type { Decision } from '../../core/approval.ts';
import { type Invitation, ownerOf, type PendingApproval } from '../../core/approval-desk.ts';
import type { ApprovalDesk } from '../../core/approval-ports.ts';
import type { Archive, Clock, Hash } from '../../core/ports.ts';
import { findDecision } from '../../core/recorded-decision.ts';
import { type Dossier, readDossier } from './dossier.ts';
import type { LinkRequest } from './event.ts';
import { type Progress, readProgress } from './progress.ts';

/** An approver at the desk, and all that their link opens. */
export interface Visit {
  readonly pending: PendingApproval;
  readonly invitation: Invitation;
  readonly decided: Decision | undefined;
  /** Undefined: what the archive holds, plan or decision, is not about what waits here. */
  readonly dossier: Dossier | undefined;
  readonly progress: Progress | undefined;
}

export interface VisitPorts {
  readonly archive: Archive;
  readonly desk: ApprovalDesk;
  readonly hash: Hash;
  readonly clock: Clock;
}

/** Somebody at the desk, by a link that is an approver's. */
export type Guest = Pick<Visit, 'pending' | 'invitation'>;

/** Whose link it is. Undefined: nobody's. It writes nothing, however often it is asked. */
export async function guestAt(
  { desk, hash }: Pick<VisitPorts, 'desk' | 'hash'>,
  { run, link }: Pick<LinkRequest, 'run' | 'link'>,
): Promise<Guest | undefined> {
  const pending = await desk.find(run);
  const invitation = pending && ownerOf(link, pending, hash);
  return pending === undefined || invitation === undefined ? undefined : { pending, invitation };
}

/** Reads all that an approver's link opens. It writes nothing, however often it is asked. */
export async function openLink({ archive, hash, clock }: VisitPorts, { pending, invitation }: Guest): Promise<Visit> {
  const [dossier, found] = await Promise.all([readDossier(archive, hash, pending), findDecision(archive, pending)]);
  if (found === 'foreign') {
    return { pending, invitation, decided: undefined, dossier: undefined, progress: undefined };
  }
  // Nothing of a run is to be seen before its time to answer has ended in one way or the other.
  const isOpen = found === undefined && clock.now() < pending.answerBy;
  const progress = isOpen || dossier === undefined ? undefined : await readProgress(archive, dossier.header);
  return { pending, invitation, decided: found, dossier, progress };
}
