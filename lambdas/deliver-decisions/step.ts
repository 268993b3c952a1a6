import { eligibleApprovers, type PendingApproval } from '../../core/approval/approval-desk.ts';
import type { ApprovalDesk, Callbacks } from '../../core/approval/approval-ports.ts';
import type { Decision, SealedAnswer } from '../../core/approval/decision.ts';
import { questionOf, type Undecided, whyUndecided } from '../../core/approval/quorum.ts';
import { deliver, findAnswer, findDecision, recordDecision } from '../../core/approval/recorded-decision.ts';
import { graceSeconds } from '../../core/approval/reminder.ts';
import type { Ending } from '../../core/outcome.ts';
import type { Run } from '../../core/plan.ts';
import { readPlan } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, Hash, Log } from '../../core/ports.ts';
import { type Scope, waveOfScope } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import { parseEvent } from './event.ts';

export interface DeliverDecisionsPorts {
  readonly archive: Archive;
  readonly desk: Pick<ApprovalDesk, 'find' | 'runs'>;
  readonly callbacks: Callbacks;
  readonly settings: Pick<Settings, 'tiers' | 'approvers'>;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Delivered {
  /** The runs that waited still, and were woken. */
  readonly woken: readonly Run[];
}

/** Whether the answers to what a run stops waiting for came to a decision, for it to look at, or how it ends. */
export type Counted = { readonly next: 'go on' } | Ending;

/**
 * Wakes the runs whose plans are decided, and who have not heard of it: what the review function said to them was lost. A run
 * that stops waiting has its answers counted once more, so that whatever was answered in time counts, heard of or not.
 *
 * It answers nothing: it repeats what is on record, or records what the answers there come to. It cannot seal, and proves no
 * seal: rotate-batch does, before anything is touched. A run that heard of its decision before no longer waits under its
 * token, so that telling it twice changes nothing.
 */
export const deliverDecisions =
  (ports: DeliverDecisionsPorts) =>
  async (given: unknown): Promise<Delivered | Counted> => {
    const event = parseEvent(given);
    return event.kind === 'sweep' ? sweep(ports) : count(ports, event);
  };

async function sweep(ports: DeliverDecisionsPorts): Promise<Delivered> {
  const { desk, log } = ports;
  const woken: Run[] = [];
  const failed: Run[] = [];
  for (const run of await desk.runs()) {
    try {
      if (!(await wake(ports, run))) continue;
      log.warn('a run had not heard of its decision, and was told', { run });
      woken.push(run);
    } catch (error) {
      // One that cannot be told must not keep the others from hearing.
      log.error('a run could not be told of its decision', {
        run,
        error: error instanceof Error ? error.name : 'unknown',
      });
      failed.push(run);
    }
  }
  if (failed.length > 0) throw new Error(`not told of their decisions: ${failed.join(', ')}; see the log`);
  return { woken };
}

async function wake(ports: DeliverDecisionsPorts, run: Run): Promise<boolean> {
  const { archive, desk, callbacks, clock } = ports;
  const pending = await desk.find(run);
  // Nobody waits for longer.
  if (pending === undefined || clock.now() >= pending.answerBy + graceSeconds * 1_000) return false;
  const decision =
    (await findDecision(archive, pending)) ?? (await complete(ports, pending, await answersTo(ports, pending)));
  if (decision === undefined || decision === 'foreign') return false;
  return (await deliver(callbacks, pending, decision)) === 'delivered';
}

/** A decision about something else is for the run to look at as well: it does not let it go on. */
async function count(
  ports: DeliverDecisionsPorts,
  { run, scope }: { readonly run: Run; readonly scope: Scope },
): Promise<Counted> {
  const { archive, desk, hash, settings } = ports;
  const found = await desk.find(run);
  const pending = found?.scope === scope ? found : undefined;
  const answers = pending === undefined ? [] : await answersTo(ports, pending);
  const decision = pending && ((await findDecision(archive, pending)) ?? (await complete(ports, pending, answers)));
  if (decision !== undefined) return { next: 'go on' };

  const { header, digest } = await readPlan(archive, hash, run);
  const { requestedBy } = header;
  const question = questionOf({ run, digest, scope, requestedBy }, header, settings);
  const asked = (found?.invitations ?? []).map(({ approver }) => approver);
  return unanswered(scope, whyUndecided(answers, question, asked));
}

/** Without a plan's approval nothing begins; without that of a wave the waves before it stay. */
function unanswered(scope: Scope, { kind, says }: Undecided): Ending {
  const wave = waveOfScope(scope);
  if (wave !== undefined) return { next: 'end', outcome: 'halted', reasons: [`waveNotApproved: ${wave}`, says] };
  return { next: 'end', outcome: kind === 'tooFewApprovers' ? 'refused' : 'expired', reasons: [says] };
}

async function answersTo(
  { archive, settings }: DeliverDecisionsPorts,
  pending: PendingApproval,
): Promise<readonly SealedAnswer[]> {
  const eligible = eligibleApprovers(settings.approvers, pending.requestedBy);
  const found = await Promise.all(eligible.map(({ name }) => findAnswer(archive, pending, name)));
  return found.filter((answer) => answer !== undefined && answer !== 'foreign');
}

/** Records what the answers come to, if whoever gave the last of them was interrupted. Undefined: they are too few yet. */
async function complete(
  { archive, hash, settings, log }: DeliverDecisionsPorts,
  pending: PendingApproval,
  answers: readonly SealedAnswer[],
): Promise<Decision | 'foreign' | undefined> {
  const { run, scope } = pending;
  if (answers.length === 0) return undefined;

  const { header, digest } = await readPlan(archive, hash, run);
  if (digest !== pending.digest) return 'foreign';
  const made = await recordDecision(archive, answers, questionOf(pending, header, settings));
  if (made !== undefined) log.warn('plan decided by answers that were left', { run, scope, decision: made.decision });
  return findDecision(archive, pending);
}
