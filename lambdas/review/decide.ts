import { type Answer, isRepeated, judgeAnswer, type Refusal } from '../../core/approval/approval-answer.ts';
import type { Callbacks } from '../../core/approval/approval-ports.ts';
import { type Decision, messageToSeal, type SealedAnswer, serialiseAnswer } from '../../core/approval/decision.ts';
import { questionOf } from '../../core/approval/quorum.ts';
import { deliver, findDecision, recordDecision } from '../../core/approval/recorded-decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { readAnswers } from './answers.ts';
import type { Delivery } from './view.ts';
import type { Visit, VisitPorts } from './visit.ts';

export interface DecidePorts extends VisitPorts {
  readonly callbacks: Callbacks;
}

/** What became of an answer. */
export type Decided =
  /** It is one of those that decided. */
  | { readonly kind: 'decided'; readonly decision: Decision; readonly delivery: Delivery }
  /** It counts, and more are needed. */
  | { readonly kind: 'counted'; readonly answers: readonly SealedAnswer[] }
  | { readonly kind: 'refused'; readonly reasons: readonly Refusal[]; readonly decision: Decision | undefined };

/**
 * Records an answer, if it may count, and what the answers so far come to; then it tells the run.
 *
 * The archive takes one answer of each approver and one decision. Whoever has recorded an answer looks at all of them
 * afterwards, so that of two at the same moment one at least sees both; a decision that both make is the same one, or the
 * first is. What an interrupted attempt left undone is done when its approver sends the same answer again, or by
 * deliver-decisions.
 */
export async function decide(ports: DecidePorts, visit: Visit, answer: Answer): Promise<Decided> {
  const { archive, sealer, clock } = ports;
  const { pending, invitation, provedBy, decided, dossier, own } = visit;
  const { run, scope } = pending;

  const now = clock.now();
  const isAgain = own !== undefined && isRepeated(answer, invitation, own.answer);
  if (isAgain && decided !== undefined) return tell(ports, visit, decided);
  // Once it is too late the run counts what was answered itself, and nobody else decides anything.
  if (isAgain) return now < pending.answerBy ? settle(ports, visit) : { kind: 'counted', answers: visit.answers };

  const verdict = judgeAnswer(
    answer,
    { pending, invitation, provedBy, decided, own: own?.answer, header: dossier?.header },
    now,
  );
  if (verdict.kind === 'refused') return refuse(ports, visit, verdict.reasons);

  const given = { answer: verdict.answer, seal: await sealer.seal(messageToSeal(verdict.answer)) };
  const { approver, digest, decision } = given.answer;
  const key = archiveKeys.answer(run, scope, approver);
  if ((await archive.deposit(key, serialiseAnswer(given))) === 'deposited') {
    ports.log.info('plan answered', { run, scope, approver, decision, digest, provedBy: provedBy.kind });
    return settle(ports, visit);
  }

  const recorded = (await readAnswers(ports, pending)).find((one) => one.answer.approver === approver);
  if (recorded === undefined) return refuse(ports, visit, ['planChanged']);
  if (isRepeated(answer, invitation, recorded.answer)) return settle(ports, visit);
  return refuse(ports, visit, ['alreadyAnswered']);
}

/** Looks what the answers on record come to, and records it. */
async function settle(ports: DecidePorts, visit: Visit): Promise<Decided> {
  const { archive, log, settings } = ports;
  const { pending, invitation, dossier } = visit;
  const { run, scope, digest } = pending;
  if (dossier === undefined) return refuse(ports, visit, ['planChanged']);

  const answers = await readAnswers(ports, pending);
  const made = await recordDecision(archive, answers, questionOf(pending, dossier.header, settings));
  if (made !== undefined) log.info('plan decided', { run, scope, digest, decision: made.decision });

  const recorded = await findDecision(archive, pending);
  if (recorded === 'foreign') {
    log.error('the decision on record is not about this plan', { run, scope });
    return refuse(ports, visit, ['planChanged']);
  }
  if (recorded === undefined) return { kind: 'counted', answers };

  const told = await tell(ports, visit, recorded);
  const isOneOfThem = recorded.answers.some(({ answer }) => answer.approver === invitation.approver);
  return isOneOfThem ? told : refuse(ports, visit, ['alreadyDecided'], recorded);
}

function refuse(
  { log }: DecidePorts,
  { pending: { run, scope }, invitation: { approver }, decided }: Visit,
  reasons: readonly Refusal[],
  decision: Decision | undefined = decided,
): Decided {
  log.warn('answer refused', { run, scope, approver, reasons });
  return { kind: 'refused', reasons, decision };
}

/** Hands the run what was recorded, never what was sent. */
async function tell({ callbacks, log }: DecidePorts, { pending }: Visit, decision: Decision): Promise<Decided> {
  const { run } = pending;
  try {
    const delivery = await deliver(callbacks, pending, decision);
    log.info('run told of its decision', { run, delivery });
    return { kind: 'decided', decision, delivery };
  } catch (error) {
    log.error('run not told of its decision', { run, error: error instanceof Error ? error.name : 'unknown' });
    return { kind: 'decided', decision, delivery: 'lost' };
  }
}
