import { type Instant, toIso } from '../core/instant.ts';
import type { InventoryEntry } from '../rehearsal/fleet.ts';
import { seeded } from '../rehearsal/seed.ts';
import type { Disturbance, Moment } from './disturbances.ts';
import { acts } from './outsider.ts';
import type { Manner } from './person.ts';
import { fates, fatesOfWorkflow } from './strikes.ts';

/** Everything about one run that chance decides. */
export interface Drawn {
  readonly seed: number;
  /** Index of the variant of the settings. */
  readonly variant: number;
  readonly people: Manner;
  /** Whether a completed rotation is followed by a run that restores what it rotated. */
  readonly restores: boolean;
  readonly entries: readonly InventoryEntry[];
  readonly disturbances: readonly Disturbance[];
}

const kinds = [
  { rotator: 'postgres', probe: 'postgres' },
  { rotator: 'postgres-replace', probe: 'postgres' },
  { rotator: 'http-api-key', probe: 'http' },
  { rotator: 'hmac-key', probe: 'http' },
] as const;

const services = ['orders', 'ledger-core', 'fx-rates'] as const;
const day = 86_400_000;

/** What Keyturn calls. Faults are aimed at these by name as well as by their place in the run, so that rare ones are hit. */
export const calls = [
  'events:PutEvents',
  'kms:GenerateMac',
  'kms:Sign',
  'kms:VerifyMac',
  'lambda:Invoke',
  's3:DeleteObject',
  's3:GetObject',
  's3:ListObjectVersions',
  's3:ListObjectsV2',
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

/** Steps that are delivered again. */
const repeated = [
  ...['draft-plan', 'probe-batch', 'confirm-plan', 'request-approval', 'admit-wave', 'rotate-batch', 'rotate-batch'],
  ...['judge-wave', 'renew-expiry', 'close-run', 'recover-run', 'watch-runs', 'review', 'start-run'],
] as const;

/** Tags that say nothing clear, of which each makes a secret one that is left alone. */
const unclear: readonly Readonly<Record<string, string>>[] = [
  { expiration_date: 'soon' },
  { expiration_date: '2026-02-30' },
  { 'keyturn:tier': 'another' },
  { 'keyturn:tier': '' },
  { 'keyturn:rotator': 'https://elsewhere.invalid' },
  { 'keyturn:rotator': 'constructor' },
  { 'keyturn:probe': 'none' },
];

/** How the names of those end. */
export const unclearSuffix = '-unclear';

type Chance = ReturnType<typeof chanceOf>;

function chanceOf(seed: number) {
  const random = seeded(seed ^ 0x5bd1e995);
  const below = (bound: number) => Math.floor(random() * bound);
  return {
    below,
    oneIn: (many: number) => below(many) === 0,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    hex: (length: number) => Array.from({ length }, () => below(16).toString(16)).join(''),
  };
}

/** Draws a run from its seed: the same seed is the same run. */
export function draw(seed: number, asOf: Instant, variants: number): Drawn {
  const chance = chanceOf(seed);
  const { below } = chance;
  const entries = Array.from({ length: 2 + below(5) }, (_, index) => entryOf(chance, asOf, index));
  const variant = below(variants);
  const people = chance.pick([
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'reject',
    'do not answer',
  ] as const);
  const restores = chance.oneIn(4);
  return { seed, variant, people, restores, entries, disturbances: [...disturbancesOf(chance, seed, entries)] };
}

function entryOf({ below, oneIn, pick, hex }: Chance, asOf: Instant, index: number): InventoryEntry {
  const { rotator, probe } = pick(kinds);
  const tier = pick(['low', 'medium', 'high']);
  const service = pick(services);
  const strange = oneIn(8) ? pick(unclear) : undefined;
  const name = `prod/${tier}/${service}/${rotator}-${index}${strange === undefined ? '' : unclearSuffix}`;
  const daysToExpiry = oneIn(5) ? 30 + below(60) : -below(20);
  const tags = {
    expiration_date: toIso((asOf + daysToExpiry * day) as Instant).slice(0, 10),
    'keyturn:tier': tier,
    'keyturn:rotator': rotator,
    'keyturn:probe': probe,
    'keyturn:health': service,
    ...strange,
  };
  const version = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  return {
    ARN: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-${hex(6)}`,
    Name: name,
    CreatedDate: '2025-01-15T12:00:00Z',
    LastChangedDate: '2026-08-15T12:00:00Z',
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    SecretVersionsToStages: { [version()]: ['AWSCURRENT'], [version()]: ['AWSPREVIOUS'] },
  };
}

/** Seeds that follow each other aim at one point after the other, so that none is left to chance. */
const aims = calls.flatMap((call) =>
  // Nobody but Step Functions invokes functions, and it does not die.
  (call === 'lambda:Invoke' ? fatesOfWorkflow : fates).map((fate) => ({ call, fate })),
);

function* disturbancesOf(chance: Chance, seed: number, entries: readonly InventoryEntry[]): Generator<Disturbance> {
  const { below, oneIn, pick } = chance;
  const moment = (): Moment => ({ moment: 1 + below(40), after: below(800) });

  for (const nth of [1, 2]) {
    const aim = aims[(2 * seed + nth) % aims.length];
    if (aim !== undefined && !oneIn(5)) yield { kind: 'call', nth, ...aim };
    if (aim?.call === 'states:DescribeExecution' && nth === 1) yield { kind: 'stopped', ...moment() };
  }
  for (let faults = below(3); faults > 0; faults -= 1) {
    const fate = oneIn(8) ? { delayed: pick([2_000, 30_000, 400_000]) } : pick(fates);
    if (oneIn(2)) yield { kind: 'any call', index: below(60 + 50 * entries.length), fate };
    else yield { kind: 'call', call: pick(calls), nth: 1 + below(oneIn(2) ? 3 : 12), fate };
  }
  if (oneIn(6)) yield { kind: 'stopped', ...moment() };
  if (oneIn(8)) yield { kind: 'switch removed', ...moment() };
  if (oneIn(8)) yield { kind: 'schedule fires again', moment: below(3), after: below(60_000) };
  if (oneIn(10)) yield { kind: 'second run', ...moment() };
  if (oneIn(5)) yield { kind: 'outsider', act: pick(acts), secret: pick(entries).Name ?? '', ...moment() };
  if (oneIn(10)) {
    const service = pick(['states', 'lambda', 's3', 'secretsmanager', 'kms', 'ssm', 'ses', 'sns', 'events']);
    yield { kind: 'quota', service, lasts: pick([500, 5_000, 60_000]), ...moment() };
  }
  if (oneIn(10)) {
    const answers = pick(['slowly', 'now and then', 'never'] as const);
    yield { kind: 'target', answers, lasts: pick([2_000, 30_000, 600_000]), ...moment() };
  }
  if (oneIn(10))
    yield { kind: 'clock jumps', by: pick([-200_000, -20_000, -1_500, 1_500, 20_000, 200_000]), ...moment() };
  if (oneIn(6)) {
    const after = pick([0, 40, 1_000, 60_000, 1_200_000]);
    yield { kind: 'delivered again', step: pick(repeated), nth: 1 + below(3), after };
  }
  if (oneIn(10)) yield { kind: 'new keys count late', after: pick([500, 3_000, 120_000]) };
}
