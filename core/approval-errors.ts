import type { PlanDigest, Run } from './plan.ts';

/** Nobody may approve the plan. Not retryable: configure an approver who did not ask for it. */
export class NoEligibleApproverError extends Error {
  override readonly name = 'NoEligibleApproverError';

  constructor(run: Run, requestedBy: string, options?: ErrorOptions) {
    super(`nobody but '${requestedBy}', who asked for run ${run}, may approve it; configure another approver`, options);
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
