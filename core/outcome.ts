/** How a run may end on purpose. Anything else is FAILED, TIMED_OUT or ABORTED, and nobody intended it. */
export const outcomes = ['completed', 'audited', 'refused', 'rejected', 'expired', 'rolled-back', 'halted'] as const;
export type Outcome = (typeof outcomes)[number];

/** An outcome, of a run or a wave, as people say it: `rolled back`. */
export const sayOutcome = (outcome: string): string => outcome.replace('-', ' ');

/** The answer of a step that ends its run. Reasons are keys of closed sets, with what they concern behind a colon. */
export interface Ending {
  readonly next: 'end';
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
}
