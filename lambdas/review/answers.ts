import { eligibleApprovers, isSameText, type PendingApproval } from '../../core/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { messageToSeal, parseSealedAnswer, type SealedAnswer } from '../../core/decision.ts';
import type { PlanHeader } from '../../core/plan.ts';
import type { Archive, Log, Sealer } from '../../core/ports.ts';
import { approvalsNeeded, type Question } from '../../core/quorum.ts';
import { findText } from '../../core/recorded-decision.ts';
import type { Settings } from '../../core/settings.ts';

export interface AnswerPorts {
  readonly archive: Archive;
  readonly sealer: Sealer;
  readonly log: Log;
  readonly settings: Pick<Settings, 'tiers' | 'approvers'>;
}

/** What waits here, as what its answers are held against. */
export const questionOf = (
  { run, digest, scope, requestedBy }: PendingApproval,
  header: PlanHeader,
  settings: AnswerPorts['settings'],
): Question => ({
  run,
  digest,
  scope,
  requestedBy,
  needed: approvalsNeeded(scope, header, settings),
  approvers: settings.approvers,
});

/** What has been answered so far, by those who may. Their names are known, so nothing needs to be listed. */
export async function readAnswers(ports: AnswerPorts, pending: PendingApproval): Promise<readonly SealedAnswer[]> {
  const eligible = eligibleApprovers(ports.settings.approvers, pending.requestedBy);
  const found = await Promise.all(eligible.map(({ name }) => findAnswer(ports, pending, name)));
  return found.filter((answer) => answer !== undefined);
}

/**
 * What one approver has answered. Only what this desk sealed is believed: the same message under the same key has the same
 * seal, so it makes it again, to compare it and for nothing else.
 */
async function findAnswer(
  { archive, sealer, log }: AnswerPorts,
  { run, digest, scope }: PendingApproval,
  approver: string,
): Promise<SealedAnswer | undefined> {
  const text = await findText(archive, archiveKeys.answer(run, scope, approver));
  if (text === undefined) return undefined;

  const sealed = parseSealedAnswer(text);
  if (sealed !== undefined) {
    const { answer, seal } = sealed;
    const isOfThis =
      answer.run === run && answer.digest === digest && answer.scope === scope && answer.approver === approver;
    if (isOfThis && isSameText(seal, await sealer.seal(messageToSeal(answer)))) return sealed;
  }
  log.error('an answer on record is not what this desk sealed', { run, scope, approver });
  return undefined;
}
