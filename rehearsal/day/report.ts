import type { Instant } from '../../core/instant.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Guardrail, Mode, Run } from '../../core/plan.ts';
import type { SecretReport, WaveReport } from '../../core/report/report.ts';
import type { Verification } from '../../core/verdict/verdict.ts';

/** A moment of the run worth a mark in its picture. */
export interface Mark {
  readonly at: Instant;
  /** The state of the machine that was entered. */
  readonly state: string;
  /** Counted from 1; undefined before the first wave and after the last. */
  readonly wave: number | undefined;
}

export interface LeftAloneReport {
  readonly name: string;
  readonly arn: string;
  readonly reason: string;
  /** The reason as a sentence. */
  readonly why: string;
}

/** How one run of a rehearsal went. Counts are of secrets, times in milliseconds since the epoch. No value is in it. */
export interface RunTold {
  readonly run: Run;
  readonly mode: Mode;
  readonly requestedBy: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly selected: number;
  readonly rotated: number;
  readonly rolledBack: number;
  readonly held: number;
  readonly leftAlone: Readonly<Record<string, number>>;
  readonly guardrails: readonly Guardrail[];
  readonly waves: readonly WaveReport[];
  readonly verification: Verification;
  /** Who decided about its plan. */
  readonly approval: { readonly by: string; readonly at: Instant; readonly decision: string } | undefined;
  readonly timeline: readonly Mark[];
  readonly secrets: readonly (SecretReport & {
    /** When AWSCURRENT moved to the version that the run is for. */
    readonly promotedAt: Instant | undefined;
    /** When AWSCURRENT went back. */
    readonly demotedAt: Instant | undefined;
  })[];
  readonly leftAloneSecrets: readonly LeftAloneReport[];
}

/** Everything a rehearsal found out: of the run that it is about, of the others that came beside or after it, of the day. */
export interface RehearsalReport extends RunTold {
  readonly scenario: string;
  /** What the scenario promises, in a sentence, and where it did not keep it. */
  readonly promise: { readonly says: string; readonly broken: readonly string[] };
  /** Further runs, in the order in which they started. */
  readonly others: readonly RunTold[];
  readonly clients: {
    readonly authentications: number;
    readonly failures: number;
    /** Services that failed, and how often. */
    readonly failing: Readonly<Record<string, number>>;
    /** Services that could not authenticate when they last tried. */
    readonly stillFailing: readonly string[];
  };
  /** Keyturn's own calls, without the clients'. */
  readonly calls: Readonly<Record<string, number>>;
  readonly writesToSecrets: number;
  readonly denied: readonly { readonly function: string; readonly action: string; readonly resource: string }[];
  readonly duration: { readonly virtualSeconds: number; readonly wallSeconds: number };
  readonly seed: number;
  readonly targets: 'real' | 'simulated';
}
