import type { Instant } from '../instant.ts';
import type { Outcome } from '../outcome.ts';
import type { Guardrail, Mode, PlanHeader, PlannedSecret, Run } from '../plan.ts';
import type { Confirmation, Draft, NotPlanned } from '../planning/draft.ts';
import { countReasons } from '../planning/plan-making.ts';
import { type Renewal, renews, unrenewed } from '../verdict/renewal.ts';
import type { SecretRecord, Verification, WaveVerdict } from '../verdict/verdict.ts';

export interface WaveReport {
  readonly number: number;
  readonly tiers: readonly string[];
  readonly planned: number;
  readonly rotated: number;
  readonly outcome: 'renewed' | 'rolled-back' | 'held' | 'not started' | 'unfinished';
}

/** What became of a secret that was planned. */
export interface SecretReport {
  readonly name: string;
  readonly arn: string;
  readonly tier: string;
  readonly service: string;
  readonly strategy: string;
  readonly wave: number;
  readonly kind: SecretRecord['kind'];
  readonly reason: string | undefined;
}

/** How a run went, without a value in it. Counts are of secrets. */
export interface RunReport {
  readonly run: Run;
  readonly stage: string;
  readonly mode: Mode;
  readonly requestedBy: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly guardrails: readonly Guardrail[];
  readonly selected: number;
  readonly rotated: number;
  readonly rolledBack: number;
  readonly held: number;
  readonly leftAlone: Readonly<Record<string, number>>;
  readonly waves: readonly WaveReport[];
  readonly verification: Verification;
  readonly secrets: readonly SecretReport[];
}

/** One planned wave, and what was said of it. */
export interface WaveStory {
  readonly number: number;
  readonly secrets: readonly PlannedSecret[];
  readonly baked: WaveVerdict | undefined;
  readonly rolledBack: WaveVerdict | undefined;
  /** What was said last of its expiration tags. */
  readonly renewal: Renewal | undefined;
  /** Judged sound, and nobody could look at it once more. */
  readonly isUnfinished?: boolean;
}

export interface RunStory {
  readonly run: Run;
  readonly stage: string;
  readonly mode: Mode;
  readonly requestedBy: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly draft: Draft | undefined;
  readonly confirmation: Confirmation | undefined;
  readonly header: PlanHeader | undefined;
  readonly leftAlone: readonly NotPlanned[];
  readonly waves: readonly WaveStory[];
}

/** Tells how a run went, from its own documents alone. */
export function reportOf(story: RunStory): RunReport {
  const { draft, confirmation, header, waves, ...told } = story;
  const secrets = waves.flatMap((wave) => secretsOf(wave, told.mode));
  const count = (kind: SecretRecord['kind']) => secrets.filter((secret) => secret.kind === kind).length;
  const late = secrets.filter(({ kind }) => kind === 'leftAlone').map(({ reason }) => reason ?? 'unknown');

  return {
    ...told,
    fleet: confirmation?.fleet ?? { secrets: 0, services: 0 },
    guardrails: confirmation?.guardrails ?? [],
    selected: header?.selected ?? draft?.selected.length ?? 0,
    rotated: secrets.filter(isDone).length,
    rolledBack: count('rolledBack'),
    held: count('held'),
    leftAlone: addCounts(countReasons(header === undefined ? (draft?.leftAlone ?? []) : story.leftAlone), late),
    waves: waves.map((wave) => waveReport(wave, { header, secrets, mode: told.mode })),
    verification: waves.map(verificationOf).reduce(add, { claims: 0, confirmed: 0, contradicted: 0 }),
    secrets,
  };
}

/** What a run is for was done to it: it was rotated or restored, or its old credential was retired. */
const isDone = ({ kind }: SecretReport): boolean => ['rotated', 'deactivated', 'deleted'].includes(kind);

function secretsOf(wave: WaveStory, mode: Mode): SecretReport[] {
  const { number, secrets, baked, rolledBack } = wave;
  const overdue = renews(mode) ? unrenewed(wave) : [];
  const records = (rolledBack ?? baked)?.secrets.map((record) =>
    overdue.some(({ arn }) => arn === record.arn) ? { ...record, reason: tagNotRenewed } : record,
  );
  return secrets.map(({ name, arn, tier, service, strategy }) => {
    const record = records?.find((found) => found.arn === arn);
    const { kind, reason } = record ?? { kind: 'untouched' as const, reason: undefined };
    return { name, arn, tier, service, strategy, wave: number, kind, reason };
  });
}

/** Why a secret that was rotated and is sound is still not as it should be. */
export const tagNotRenewed = 'tagNotRenewed';

function waveReport(
  wave: WaveStory,
  { header, secrets, mode }: { readonly secrets: readonly SecretReport[] } & Pick<RunStory, 'header' | 'mode'>,
): WaveReport {
  const { number, secrets: planned } = wave;
  return {
    number,
    tiers: header?.waves.find((one) => one.number === number)?.tiers ?? [],
    planned: planned.length,
    rotated: secrets.filter((secret) => secret.wave === number && isDone(secret)).length,
    outcome: outcomeOfWave(wave, mode),
  };
}

function outcomeOfWave(wave: WaveStory, mode: Mode): WaveReport['outcome'] {
  const { baked, rolledBack, isUnfinished = false } = wave;
  if (rolledBack !== undefined) return rolledBack.verdict === 'back' ? 'rolled-back' : 'held';
  if (baked === undefined) return 'not started';
  const isFresh = !renews(mode) || unrenewed(wave).length === 0;
  return baked.verdict === 'sound' && isFresh && !isUnfinished ? 'renewed' : 'unfinished';
}

/** A wave that did not get as far as its bake was verified by the verdict on its way back. */
const verificationOf = ({ baked, rolledBack }: WaveStory): Verification =>
  (baked ?? rolledBack)?.verification ?? { claims: 0, confirmed: 0, contradicted: 0 };

const add = (one: Verification, other: Verification): Verification => ({
  claims: one.claims + other.claims,
  confirmed: one.confirmed + other.confirmed,
  contradicted: one.contradicted + other.contradicted,
});

function addCounts(counts: Readonly<Record<string, number>>, more: readonly string[]): Record<string, number> {
  const sum = { ...counts };
  for (const reason of more) sum[reason] = (sum[reason] ?? 0) + 1;
  return sum;
}
