import type { PlanDigest, Run } from '../plan.ts';

/** Fewer people may approve than must. Not retryable: configure more approvers, or have somebody else ask. */
export class TooFewApproversError extends Error {
  override readonly name = 'TooFewApproversError';

  constructor(run: Run, requestedBy: string, people: { readonly needed: number; readonly eligible: number }) {
    super(
      `run ${run} needs ${people.needed} approvals, and beside '${requestedBy}', who asked for it, ${people.eligible} may approve; configure more approvers, or have somebody who is no approver ask`,
    );
  }
}

/** The archive holds another plan of this run than the one that was asked about. Not retryable: nothing stored changes. */
export class OtherPlanError extends Error {
  override readonly name = 'OtherPlanError';

  constructor(run: Run, digest: PlanDigest, options?: ErrorOptions) {
    super(
      `the archived plan of run ${run} is not ${digest}, asked for by the same person; find out who wrote it`,
      options,
    );
  }
}

/** No channel carried the question to anybody who may answer it. Not retryable: the log says what each channel met. */
export class NobodyReachedError extends Error {
  override readonly name = 'NobodyReachedError';

  constructor(run: Run, options?: ErrorOptions) {
    super(
      `nobody could be asked about run ${run}: no channel took the question; see the log, and mend a channel`,
      options,
    );
  }
}

/** The plan was decided while its run had stopped waiting for a moment. Not retryable: look at the decision instead. */
export class AlreadyDecidedError extends Error {
  override readonly name = 'AlreadyDecidedError';

  constructor(run: Run, options?: ErrorOptions) {
    super(`run ${run} is decided, so nobody is reminded; read its decision`, options);
  }
}
