import type { InventoryEntry } from '../rehearsal/day/fleet.ts';
import type { Chance } from './chance.ts';
import type { Disturbance, Moment, Scheduled } from './disturbances.ts';
import { type Act, acts, actsOnOld } from './outsider.ts';
import { fates, fatesOfWorkflow } from './strikes.ts';

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

/** Seeds that follow each other aim at one point after the other, so that none is left to chance. */
const aims = calls.flatMap((call) =>
  // Nobody but Step Functions invokes functions, and it does not die.
  (call === 'lambda:Invoke' ? fatesOfWorkflow : fates).map((fate) => ({ call, fate })),
);

/** How long a run is, and what an outsider may do while it is under way. */
interface Span {
  readonly states: number;
  /** Calls of it: so many, and so many more for each secret. */
  readonly calls: readonly [number, number];
  readonly acts: readonly Act[];
  /** The earliest state at which its schedule may fire for the same moment again. */
  readonly again: number;
  /** Schedules that may fire meanwhile. */
  readonly others: readonly Scheduled[];
}

export const spans = {
  audit: { states: 8, calls: [30, 8], acts, again: 0, others: ['audit', 'drift look'] },
  rotate: { states: 40, calls: [60, 50], acts, again: 0, others: ['audit', 'retirement', 'drift look'] },
  restore: { states: 40, calls: [60, 40], acts, again: 1, others: ['audit', 'rotation', 'drift look'] },
  retire: { states: 30, calls: [60, 40], acts: actsOnOld, again: 1, others: ['audit', 'rotation', 'drift look'] },
} as const satisfies Readonly<Record<string, Span>>;

export interface Given {
  readonly chance: Chance;
  readonly seed: number;
  readonly entries: readonly InventoryEntry[];
  readonly span: Span;
}

/** What fails, who meddles, and what comes twice while a run is under way. */
export function* disturbancesOf({ chance, seed, entries, span }: Given): Generator<Disturbance> {
  const { below, oneIn, pick } = chance;
  const moment = (): Moment => momentIn(chance, span);
  const [some, more] = span.calls;

  for (const nth of [1, 2]) {
    const aim = aims[(2 * seed + nth) % aims.length];
    if (aim !== undefined && !oneIn(5)) yield { kind: 'call', nth, ...aim };
    if (aim?.call === 'states:DescribeExecution' && nth === 1) yield { kind: 'stopped', ...moment() };
  }
  for (let faults = below(3); faults > 0; faults -= 1) {
    const fate = oneIn(8) ? { delayed: pick([2_000, 30_000, 400_000]) } : pick(fates);
    if (oneIn(2)) yield { kind: 'any call', index: below(some + more * entries.length), fate };
    else yield { kind: 'call', call: pick(calls), nth: 1 + below(oneIn(2) ? 3 : 12), fate };
  }
  if (oneIn(6)) yield { kind: 'stopped', ...moment() };
  if (oneIn(8)) yield { kind: 'switch removed', ...moment() };
  if (oneIn(8)) yield { kind: 'schedule fires again', moment: span.again + below(3), after: below(60_000) };
  if (oneIn(10)) yield { kind: 'schedule fires', schedule: 'rotation', ...moment() };
  if (oneIn(5)) yield { kind: 'outsider', act: pick(span.acts), secret: pick(entries).Name ?? '', ...moment() };
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

/** What else the deployment does meanwhile: other schedules fire, and it is updated. */
export function* besides({ chance, span }: Pick<Given, 'chance' | 'span'>, updates: number): Generator<Disturbance> {
  const { below, oneIn } = chance;
  for (const schedule of span.others)
    if (oneIn(10)) yield { kind: 'schedule fires', schedule, ...momentIn(chance, span) };
  if (oneIn(8)) yield { kind: 'stack updated', to: below(updates), ...momentIn(chance, span) };
}

const momentIn = ({ below }: Chance, { states }: Span): Moment => ({ moment: 1 + below(states), after: below(800) });
