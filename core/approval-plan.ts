import type { PlanDigest, Run } from './plan.ts';

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
