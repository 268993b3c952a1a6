import { canonicalJson } from './canonical.ts';
import type { Instant } from './instant.ts';
import { isSamePerson } from './person.ts';
import type { PlanDigest, PlanHeader, Run } from './plan.ts';

interface DecisionOnPlan {
  readonly run: Run;
  readonly digest: PlanDigest;
  readonly approver: string;
  readonly decidedAt: Instant;
  /** The plan's: from this moment on the decision lets no wave start. */
  readonly expiresAt: Instant;
  readonly requestedBy: string;
}

/** What was decided about a plan, by whom and when. The first one that is recorded is the only one. */
export type Decision =
  | (DecisionOnPlan & { readonly decision: 'approved' })
  | (DecisionOnPlan & { readonly decision: 'rejected'; readonly reason: string });

export interface SealedDecision {
  readonly decision: Decision;
  /** Base64. */
  readonly seal: string;
}

/** What the seal is made over. It says what it is for, so that a seal of this key over something else proves nothing. */
export const messageToSeal = (decision: Decision): string => `keyturn decision\n${canonicalJson(decision)}`;

/** The longest reason that is recorded: it fits, whatever it holds, into what KMS seals. */
export const longestReason = 500;

/** What is known of the seal. Only the function that writes may check it. */
export type SealState = 'genuine' | 'broken' | 'unchecked';

/**
 * Every reason why a recorded decision does not let a plan's wave start, and the sentence an operator reads.
 *
 * The keys outlive the code: execution histories, reports and alarms quote them.
 */
export const flaws = {
  notApproved: 'the plan was rejected',
  sealBroken: 'the seal was not made by the approval desk over this decision',
  otherRun: 'the decision is about another run',
  otherPlan: 'the decision is about another plan',
  selfApproved: 'whoever asked for the run approved it',
  decidedTooLate: 'the decision was made after the plan expired',
  approvalExpired: 'the plan has expired since',
} as const;

export type ApprovalFlaw = keyof typeof flaws;

export type ApprovalVerdict =
  | { readonly kind: 'stands' }
  | { readonly kind: 'falls'; readonly reasons: readonly [ApprovalFlaw, ...ApprovalFlaw[]] };

/**
 * Judges whether a recorded decision lets a plan's waves start now.
 *
 * `digest` is that of the header's bytes, taken by whoever asks. Lists every flaw, not just the first.
 */
export function judgeApproval(
  decision: Decision,
  header: PlanHeader,
  digest: PlanDigest,
  now: Instant,
  seal: SealState,
): ApprovalVerdict {
  const [first, ...rest] = flawsOf(decision, header, digest, now, seal);
  return first === undefined ? { kind: 'stands' } : { kind: 'falls', reasons: [first, ...rest] };
}

function* flawsOf(
  decision: Decision,
  header: PlanHeader,
  digest: PlanDigest,
  now: Instant,
  seal: SealState,
): Generator<ApprovalFlaw> {
  const expiresAt = Math.min(header.expiresAt, decision.expiresAt);

  if (decision.decision !== 'approved') yield 'notApproved';
  if (seal === 'broken') yield 'sealBroken';
  if (decision.run !== header.run) yield 'otherRun';
  if (decision.digest !== digest) yield 'otherPlan';
  if (isSamePerson(decision.approver, header.requestedBy)) yield 'selfApproved';
  if (decision.decidedAt >= expiresAt) yield 'decidedTooLate';
  if (now >= expiresAt) yield 'approvalExpired';
}

/** Reads what the archive holds of a decision. Undefined: it is not one, whoever put it there. */
export function parseSealedDecision(text: string): SealedDecision | undefined {
  const sealed = parseJson(text);
  if (!isRecord(sealed) || typeof sealed['seal'] !== 'string' || sealed['seal'] === '') return undefined;

  const decision = sealed['decision'];
  return isDecision(decision) ? { decision, seal: sealed['seal'] } : undefined;
}

export const serialiseDecision = (sealed: SealedDecision): string => canonicalJson(sealed);

function isDecision(value: unknown): value is Decision {
  if (!isRecord(value)) return false;
  const texts = ['run', 'digest', 'approver', 'requestedBy'].every((field) => typeof value[field] === 'string');
  const moments = ['decidedAt', 'expiresAt'].every((field) => Number.isSafeInteger(value[field]));
  const decided =
    value['decision'] === 'approved' || (value['decision'] === 'rejected' && typeof value['reason'] === 'string');

  return texts && moments && decided;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
