import type { Instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import type { Cloud } from '../rehearsal/cloud.ts';

/** A new version that Keyturn made. */
export interface Staged {
  readonly arn: string;
  readonly at: Instant;
  readonly principal: string;
}

/** What calls leave behind. */
export interface Trail {
  /** Every call of anybody, in its order and at its moment, and what came of it. */
  readonly calls: readonly string[];
  readonly staged: readonly Staged[];
  /** When anything of Keyturn last read a secret's value. */
  readonly lastLook: ReadonlyMap<string, Instant>;
}

/** A description tells of labels alone: who looks reads the value, to authenticate with it. */
const reads = new Set(['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue']);

export function trailOf(cloud: Cloud, time: Pick<Clock, 'now'>, own: ReadonlySet<string>): Trail {
  const calls: string[] = [];
  const staged: Staged[] = [];
  const lastLook = new Map<string, Instant>();
  cloud.account.observe(({ call, beganAt, endedAt, ending }) => {
    const { principal, service, operation, input } = call;
    calls.push(`${endedAt} ${principal} ${service}:${operation} ${ending.kind}`);
    if (!reads.has(`${service}:${operation}`) || !own.has(principal)) return;
    const { SecretId, SecretIdList = [] } = input as { SecretId?: string; SecretIdList?: readonly string[] };
    for (const arn of SecretId === undefined ? SecretIdList : [SecretId]) lastLook.set(arn, beganAt);
  });
  cloud.secretsManager.onWrite(({ operation, secretArn: arn, principal }) => {
    if (operation === 'PutSecretValue' && own.has(principal)) staged.push({ arn, at: time.now(), principal });
  });
  return { calls, staged, lastLook };
}
