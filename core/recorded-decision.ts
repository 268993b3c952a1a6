import type { PendingApproval } from './approval-desk.ts';
import type { Callbacks } from './approval-ports.ts';
import { archiveKeys } from './archive-keys.ts';
import { type Decision, parseDecision, type Scope } from './decision.ts';
import { NotInArchiveError } from './errors.ts';
import type { Run } from './plan.ts';
import type { Archive } from './ports.ts';

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
