import type { Instant } from '../instant.ts';
import type { LeaveAloneReason, LeftAlone, RestoreReason, RetireReason } from '../leave-alone.ts';
import type { Guardrail, Mode, OldCredential, Run } from '../plan.ts';
import type { Answer, Standing } from '../ports.ts';
import { useSince } from '../rotation/retirement.ts';
import type { Contradicted } from '../selection/second-judgement.ts';
import type { SelectedSecret } from '../selection/selection.ts';
import type { RestoreAsked } from '../start.ts';

/** What draft-plan found. Confirm-plan believes none of it. */
export interface Draft {
  readonly run: Run;
  readonly mode: Mode;
  readonly requestedBy: string;
  readonly why: string;
  readonly asOf: Instant;
  /** What is to be restored; undefined in every other mode. */
  readonly restore?: RestoreAsked | undefined;
  readonly selected: readonly SelectedSecret[];
  readonly leftAlone: readonly LeftAlone<LeaveAloneReason | RestoreReason | RetireReason>[];
}

/** What confirm-plan found when it looked a second time, whether it went on or not. */
export interface Confirmation {
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly guardrails: readonly Guardrail[];
  readonly contradicted: readonly Contradicted[];
}

/** Candidates of one tier that are looked at together. One line of the file that the preflight goes through. */
export interface CandidateBatch {
  readonly run: Run;
  readonly index: number;
  readonly tier: string;
  readonly secrets: readonly SelectedSecret[];
}

/** What the preflight saw of one candidate. */
export interface Fact {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string | undefined;
  readonly createdAt: Instant | undefined;
  /** Why the value cannot be used, when it cannot: a key of the credential's closed set. */
  readonly malformed: string | undefined;
  /** The same for two secrets of one account at one target, in this run; says nothing else. */
  readonly account: string | undefined;
  readonly answer: Answer;
  /** The same of the version that a restore returns it to. */
  readonly before?: { readonly kind: 'fit' | 'gone' | 'malformed' | 'unread'; readonly answer: Answer };
  /** Of the old credential that a retirement is about. */
  readonly old?: OldFact;
}

/** What the preflight saw of an old credential. One that is active is not tried: to try it would be to use it. */
export interface OldFact extends Standing {
  readonly identity: 'apart' | 'same' | 'unreadable';
  readonly answer: Answer | 'unasked';
  /** As the account of what is AWSCURRENT. */
  readonly account: string | undefined;
}

/** Why a candidate is left alone after all. */
export const preflightReasons = {
  unprobed: 'nobody looked at it before the plan was made',
  unreadable: 'its current value could not be read',
  valueMalformed: 'its value is not what its rotator expects',
  versionMoved: 'its current version is not the one that was listed',
  tooYoung: 'its current version is younger than the minimum age',
  accountShared: 'another selected secret is for the same account at the target',
  currentRejected: 'its target rejects the current credential to begin with',
  currentUnknown: 'its target could not say whether it accepts the current credential',
  beforeGone: 'the version that it would be restored to is not there any more',
  beforeMalformed: 'the value that it would be restored to is not what its rotator expects',
  beforeRejected: 'its target no longer accepts the credential that it would be restored to',
  beforeUnknown: 'its target could not say whether it accepts the credential that it would be restored to',
  oldUnreadable: 'its old version cannot be read any more, or is not what its rotator expects',
  sameCredential: 'its target knows AWSCURRENT and the old version as one credential',
  oldShared: 'another secret of the plan holds its old credential',
  standingUnknown: 'its target could not say how the old credential stands',
  stillUsed: 'its old credential was used lately',
  useUnknown: 'its target does not say when the old credential was last used',
  goneAlready: 'its target has the old credential no more',
  inactiveAlready: 'its old credential is inactive, and no run deactivated it',
  activeAgain: 'its old credential is active again: somebody reactivated it',
  oldAccepted: 'its target says that the old credential is inactive, and accepts it',
  oldUnknown: 'its target could not say whether it accepts the old credential',
} as const;

export type PreflightReason = keyof typeof preflightReasons;

/** What a plan leaves alone: not selected, or selected and then advised against. */
export type NotPlanned = LeftAlone<LeaveAloneReason | RestoreReason | RetireReason | PreflightReason>;

/** Judges what the preflight saw of a candidate. */
export function judgeFact(
  candidate: SelectedSecret,
  facts: readonly Fact[],
  bounds: { readonly asOf: Instant; readonly minimumAgeHours: number },
): readonly PreflightReason[] {
  const fact = facts.find(({ arn }) => arn === candidate.arn);
  return fact === undefined ? ['unprobed'] : [...reasonsIn(fact, candidate, facts, bounds)];
}

function* reasonsIn(
  fact: Fact,
  candidate: SelectedSecret,
  facts: readonly Fact[],
  { asOf, minimumAgeHours }: { readonly asOf: Instant; readonly minimumAgeHours: number },
): Generator<PreflightReason> {
  if (fact.versionId === undefined || fact.createdAt === undefined) return yield 'unreadable';
  if (fact.versionId !== candidate.currentVersion) yield 'versionMoved';
  if (fact.malformed !== undefined) return yield 'valueMalformed';
  // A restore undoes what may have been made an hour ago.
  if (candidate.before === undefined && asOf - fact.createdAt < minimumAgeHours * 3_600_000) yield 'tooYoung';
  if (facts.some(({ arn, account }) => arn !== fact.arn && account === fact.account)) yield 'accountShared';
  if (fact.answer === 'rejected') yield 'currentRejected';
  if (fact.answer === 'unknown') yield 'currentUnknown';
  if (candidate.before !== undefined) yield* reasonsBefore(fact.before);
  if (candidate.old !== undefined) yield* reasonsOld(candidate.old, fact, facts);
}

/** Only what the target itself knows to be out of use is retired; and for good, only what nobody can use any more. */
function* reasonsOld(
  { retirement, unusedSince }: OldCredential,
  { arn, old }: Fact,
  facts: readonly Fact[],
): Generator<PreflightReason> {
  if (old === undefined) return yield 'unprobed';
  if (old.identity !== 'apart') return yield old.identity === 'same' ? 'sameCredential' : 'oldUnreadable';
  const holdsIt = (other: Fact) => other.account === old.account || other.old?.account === old.account;
  if (facts.some((other) => other.arn !== arn && holdsIt(other))) yield 'oldShared';

  if (old.state === 'unknown') yield 'standingUnknown';
  else if (old.state === 'gone') yield 'goneAlready';
  else if (old.state === 'active' && retirement === 'delete') yield 'activeAgain';
  else if (old.state === 'inactive' && retirement === 'deactivate') yield 'inactiveAlready';
  const use = useSince(old, unusedSince);
  if (use !== 'quiet') yield use === 'used' ? 'stillUsed' : 'useUnknown';
  if (retirement === 'delete' && old.answer !== 'rejected') {
    yield old.answer === 'accepted' ? 'oldAccepted' : 'oldUnknown';
  }
}

/** Nothing is set again at a target: what it does not accept as it is cannot be returned to. */
function* reasonsBefore(before: Fact['before']): Generator<PreflightReason> {
  if (before === undefined) yield 'unprobed';
  else if (before.kind === 'gone') yield 'beforeGone';
  else if (before.kind === 'malformed') yield 'beforeMalformed';
  else if (before.answer === 'rejected') yield 'beforeRejected';
  else if (before.answer === 'unknown') yield 'beforeUnknown';
}

/** Values are read by twenty at most: BatchGetSecretValue takes no more. */
const candidatesPerBatch = 20;

/** Lays the selection into batches of one tier each, for the preflight. */
export function candidateBatches(run: Run, selected: readonly SelectedSecret[]): CandidateBatch[] {
  const tiers = [...new Set(selected.map(({ tier }) => tier))];
  const chunks = tiers.flatMap((tier) => {
    const secrets = selected.filter((candidate) => candidate.tier === tier);
    const count = Math.ceil(secrets.length / candidatesPerBatch);
    return Array.from({ length: count }, (_, nth) => ({
      tier,
      secrets: secrets.slice(nth * candidatesPerBatch, (nth + 1) * candidatesPerBatch),
    }));
  });
  return chunks.map(({ tier, secrets }, index) => ({ run, index, tier, secrets }));
}
