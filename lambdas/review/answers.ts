import { eligibleApprovers, isSameText, type PendingApproval } from '../../core/approval/approval-desk.ts';
import { messageToSeal, type SealedAnswer } from '../../core/approval/decision.ts';
import { findAnswer } from '../../core/approval/recorded-decision.ts';
import type { Archive, Log, Sealer } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';

export interface AnswerPorts {
  readonly archive: Archive;
  readonly sealer: Sealer;
  readonly log: Log;
  readonly settings: Pick<Settings, 'tiers' | 'approvers'>;
}

/** What has been answered so far, by those who may. Their names are known, so nothing needs to be listed. */
export async function readAnswers(ports: AnswerPorts, pending: PendingApproval): Promise<readonly SealedAnswer[]> {
  const eligible = eligibleApprovers(ports.settings.approvers, pending.requestedBy);
  const found = await Promise.all(eligible.map(({ name }) => findSealed(ports, pending, name)));
  return found.filter((answer) => answer !== undefined);
}

/**
 * What one approver has answered. Only what this desk sealed is believed: the same message under the same key has the same
 * seal, so it makes it again, to compare it and for nothing else.
 */
async function findSealed(
  { archive, sealer, log }: AnswerPorts,
  pending: PendingApproval,
  approver: string,
): Promise<SealedAnswer | undefined> {
  const found = await findAnswer(archive, pending, approver);
  if (found === undefined) return undefined;
  if (found !== 'foreign' && isSameText(found.seal, await sealer.seal(messageToSeal(found.answer)))) return found;

  const { run, scope } = pending;
  log.error('an answer on record is not what this desk sealed', { run, scope, approver });
  return undefined;
}
