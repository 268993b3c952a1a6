import { WaitTime } from 'aws-cdk-lib/aws-stepfunctions';

/** What the execution is told that is redriven, by whoever reads how it failed. */
const refusal = 'a run that ended is not redriven: the watchdog settles it, and what is left is for another run';

/**
 * What an expression comes to, unless its execution was redriven: then it fails, so that Step Functions calls no step.
 *
 * AWS lets anybody who may redrive an execution go on with it for 14 days, from where it ended. By then it was settled, and
 * others may have rotated what it was about to touch. Whatever a run calls or waits for is named with this, so nothing of it goes
 * on.
 */
export const unlessRedriven = (expression: string): string =>
  `($states.context.Execution.RedriveCount > 0 ? $error('${refusal}') : ${expression})`;

/** Waits this many seconds, an expression. Whoever waited would have the lock meanwhile. */
export const secondsUnlessRedriven = (seconds: string): WaitTime =>
  WaitTime.seconds(`{% ${unlessRedriven(seconds)} %}`);
