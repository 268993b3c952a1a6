import { archiveKeys } from '../archive-keys.ts';
import { NotInArchiveError } from '../errors.ts';
import type { Run } from '../plan.ts';
import type { Archive } from '../ports.ts';
import type { Scope } from '../scope.ts';
import type { PendingApproval } from './approval-desk.ts';
import type { Callbacks } from './approval-ports.ts';
import { type Decision, parseDecision, parseSealedAnswer, type SealedAnswer, serialiseDecision } from './decision.ts';
import { decisionFrom, type Question } from './quorum.ts';

/** What was decided about a plan, or about a wave of it. Undefined: nothing is on record, or what is there is no decision. */
export async function readDecision(archive: Archive, run: Run, scope: Scope = 'plan'): Promise<Decision | undefined> {
  const text = await findText(archive, archiveKeys.decision(run, scope));
  return text === undefined ? undefined : parseDecision(text);
}

/** What is recorded about what waits: its decision, nothing yet, or `foreign` when that is no decision about it. */
export async function findDecision(
  archive: Archive,
  { run, digest, scope }: PendingApproval,
): Promise<Decision | 'foreign' | undefined> {
  const text = await findText(archive, archiveKeys.decision(run, scope));
  if (text === undefined) return undefined;

  const decision = parseDecision(text);
  const isOfThis = decision?.answers.every(
    ({ answer }) => answer.run === run && answer.digest === digest && answer.scope === scope,
  );
  return decision !== undefined && isOfThis === true ? decision : 'foreign';
}

/**
 * What is recorded of one approver about what waits: their answer, nothing yet, or `foreign` when that is no answer of theirs
 * about it. Whether its seal is genuine is for others to prove.
 */
export async function findAnswer(
  archive: Archive,
  { run, digest, scope }: PendingApproval,
  approver: string,
): Promise<SealedAnswer | 'foreign' | undefined> {
  const text = await findText(archive, archiveKeys.answer(run, scope, approver));
  if (text === undefined) return undefined;

  const sealed = parseSealedAnswer(text);
  if (sealed === undefined) return 'foreign';
  const { answer } = sealed;
  const isOfThis =
    answer.run === run && answer.digest === digest && answer.scope === scope && answer.approver === approver;
  return isOfThis ? sealed : 'foreign';
}

/** Records what these answers come to, if they come to anything. Whoever is first decides; the archive takes no second. */
export async function recordDecision(
  archive: Archive,
  answers: readonly SealedAnswer[],
  question: Question,
): Promise<Decision | undefined> {
  const decision = decisionFrom(answers, question);
  if (decision === undefined) return undefined;
  const key = archiveKeys.decision(question.run, question.scope);
  const deposit = await archive.deposit(key, serialiseDecision(decision));
  return deposit === 'deposited' ? decision : undefined;
}

/** Wakes the run that waits, with what was recorded and never with what was sent. */
export const deliver = (callbacks: Callbacks, { taskToken, digest }: PendingApproval, { decision }: Decision) =>
  callbacks.succeed(taskToken, { decision, digest });

/** What is in the archive under a key, or undefined when nobody deposited it. */
export async function findText(archive: Archive, key: string): Promise<string | undefined> {
  try {
    return await archive.fetch(key);
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}
