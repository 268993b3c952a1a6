import type { Instant } from './instant.ts';
import type { LeaveAloneReason, LeftAlone } from './leave-alone.ts';
import type { Guardrail, Mode, Run } from './plan.ts';
import type { Answer } from './ports.ts';
import type { RestoreAsked, RestoreReason } from './restore.ts';
import type { Contradicted } from './second-judgement.ts';
import type { SelectedSecret } from './selection.ts';

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
  readonly leftAlone: readonly LeftAlone<LeaveAloneReason | RestoreReason>[];
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
} as const;

export type PreflightReason = keyof typeof preflightReasons;

/** What a plan leaves alone: not selected, or selected and then advised against. */
export type NotPlanned = LeftAlone<LeaveAloneReason | RestoreReason | PreflightReason>;

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
