import { quorumOf, quorumOfWave } from '../approval/quorum.ts';
import { canonicalJson } from '../canonical.ts';
import { type Instant, instant } from '../instant.ts';
import { nextStart } from '../limits/windows.ts';
import type { Batch, Guardrail, Mode, PlanHeader, PlannedSecret, PlannedWave, Retirement, Run } from '../plan.ts';
import type { Hash } from '../ports.ts';
import type { SelectedSecret } from '../selection/selection.ts';
import type { Settings } from '../settings.ts';
import { candidateBatches, type Draft, type Fact, judgeFact, type NotPlanned, type PreflightReason } from './draft.ts';
import { type PastRun, unusualIn } from './unusual.ts';
import { orderIntoWaves } from './waves.ts';

export interface Plan {
  readonly header: PlanHeader;
  /** The batches of each wave. */
  readonly waves: readonly (readonly Batch[])[];
  readonly leftAlone: readonly NotPlanned[];
}

export interface PlanMaterial {
  readonly draft: Draft;
  readonly facts: readonly Fact[];
  readonly fleet: { readonly secrets: number; readonly services: number };
  readonly guardrails: readonly Guardrail[];
  readonly settings: Settings;
  readonly hash: Hash;
  /** What is known of runs before, as `unusualIn` takes it. */
  readonly previous: readonly PastRun[] | undefined;
  /** When the plan is made. Only the start of the first wave depends on it. */
  readonly now: Instant;
}

/** Makes the plan of what was selected, less what the preflight advises against. Two calls make the same plan. */
export function makePlan({ draft, facts, fleet, guardrails, settings, hash, previous, now }: PlanMaterial): Plan {
  const { run, asOf } = draft;
  const judged = draft.selected.map((candidate) => ({
    candidate,
    reasons: judgeFact(candidate, facts, { asOf, minimumAgeHours: settings.minimumAgeHours }),
  }));
  const madeAt = new Map(facts.map(({ arn, createdAt }) => [arn, createdAt]));
  const planned = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map(
      ({ candidate }): PlannedSecret => ({
        ...candidate,
        newVersion: versionToTurnTo(draft.mode, run, candidate, hash),
        currentSince: madeAt.get(candidate.arn) ?? asOf,
        ...withLastUse(candidate, facts),
      }),
    );
  const leftAlone = [...draft.leftAlone, ...judged.flatMap(leftAloneOf)];
  const waves = orderIntoWaves(run, planned, settings);

  const expiresAt = instant(asOf + settings.planValiditySeconds * 1_000);
  const startsAt = nextStart(settings.windows, settings.freezes, now) ?? now;

  const header: PlanHeader = {
    run,
    stage: settings.stage,
    mode: draft.mode,
    ...(draft.restore === undefined ? {} : { of: draft.restore.of }),
    draftedAt: asOf,
    expiresAt,
    requestedBy: draft.requestedBy,
    why: draft.why,
    approvals: quorumOf(
      planned.map(({ tier }) => tier),
      settings,
    ),
    fleet,
    selected: planned.length,
    ...(draft.mode === 'retire' ? { retirements: countRetirements(planned) } : {}),
    guardrails,
    waves: waves.map((batches, index) => waveHeader(index + 1, batches, { settings, hash })),
    leftAlone: countReasons(leftAlone),
    leftAloneHash: hash(canonicalJson(leftAlone)),
    startsAt,
    unusual: unusualIn({ planned, guardrails, startsAt, expiresAt }, { freezes: settings.freezes, previous }),
  };
  return { header, waves, leftAlone };
}

/** What the preflight learnt of an old credential is what people approve. */
function withLastUse({ arn, old }: SelectedSecret, facts: readonly Fact[]): Pick<PlannedSecret, 'old'> {
  if (old === undefined) return {};
  const lastUsed = facts.find((fact) => fact.arn === arn)?.old?.lastUsed;
  return { old: lastUsed === undefined || lastUsed === 'unknown' ? old : { ...old, lastUsed } };
}

const countRetirements = (planned: readonly PlannedSecret[]): Record<Retirement, number> => ({
  deactivate: planned.filter(({ old }) => old?.retirement === 'deactivate').length,
  delete: planned.filter(({ old }) => old?.retirement === 'delete').length,
});

/** How many batches the preflight of a draft went through: so many files of facts there are. */
export const preflightBatches = ({ run, selected }: Draft): number => candidateBatches(run, selected).length;

/** A restore turns to a version that is there already, and a retirement to none. */
function versionToTurnTo(mode: Mode, run: Run, candidate: SelectedSecret, hash: Hash): string {
  if (mode === 'retire') return candidate.currentVersion;
  if (mode !== 'restore') return newVersionOf(run, candidate, hash);
  if (candidate.before === undefined) throw new Error(`nobody recorded what ${candidate.name} is to be restored to`);
  return candidate.before.version;
}

/** The same for every attempt of one run, so that whatever is made under this token is made once. Shaped as a UUID. */
function newVersionOf(run: Run, { arn }: SelectedSecret, hash: Hash): string {
  const hex = hash(canonicalJson(['new version', run, arn])).replace('sha256:', '');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function waveHeader(
  number: number,
  batches: readonly Batch[],
  { settings, hash }: Pick<PlanMaterial, 'settings' | 'hash'>,
): PlannedWave {
  const tiers = [...new Set(batches.map(({ tier }) => tier))];
  return {
    number,
    tiers,
    approvals: quorumOfWave(number, tiers, settings),
    secrets: batches.reduce((sum, { secrets }) => sum + secrets.length, 0),
    batches: batches.map((batch) => ({
      tier: batch.tier,
      secrets: batch.secrets.length,
      hash: hash(canonicalJson(batch)),
    })),
  };
}

function leftAloneOf({
  candidate: { name, arn },
  reasons: [reason, ...others],
}: {
  readonly candidate: SelectedSecret;
  readonly reasons: readonly PreflightReason[];
}): NotPlanned[] {
  return reason === undefined ? [] : [{ name, arn, reason, reasons: [reason, ...others] }];
}

/** Counts by the first reason of each, so that the counts add up to the secrets. */
export function countReasons(leftAlone: readonly { readonly reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of leftAlone) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
