import { type Decision, messageToSeal, serialiseDecision } from '../../core/approval.ts';
import { type Answer, isRepeated, judgeAnswer, type Refusal } from '../../core/approval-answer.ts';
import type { Callbacks } from '../../core/approval-ports.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Log, Sealer } from '../../core/ports.ts';
import { deliver, findDecision } from '../../core/recorded-decision.ts';
import type { Delivery } from './view.ts';
import type { Visit, VisitPorts } from './visit.ts';

export interface DecidePorts extends VisitPorts {
  readonly sealer: Sealer;
  readonly callbacks: Callbacks;
  readonly log: Log;
}

/** What became of an answer. */
export type Decided =
  | { readonly kind: 'recorded'; readonly decision: Decision; readonly delivery: Delivery }
  | { readonly kind: 'refused'; readonly reasons: readonly Refusal[]; readonly decision: Decision | undefined };

/**
 * Records an answer, if it may count, and tells the run.
 *
 * The record comes first, and the archive takes only one: of two answers at the same moment one finds the other there. A
 * run that could not be told hears of it when its approver sends the same answer again, or by deliver-decisions.
 */
export async function decide(ports: DecidePorts, visit: Visit, answer: Answer): Promise<Decided> {
  const { archive, sealer, clock, log } = ports;
  const { pending, invitation, decided, dossier } = visit;
  const { run } = pending;

  if (decided !== undefined && isRepeated(answer, invitation, decided)) return tell(ports, visit, decided);

  const verdict = judgeAnswer(answer, { pending, invitation, decided, header: dossier?.header }, clock.now());
  if (verdict.kind === 'refused') {
    log.warn('answer refused', { run, approver: invitation.approver, reasons: verdict.reasons });
    return { kind: 'refused', reasons: verdict.reasons, decision: decided };
  }

  const { decision } = verdict;
  const seal = await sealer.seal(messageToSeal(decision));
  const deposit = await archive.deposit(archiveKeys.decision(run), serialiseDecision({ decision, seal }));
  if (deposit === 'deposited') {
    log.info('plan decided', {
      run,
      approver: decision.approver,
      decision: decision.decision,
      digest: decision.digest,
    });
    return tell(ports, visit, decision);
  }

  const recorded = await findDecision(archive, pending);
  if (recorded === undefined || recorded === 'foreign') {
    log.error('the decision on record is not about this plan', { run });
    return { kind: 'refused', reasons: ['planChanged'], decision: undefined };
  }
  if (isRepeated(answer, invitation, recorded)) return tell(ports, visit, recorded);

  log.warn('answer refused', { run, approver: invitation.approver, reasons: ['alreadyDecided'] });
  return { kind: 'refused', reasons: ['alreadyDecided'], decision: recorded };
}

/** Hands the run what was recorded, never what was sent. */
async function tell({ callbacks, log }: DecidePorts, { pending }: Visit, decision: Decision): Promise<Decided> {
  const { run } = decision;
  try {
    const delivery = await deliver(callbacks, pending, decision);
    log.info('run told of its decision', { run, delivery });
    return { kind: 'recorded', decision, delivery };
  } catch (error) {
    log.error('run not told of its decision', { run, error: error instanceof Error ? error.name : 'unknown' });
    return { kind: 'recorded', decision, delivery: 'lost' };
  }
}
