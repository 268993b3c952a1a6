import { judgeApproval } from '../../core/approval/approval.ts';
import { type Decision, messageToSeal } from '../../core/approval/decision.ts';
import { approvalsNeeded } from '../../core/approval/quorum.ts';
import { findText, readDecision } from '../../core/approval/recorded-decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { readSwitch } from '../../core/limits/flags.ts';
import type { RunLock } from '../../core/living-ports.ts';
import type { Mode, Run } from '../../core/plan.ts';
import { isPlanned, readPlan } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, GoAhead, Hash, SealChecker, Switch } from '../../core/ports.ts';
import { type Scope, scopeOfWave } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { NotStarted } from '../../core/verdict/claim.ts';
import type { RotateBatchEvent } from './event.ts';

export interface WarrantPorts {
  readonly archive: Archive;
  readonly seals: SealChecker;
  readonly goAhead: GoAhead;
  readonly lock: Pick<RunLock, 'isHeldBy'>;
  readonly killSwitch: Switch;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'tiers' | 'approvers' | 'signIn'>;
  /** The one tier whose secrets this function's role reaches. */
  readonly tier: string;
}

/** What a batch may be turned for, as it was approved, or why it may not start. */
export type Warrant =
  | { readonly kind: 'granted'; readonly mode: Exclude<Mode, 'audit'> }
  | { readonly kind: 'refused'; readonly reason: NotStarted };

/**
 * Whether a batch may start, and what for.
 *
 * The approval is proved from the seals down, and nothing of it is taken from the event: each answer's seal holds the
 * digest, the digest holds the plan, the plan holds the batch's hash. As many people must have answered as the plan needs,
 * and once more for a wave that is held. A wave goes forward only once it was let go, whoever asks for it.
 *
 * A way back needs the same proof, since what it goes back to stands in the batch; but neither time nor kill switch ever
 * stops it, nor does what a deployment since demands of approvals: it is held against the plan alone. Once the run has
 * reported itself, or was settled after it died, and has given up the lock, what it changed goes back by a restore, which
 * people approve.
 */
export async function warrantFor(ports: WarrantPorts, { goal, batch }: RotateBatchEvent): Promise<Warrant> {
  const approved = await approvedFor(ports, { goal, batch });
  if (approved.kind === 'refused') return approved;
  if (goal === 'roll back') return (await isOver(ports, batch.run)) ? refused('runOver') : approved;

  const admission = await findText(ports.archive, archiveKeys.admission(batch.run, batch.wave));
  if (admission === undefined) return refused('notAdmitted');
  if (!(await ports.goAhead.isGiven(batch.run))) return refused('goAheadWithdrawn');
  if (!(await ports.lock.isHeldBy(batch.run))) return refused('lockNotHeld');
  const position = readSwitch(await ports.killSwitch.read());
  return position.kind === 'stop' ? refused(position.reason) : approved;
}

/** Others may have rotated since what a run has changed that has reported itself, or that died and was settled. */
async function isOver({ archive, lock }: WarrantPorts, run: Run): Promise<boolean> {
  for (const key of [archiveKeys.report(run), archiveKeys.recovery(run)]) {
    if ((await findText(archive, key)) !== undefined) return !(await lock.isHeldBy(run));
  }
  return false;
}

async function approvedFor(ports: WarrantPorts, { goal, batch }: RotateBatchEvent): Promise<Warrant> {
  const { archive, hash, tier } = ports;
  const plan = await readDecision(archive, batch.run);
  if (plan === undefined) return refused('approvalMissing');

  const { header, digest } = await readPlan(archive, hash, batch.run);
  const held = scopeOfWave(batch.wave);
  const isBack = goal === 'roll back';
  const isHeld = approvalsNeeded(held, header, isBack ? { tiers: [] } : ports.settings) > 0;
  const scopes: Scope[] = isHeld ? ['plan', held] : ['plan'];
  for (const scope of scopes) {
    const decision = scope === 'plan' ? plan : await readDecision(archive, batch.run, scope);
    if (decision === undefined) return refused('waveApprovalMissing');
    const genuine = await areGenuine(ports, decision);
    const approvable = { header, digest, scope, settings: isBack ? asAnswered(decision) : ports.settings };
    const verdict = judgeApproval(decision, approvable, ports.clock.now(), genuine ? 'genuine' : 'broken');
    if (verdict.kind === 'stands') continue;
    const standing = verdict.reasons.find((reason) => !isBack || reason !== 'approvalExpired');
    if (standing !== undefined) return refused(standing);
  }

  if (!isPlanned(hash, header, batch)) return refused('batchNotInPlan');
  if (header.mode === 'audit') return refused('otherMode');
  return batch.tier === tier ? { kind: 'granted', mode: header.mode } : refused('otherTier');
}

/** Whoever answered may have answered, and the plan says how many must: nothing is demanded of them besides. */
const asAnswered = ({ answers }: Decision): WarrantPorts['settings'] => ({
  tiers: [],
  approvers: answers.map(({ answer: { approver } }) => ({ name: approver, email: approver })),
});

const refused = (reason: NotStarted): Warrant => ({ kind: 'refused', reason });

/** One after the other, so that a decision made of thousands of answers ends at the first that is not genuine. */
async function areGenuine({ seals }: WarrantPorts, { answers }: Decision): Promise<boolean> {
  for (const { answer, seal } of answers) {
    if (!(await seals.isGenuine(messageToSeal(answer), seal))) return false;
  }
  return true;
}
