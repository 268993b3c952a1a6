import { type Decision, parseSealedDecision } from './approval.ts';
import type { PendingApproval } from './approval-desk.ts';
import type { Callbacks } from './approval-ports.ts';
import { archiveKeys } from './archive-keys.ts';
import { NotInArchiveError } from './errors.ts';
import type { Archive } from './ports.ts';

/** What is recorded about a plan that waits: its decision, nothing yet, or `foreign` when that is no decision about it. */
export async function findDecision(
  archive: Archive,
  { run, digest }: PendingApproval,
): Promise<Decision | 'foreign' | undefined> {
  try {
    const decision = parseSealedDecision(await archive.fetch(archiveKeys.decision(run)))?.decision;
    return decision?.run === run && decision.digest === digest ? decision : 'foreign';
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}

/** Wakes the run that waits, with what was recorded and never with what was sent. */
export const deliver = (callbacks: Callbacks, { taskToken }: PendingApproval, { decision, digest }: Decision) =>
  callbacks.succeed(taskToken, { decision, digest });
