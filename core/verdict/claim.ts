import { flaws } from '../approval/approval.ts';
import { stopReasons } from '../limits/flags.ts';
import type { Retirement } from '../plan.ts';
import type { RetirementHold } from '../rotation/retirement.ts';
import type { Hold } from '../rotation/rotation.ts';

/** Why a batch did not start. Nothing of it was touched. */
export const notStarted = {
  ...flaws,
  approvalMissing: 'no decision is recorded for the run',
  waveApprovalMissing: 'no decision is recorded for the wave, which needs one of its own',
  batchNotInPlan: 'the batch is not what the plan says it is',
  otherMode: 'the approved plan is not for what this function does',
  otherTier: 'the batch belongs to another tier than this function',
  notAdmitted: 'its wave was not let go, or not yet',
  goAheadWithdrawn: 'the run lost its go-ahead: an earlier batch failed, or it was never given',
  lockNotHeld: 'the run does not have the lock: another has it, or this one was settled after it died',
  runOver:
    'the run has ended and given up the lock: what it changed goes back by a restore, with an approval of its own',
  ...stopReasons,
} as const;

export type NotStarted = keyof typeof notStarted;

/** Those that mean that somebody went around the workflow, or changed what was approved. */
const forgeries: readonly NotStarted[] = [
  'approvalMissing',
  'waveApprovalMissing',
  'notApproved',
  'sealBroken',
  'otherRun',
  'otherPlan',
  'otherScope',
  'selfApproved',
  'tooFewApprovals',
  'notSignedIn',
  'decidedTooLate',
  'batchNotInPlan',
  'otherMode',
  'otherTier',
  'notAdmitted',
  'runOver',
];

export const isForgery = (reason: NotStarted): boolean => forgeries.includes(reason);

/** Why a secret of a batch that started was not touched, or was left half-way. */
export type FailureReason = Hold | RetirementHold | 'unreadable' | 'masterUnreadable';

interface OfSecret {
  readonly arn: string;
  readonly name: string;
}

/** What rotate-batch says it did to one secret. Probe-batch looks whether it is so. */
export type Claim = OfSecret &
  (
    | { readonly kind: 'rotated'; readonly versionId: string }
    /** The version is the one that is AWSCURRENT, and stays so: the old credential is none of it any more. */
    | { readonly kind: 'retired'; readonly did: Retirement; readonly versionId: string }
    | { readonly kind: 'back'; readonly versionId: string; readonly touched: boolean }
    | { readonly kind: 'leftAlone'; readonly reason: string }
    | { readonly kind: 'failed'; readonly reason: FailureReason }
  );

/** The answer of rotate-batch. `failed` is what the workflow writes in its place when the function gave none. */
export type BatchAnswer =
  | { readonly kind: 'turned'; readonly claims: readonly Claim[] }
  | { readonly kind: 'notStarted'; readonly reason: NotStarted }
  | { readonly kind: 'failed'; readonly error: string };
