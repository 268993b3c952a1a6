import type { Instant } from './instant.ts';
import type { Strategy } from './settings.ts';

/** Names a run: the name of its execution, unique for 90 days. */
export type Run = string & { readonly __brand: 'Run' };
/** `sha256:` and the hash, in hex, of the bytes of a plan's header. */
export type PlanDigest = string & { readonly __brand: 'PlanDigest' };

/**
 * What a run is for: to report, to rotate what is due, to return what a run rotated to what it was before, or to take
 * away what was replaced.
 */
export const modes = ['audit', 'rotate', 'restore', 'retire'] as const;
export type Mode = (typeof modes)[number];

/** What is done with an old credential: taken out of use, or, much later, taken away for good. */
export const retirements = ['deactivate', 'delete'] as const;
export type Retirement = (typeof retirements)[number];

/** An old credential that a retirement is about: that of a version which a finished run replaced. */
export interface OldCredential {
  readonly version: string;
  readonly retirement: Retirement;
  /** The run that replaced it, and when that run ended. */
  readonly replacedBy: Run;
  readonly replacedAt: Instant;
  /** From this moment on, nobody may have used it. */
  readonly unusedSince: Instant;
  /** The run that deactivated it, and when that run ended. Undefined for one that is to be deactivated. */
  readonly deactivatedBy?: Run;
  readonly deactivatedAt?: Instant;
  /** When its target last let somebody in with it, as the preflight saw it. */
  readonly lastUsed?: Instant | 'never';
}

/** A secret that was selected, with all that a rotation of it needs to know and no value. */
export interface PlannedSecret {
  readonly name: string;
  readonly arn: string;
  readonly tier: string;
  /** The service that reads it: an entry of the health addresses. */
  readonly service: string;
  readonly rotator: string;
  readonly strategy: Strategy;
  readonly probe: string;
  /** The version that is AWSCURRENT: what a way back goes back to. */
  readonly currentVersion: string;
  /**
   * The version that the rotation will make: its client request token. Of a restore, the one that it returns to;
   * of a retirement, the one that is AWSCURRENT and stays so.
   */
  readonly newVersion: string;
  /** When the current version was made: since then it is in use, and then it was last rotated. */
  readonly currentSince: Instant;
  /** The tag's text as it was, so that it can be told from a later one. */
  readonly expirationDate: string;
  /** Whole days since it expired. */
  readonly daysOverdue: number;
  /** What a retirement is about. A rotation has none. */
  readonly old?: OldCredential;
  /** What a restore returns it to, as the plan of the run recorded it that is undone. A rotation has none. */
  readonly before?: Before;
}

/** What was so of a secret before a run rotated it. */
export interface Before {
  readonly version: string;
  /** The text of its expiration tag. */
  readonly expirationDate: string;
}

/** The secrets of one tier that one invocation rotates. One line of its wave's file. */
export interface Batch {
  readonly run: Run;
  readonly wave: number;
  readonly index: number;
  readonly tier: string;
  readonly secrets: readonly PlannedSecret[];
}

export interface PlannedBatch {
  readonly tier: string;
  readonly secrets: number;
  /** `sha256:` and the hash of the batch's canonical JSON. */
  readonly hash: string;
}

export interface PlannedWave {
  /** Counted from 1. */
  readonly number: number;
  readonly tiers: readonly string[];
  /** How many people must approve it before it starts, beside the plan. None: 0. */
  readonly approvals: number;
  readonly secrets: number;
  readonly batches: readonly PlannedBatch[];
}

/**
 * What can be out of the ordinary about a plan, and the words an approver reads before its particulars.
 *
 * The keys outlive the code: plans quote them.
 */
export const unusualKinds = {
  moreThanUsual: 'More secrets than in any run before',
  firstForRotator: 'First run with a rotator',
  notCompared: 'Not compared with runs before',
  serviceHitTwice: 'Services with more than one secret in this run',
  nearCap: 'A cap is nearly used up',
  nearFreeze: 'A freeze is near',
} as const;

export interface Unusual {
  readonly kind: keyof typeof unusualKinds;
  /** The particulars, in words: which, how many, when. */
  readonly of: string;
}

/** One bound that a plan was held against, and how near it came. */
export interface Guardrail {
  readonly name: string;
  readonly verdict: 'within' | 'exceeded';
  readonly actual: number;
  readonly limit: number;
  readonly unit: string;
}

/** The plan that people approve: everything else is reached from here by its hash. */
export interface PlanHeader {
  readonly run: Run;
  readonly stage: string;
  /** What is done to its secrets. Approved with it: no function that writes does anything else. */
  readonly mode: Mode;
  /** The run that a restore undoes. No other mode has one. */
  readonly of?: Run;
  readonly draftedAt: Instant;
  /** No wave starts from this moment on. */
  readonly expiresAt: Instant;
  /** Who asked for the run, and why. They cannot approve it. */
  readonly requestedBy: string;
  readonly why: string;
  /** How many different people must approve it. */
  readonly approvals: number;
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly selected: number;
  /** How many old credentials a retirement deactivates, and how many it deletes. No other mode has it. */
  readonly retirements?: Readonly<Record<Retirement, number>>;
  readonly guardrails: readonly Guardrail[];
  readonly waves: readonly PlannedWave[];
  /** How many were left alone, by reason. */
  readonly leftAlone: Readonly<Record<string, number>>;
  /** Hash of the list of what was left alone and why. */
  readonly leftAloneHash: string;
  /** When the first wave may start, given the windows. */
  readonly startsAt: Instant;
  /** What is out of the ordinary. It stops nothing: people decide what it means. */
  readonly unusual: readonly Unusual[];
}
