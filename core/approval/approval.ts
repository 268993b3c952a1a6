import type { Instant } from '../instant.ts';
import type { PlanDigest, PlanHeader } from '../plan.ts';
import type { Scope } from '../scope.ts';
import type { Settings } from '../settings.ts';
import { eligibleApprovers } from './approval-desk.ts';
import { type Decision, type GivenAnswer, isOneAccount, type Proof } from './decision.ts';
import { isSamePerson } from './person.ts';
import { approvalsNeeded, peopleNamed } from './quorum.ts';

/** What is known of the seals. Only the function that writes may check them. */
export type SealState = 'genuine' | 'broken' | 'unchecked';

/**
 * Every reason why a recorded decision does not let a plan's wave start, and the sentence an operator reads.
 *
 * The keys outlive the code: execution histories, reports and alarms quote them.
 */
export const flaws = {
  notApproved: 'the plan was rejected',
  sealBroken: 'a seal was not made by the approval desk over its answer',
  otherRun: 'the decision is about another run',
  otherPlan: 'the decision is about another plan',
  otherScope: 'the decision is about another part of the plan',
  selfApproved: 'whoever asked for the run approved it',
  tooFewApprovals: 'fewer people who may approve the plan did than it needs',
  notSignedIn: 'an approver had not signed in where the settings demand it',
  decidedTooLate: 'the decision was made after the plan expired',
  approvalExpired: 'the plan has expired since',
} as const;

export type ApprovalFlaw = keyof typeof flaws;

export type ApprovalVerdict =
  | { readonly kind: 'stands' }
  | { readonly kind: 'falls'; readonly reasons: readonly [ApprovalFlaw, ...ApprovalFlaw[]] };

/** What a decision must be about, to let it start. None of it comes from the decision. */
export interface Approvable {
  readonly header: PlanHeader;
  /** That of the header's bytes, taken by whoever asks. */
  readonly digest: PlanDigest;
  /** The whole plan, or one wave that was held back. */
  readonly scope: Scope;
  readonly settings: Pick<Settings, 'tiers' | 'approvers' | 'signIn'>;
}

/** Judges whether a recorded decision lets a plan's waves start now. Lists every flaw, not just the first. */
export function judgeApproval(
  decision: Decision,
  approvable: Approvable,
  now: Instant,
  seal: SealState,
): ApprovalVerdict {
  const [first, ...rest] = flawsOf(decision, approvable, now, seal);
  return first === undefined ? { kind: 'stands' } : { kind: 'falls', reasons: [first, ...rest] };
}

function* flawsOf(
  { decision, answers }: Decision,
  { header, digest, scope, settings }: Approvable,
  now: Instant,
  seal: SealState,
): Generator<ApprovalFlaw> {
  const { run, requestedBy } = header;
  const { approvers } = settings;
  const people = peopleNamed(
    answers.map(({ answer }) => answer.approver),
    approvers,
  );
  const accounts = answers.filter(
    ({ answer }, at) => !answers.slice(0, at).some((other) => isOneAccount(answer.provedBy, other.answer.provedBy)),
  );
  const isAny = (test: (answer: GivenAnswer) => boolean): boolean => answers.some(({ answer }) => test(answer));
  const expiresAt = Math.min(header.expiresAt, ...answers.map(({ answer }) => answer.expiresAt));

  if (decision !== 'approved') yield 'notApproved';
  if (seal === 'broken') yield 'sealBroken';
  if (isAny((answer) => answer.run !== run)) yield 'otherRun';
  if (isAny((answer) => answer.digest !== digest)) yield 'otherPlan';
  if (isAny((answer) => answer.scope !== scope)) yield 'otherScope';
  if (isAny(({ approver }) => isDrafter(approver, requestedBy, approvers))) yield 'selfApproved';
  if (Math.min(people.length, accounts.length) < approvalsNeeded(scope, header, settings)) yield 'tooFewApprovals';
  if (isAny(({ provedBy }) => !isEnough(provedBy, settings))) yield 'notSignedIn';
  // A moment that is none compares with nothing: what is not certain to be in time is too late.
  if (isAny((answer) => !(answer.decidedAt < expiresAt))) yield 'decidedTooLate';
  if (!(now < expiresAt)) yield 'approvalExpired';
}

/** A link is not enough where people must sign in, and neither is another provider's word. */
const isEnough = (proof: Proof, { signIn }: Pick<Settings, 'signIn'>): boolean =>
  signIn === undefined || proof.kind === 'iam' || (proof.kind === 'signIn' && proof.issuer === signIn.issuer);

/** Whether an approver is whoever asked, by the name they answered with or as the settings know them. */
function isDrafter(approver: string, requestedBy: string, approvers: Settings['approvers']): boolean {
  const known = approvers.filter(({ name }) => isSamePerson(name, approver));
  return isSamePerson(approver, requestedBy) || eligibleApprovers(known, requestedBy).length < known.length;
}
