import { judgeApproval, messageToSeal, parseSealedDecision } from '../../core/approval.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { NotStarted } from '../../core/claim.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { readSwitch } from '../../core/flags.ts';
import type { RunLock } from '../../core/living-ports.ts';
import type { Mode, Run } from '../../core/plan.ts';
import { isPlanned, readPlan } from '../../core/plan-reading.ts';
import type { Archive, Clock, GoAhead, Hash, SealChecker, Switch } from '../../core/ports.ts';
import type { RotateBatchEvent } from './event.ts';

export interface WarrantPorts {
  readonly archive: Archive;
  readonly seals: SealChecker;
  readonly goAhead: GoAhead;
  readonly lock: Pick<RunLock, 'isHeldBy'>;
  readonly killSwitch: Switch;
  readonly hash: Hash;
  readonly clock: Clock;
  /** The one tier whose secrets this function's role reaches. */
  readonly tier: string;
}

/** What a batch may be turned for, as it was approved, or why it may not start. */
export type Warrant =
  | { readonly kind: 'granted'; readonly mode: Extract<Mode, 'rotate' | 'restore'> }
  | { readonly kind: 'refused'; readonly reason: NotStarted };

/**
 * Whether a batch may start, and what for.
 *
 * The approval is proved from the seal down, and nothing of it is taken from the event: the decision's seal holds the
 * digest, the digest holds the plan, the plan holds the batch's hash. A way back needs the same proof, since what it goes
 * back to stands in the batch; but neither time nor kill switch ever stops it.
 */
export async function warrantFor(ports: WarrantPorts, { goal, batch }: RotateBatchEvent): Promise<Warrant> {
  const approved = await approvedFor(ports, { goal, batch });
  if (approved.kind === 'refused' || goal === 'roll back') return approved;

  if (!(await ports.goAhead.isGiven(batch.run))) return refused('goAheadWithdrawn');
  if (!(await ports.lock.isHeldBy(batch.run))) return refused('lockNotHeld');
  const position = readSwitch(await ports.killSwitch.read());
  return position.kind === 'stop' ? refused(position.reason) : approved;
}

async function approvedFor(
  { archive, seals, hash, clock, tier }: WarrantPorts,
  { goal, batch }: RotateBatchEvent,
): Promise<Warrant> {
  const sealed = await findDecision(archive, batch.run);
  if (sealed === undefined) return refused('approvalMissing');

  const genuine = await seals.isGenuine(messageToSeal(sealed.decision), sealed.seal);
  const { header, digest } = await readPlan(archive, hash, batch.run);
  const verdict = judgeApproval(sealed.decision, header, digest, clock.now(), genuine ? 'genuine' : 'broken');
  if (verdict.kind === 'falls') {
    const standing = verdict.reasons.find((reason) => goal === 'rotate' || reason !== 'approvalExpired');
    if (standing !== undefined) return refused(standing);
  }

  if (!isPlanned(hash, header, batch)) return refused('batchNotInPlan');
  if (header.mode !== 'rotate' && header.mode !== 'restore') return refused('otherMode');
  return batch.tier === tier ? { kind: 'granted', mode: header.mode } : refused('otherTier');
}

const refused = (reason: NotStarted): Warrant => ({ kind: 'refused', reason });

async function findDecision(archive: Archive, run: Run) {
  try {
    return parseSealedDecision(await archive.fetch(archiveKeys.decision(run)));
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}
