import { judgeApproval, messageToSeal, parseSealedDecision } from '../../core/approval.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { NotStarted } from '../../core/claim.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { readSwitch } from '../../core/flags.ts';
import type { RunLock } from '../../core/living-ports.ts';
import type { Batch, Run } from '../../core/plan.ts';
import { isPlanned, readPlan } from '../../core/plan-reading.ts';
import type { Archive, Clock, GoAhead, Hash, SealChecker, Switch } from '../../core/ports.ts';
import type { Goal } from '../../core/rotation.ts';

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

/**
 * Why a batch may not start, if it may not.
 *
 * The approval is proved from the seal down, and nothing of it is taken from the event: the decision's seal holds the
 * digest, the digest holds the plan, the plan holds the batch's hash. A way back needs the same proof, since what it goes
 * back to stands in the batch; but neither time nor kill switch ever stops it.
 */
export async function reasonNotToStart(ports: WarrantPorts, goal: Goal, batch: Batch): Promise<NotStarted | undefined> {
  const forged = await reasonToDoubt(ports, goal, batch);
  if (forged !== undefined || goal === 'roll back') return forged;

  if (!(await ports.goAhead.isGiven(batch.run))) return 'goAheadWithdrawn';
  if (!(await ports.lock.isHeldBy(batch.run))) return 'lockNotHeld';
  const position = readSwitch(await ports.killSwitch.read());
  return position.kind === 'stop' ? position.reason : undefined;
}

async function reasonToDoubt(
  { archive, seals, hash, clock, tier }: WarrantPorts,
  goal: Goal,
  batch: Batch,
): Promise<NotStarted | undefined> {
  const sealed = await findDecision(archive, batch.run);
  if (sealed === undefined) return 'approvalMissing';

  const genuine = await seals.isGenuine(messageToSeal(sealed.decision), sealed.seal);
  const { header, digest } = await readPlan(archive, hash, batch.run);
  const verdict = judgeApproval(sealed.decision, header, digest, clock.now(), genuine ? 'genuine' : 'broken');
  if (verdict.kind === 'falls') {
    const standing = verdict.reasons.find((reason) => goal === 'rotate' || reason !== 'approvalExpired');
    if (standing !== undefined) return standing;
  }

  if (!isPlanned(hash, header, batch)) return 'batchNotInPlan';
  if (header.mode !== 'rotate') return 'otherMode';
  return batch.tier === tier ? undefined : 'otherTier';
}

async function findDecision(archive: Archive, run: Run) {
  try {
    return parseSealedDecision(await archive.fetch(archiveKeys.decision(run)));
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}
