import { type Instant, toIso } from '../core/instant.ts';
import type { Fate } from '../rehearsal/faults.ts';
import type { InventoryEntry } from '../rehearsal/fleet.ts';
import { seeded } from '../rehearsal/seed.ts';

/** What goes wrong in a run. A moment counts the states that the run has entered; a call counts Keyturn's own calls. */
export type Disturbance =
  | { readonly kind: 'any call'; readonly index: number; readonly fate: Fate }
  | { readonly kind: 'call'; readonly call: string; readonly nth: number; readonly fate: Fate }
  | { readonly kind: 'stop' | 'switch removed'; readonly moment: number; readonly after: number };

/** Everything about one run that chance decides. */
export interface Drawn {
  readonly seed: number;
  /** Index of the variant of the settings. */
  readonly variant: number;
  readonly entries: readonly InventoryEntry[];
  readonly disturbances: readonly Disturbance[];
}

/** What may become of a call. Who is no function, such as Step Functions itself, does not die. */
export const fates = ['requestLost', 'responseLost', 'throttled', 'callerDies', 'callerDiesAfter'] as const;
export const fatesOfWorkflow = ['requestLost', 'responseLost', 'throttled'] as const;

const kinds = [
  { rotator: 'postgres', probe: 'postgres' },
  { rotator: 'http-api-key', probe: 'http' },
  { rotator: 'hmac-key', probe: 'http' },
] as const;

const services = ['orders', 'ledger-core', 'fx-rates'] as const;
const day = 86_400_000;

/** What Keyturn calls. Faults are aimed at these by name as well as by their place in the run, so that rare ones are hit. */
const calls = [
  'events:PutEvents',
  'kms:GenerateMac',
  'kms:VerifyMac',
  'lambda:Invoke',
  's3:DeleteObject',
  's3:GetObject',
  's3:PutObject',
  'secretsmanager:BatchGetSecretValue',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecrets',
  'secretsmanager:PutSecretValue',
  'secretsmanager:TagResource',
  'secretsmanager:UpdateSecretVersionStage',
  'ses:SendEmail',
  'sns:Publish',
  'ssm:GetParameter',
  'states:DescribeExecution',
  'states:SendTaskSuccess',
  'states:StartExecution',
] as const;

/** Draws a run from its seed: the same seed is the same run. */
export function draw(seed: number, asOf: Instant, variants: number): Drawn {
  const random = seeded(seed ^ 0x5bd1e995);
  const below = (bound: number) => Math.floor(random() * bound);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const hex = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('');
  const version = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;

  const entries = Array.from({ length: 2 + below(7) }, (_, index): InventoryEntry => {
    const { rotator, probe } = pick(kinds);
    const tier = pick(['low', 'medium', 'high']);
    const service = pick(services);
    const name = `prod/${tier}/${service}/${rotator}-${index}`;
    const daysToExpiry = below(4) === 0 ? 30 + below(60) : -below(20);
    const tags = {
      expiration_date: toIso((asOf + daysToExpiry * day) as Instant).slice(0, 10),
      'keyturn:tier': tier,
      'keyturn:rotator': rotator,
      'keyturn:probe': probe,
      'keyturn:health': service,
    };
    return {
      ARN: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-${hex(6)}`,
      Name: name,
      CreatedDate: '2025-01-15T12:00:00Z',
      LastChangedDate: '2026-08-15T12:00:00Z',
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      SecretVersionsToStages: { [version()]: ['AWSCURRENT'], [version()]: ['AWSPREVIOUS'] },
    } as unknown as InventoryEntry;
  });

  const disturbances = Array.from({ length: below(4) }, (): Disturbance => {
    const fate = pick(fates);
    return below(2) === 0
      ? { kind: 'any call', index: below(60 + 50 * entries.length), fate }
      : { kind: 'call', call: pick(calls), nth: 1 + below(6), fate };
  });
  if (below(4) === 0) disturbances.push({ kind: 'stop', moment: 1 + below(40), after: 1 + below(800) });
  if (below(6) === 0) disturbances.push({ kind: 'switch removed', moment: 1 + below(40), after: below(300) });
  return { seed, variant: below(variants), entries, disturbances };
}
