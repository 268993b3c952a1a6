import { Duration } from 'aws-cdk-lib';
import { Errors, JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/** Waits of at most 2 + 4 + 8 + 16 + 32 = 62 s, each drawn anew below its bound, so that retries do not arrive together. */
const patience = {
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: JitterType.FULL,
} as const;

/** Lambda turned the call away before the function saw it. It can be made again, whatever it does. */
export const turnedAway: RetryProps = { ...patience, errors: ['Lambda.TooManyRequestsException'] };

/**
 * Lambda failed, and the function may have run, or run still. For steps that may be made twice at the same time.
 *
 * What a function itself throws is never retried: the adapters have retried what passes, so it would not help.
 */
export const serviceFault: RetryProps = {
  ...patience,
  errors: [
    'Lambda.TooManyRequestsException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
  ],
};

/**
 * Whatever keeps a batch from going back, a failure of the function's own included: to go back twice is to go back once, and
 * what is not back when an outage is over stays where it is, held. Waits of at most 2 + 4 + 8 + 16 + 32 + 3 × 60 = 242 s.
 */
export const untilBack: RetryProps = {
  ...patience,
  maxAttempts: 8,
  maxDelay: Duration.seconds(60),
  errors: [Errors.TASKS_FAILED],
};

/** The file of a map's batches could not be read, so no batch of it was begun. */
export const unread: RetryProps = { ...patience, errors: ['States.ItemReaderFailed'] };
