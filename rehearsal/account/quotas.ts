import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';

/** How often an account may make certain calls in one Region, all its callers together. */
export interface Quota {
  /** `service:Operation`. Those listed together share one bucket. */
  readonly operations: readonly string[];
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

const secrets = (perSecond: number, ...operations: string[]): Quota => ({
  operations: operations.map((operation) => `secretsmanager:${operation}`),
  perSecond,
  burst: perSecond,
});

const taskAnswers = (operation: string): Quota => ({
  operations: [`states:${operation}`],
  perSecond: 500,
  burst: 3_000,
});

/**
 * The quotas that AWS documents for what this project calls, as of 2026-11 in us-east-1.
 *
 * Where AWS gives a rate without a burst, one second's worth may come at once.
 */
export const documentedQuotas: readonly Quota[] = [
  secrets(10_000, 'GetSecretValue'),
  secrets(40_000, 'DescribeSecret'),
  secrets(100, 'ListSecrets'),
  secrets(100, 'BatchGetSecretValue'),
  secrets(
    50,
    'PutSecretValue',
    'UpdateSecret',
    'UpdateSecretVersionStage',
    'ReplicateSecretToRegions',
    'RemoveRegionsFromReplication',
    'StopReplicationToReplica',
  ),
  secrets(50, 'RotateSecret', 'CancelRotateSecret'),
  secrets(50, 'TagResource', 'UntagResource'),
  secrets(50, 'GetResourcePolicy', 'PutResourcePolicy', 'DeleteResourcePolicy', 'ValidateResourcePolicy'),
  secrets(50, 'CreateSecret'),
  secrets(50, 'DeleteSecret'),
  secrets(50, 'RestoreSecret'),
  secrets(50, 'GetRandomPassword'),
  secrets(50, 'ListSecretVersionIds'),
  { operations: ['ssm:GetParameter'], perSecond: 40, burst: 40 },
  taskAnswers('SendTaskSuccess'),
  taskAnswers('SendTaskFailure'),
  taskAnswers('SendTaskHeartbeat'),
];

/** A bucket that fills with time. It counts in thousandths of a call, so that no instant is lost to rounding. */
class TokenBucket {
  readonly #quota: Quota;
  #thousandths: number;
  #filledAt: Instant;

  constructor(quota: Quota, now: Instant) {
    this.#quota = quota;
    this.#thousandths = quota.burst * 1_000;
    this.#filledAt = now;
  }

  take(now: Instant): boolean {
    const { perSecond, burst } = this.#quota;
    this.#thousandths = Math.min(burst * 1_000, this.#thousandths + (now - this.#filledAt) * perSecond);
    this.#filledAt = now;
    if (this.#thousandths < 1_000) return false;
    this.#thousandths -= 1_000;
    return true;
  }
}

/** The request quotas of one account in one Region. */
export class RequestQuotas {
  readonly #clock: Clock;
  readonly #buckets: ReadonlyMap<string, TokenBucket>;

  constructor(clock: Clock, quotas: readonly Quota[] = documentedQuotas) {
    this.#clock = clock;
    this.#buckets = new Map(
      quotas.flatMap((quota) => {
        const bucket = new TokenBucket(quota, clock.now());
        return quota.operations.map((operation) => [operation, bucket] as const);
      }),
    );
  }

  /** Whether one more call fits, which it then uses up. A call without a quota always fits. */
  admits(service: string, operation: string): boolean {
    return this.#buckets.get(`${service}:${operation}`)?.take(this.#clock.now()) ?? true;
  }
}
