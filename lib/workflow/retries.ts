import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

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

/** The file of a map's batches could not be read, so no batch of it was begun. */
export const unread: RetryProps = { ...patience, errors: ['States.ItemReaderFailed'] };
