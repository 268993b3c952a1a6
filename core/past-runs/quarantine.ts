import type { Instant } from '../instant.ts';
import type { Batch, Run } from '../plan.ts';
import type { RunReport } from '../report/report.ts';
import type { Selection } from '../selection/selection.ts';
import { judgeBatch, type Probed } from '../verdict/probe.ts';
import type { Failure } from '../verdict/verdict.ts';

/** A secret that failed in a run, and is left alone until somebody has looked at it and released it. */
export interface Quarantined {
  readonly name: string;
  readonly run: Run;
  readonly reason: string;
  readonly at: Instant;
}

/** By ARN. */
export type Quarantine = Readonly<Record<string, Quarantined>>;

/** @throws {Error} when it is not understood: then nobody knows what must be left alone. */
export function parseQuarantine(text: string): Quarantine {
  const { byArn } = JSON.parse(text) as { readonly byArn?: unknown };
  if (!isRecord(byArn) || !Object.values(byArn).every(isQuarantined)) {
    throw new Error('the quarantine is not understood; look who wrote it, and put it right before the next run');
  }
  return byArn as Quarantine;
}

export const writeQuarantine = (byArn: Quarantine): string => JSON.stringify({ byArn });

/** What was selected and is quarantined is left alone after all. Only there the reason is given: others have others. */
export function leaveQuarantined(selection: Selection, quarantine: Quarantine): Selection {
  const isIn = ({ arn }: { readonly arn: string }) => Object.hasOwn(quarantine, arn);
  return {
    ...selection,
    selected: selection.selected.filter((secret) => !isIn(secret)),
    leftAlone: [
      ...selection.leftAlone,
      ...selection.selected.filter(isIn).map(({ name, arn }) => ({
        name,
        arn,
        reason: 'quarantined' as const,
        reasons: ['quarantined'] as const,
      })),
    ],
  };
}

/** Adds what failed. What is quarantined already stays as it was: the first failure is the one to look at. */
export const quarantine = (before: Quarantine, failures: readonly Failure[], run: Run, at: Instant): Quarantine =>
  failures.every(({ arn }) => Object.hasOwn(before, arn))
    ? before
    : { ...Object.fromEntries(failures.map(({ arn, name, reason }) => [arn, { name, run, reason, at }])), ...before };

/** Takes out what has this name or this ARN. */
export function release(before: Quarantine, which: string): Quarantine {
  const kept = Object.entries(before).filter(([arn, { name }]) => arn !== which && name !== which);
  return kept.length === Object.keys(before).length ? before : Object.fromEntries(kept);
}

/** What was found of one batch before its wave went back. */
export interface Found {
  readonly batch: Batch;
  readonly rotated: Probed | undefined;
  readonly baked: Probed | undefined;
}

/** What is held, and what gave the reason to send a wave back: of which it is certain that it was this secret. */
export function failuresOf(
  { secrets, reasons }: Pick<RunReport, 'secrets' | 'reasons'>,
  found: readonly Found[],
): Failure[] {
  const held = secrets
    .filter(({ kind }) => kind === 'held')
    .map(({ arn, name, reason }) => ({ arn, name, reason: `held: ${reason ?? 'unknown'}` }));
  const causes = found.flatMap(causesIn);
  const sick = secrets
    .filter(({ kind, service }) => kind === 'rolledBack' && reasons.includes(`serviceUnhealthy: ${service}`))
    .map(({ arn, name, service }) => ({ arn, name, reason: `serviceUnhealthy: ${service}` }));
  return [...new Map([...held, ...sick, ...causes].map((failure) => [failure.arn, failure])).values()];
}

function causesIn({ batch, rotated, baked }: Found): Failure[] {
  const later = baked === undefined ? [] : judgeBatch(batch, rotated?.answer, baked.sightings).doubts;
  return [...(rotated?.doubts ?? []), ...later].flatMap(({ kind, name, why }) => {
    const secret = batch.secrets.find((one) => one.name === name);
    if (secret === undefined) return [];
    return [{ arn: secret.arn, name: secret.name, reason: why === undefined ? kind : `${kind}: ${why}` }];
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isQuarantined = (value: unknown): boolean =>
  isRecord(value) &&
  ['name', 'run', 'reason'].every((field) => typeof value[field] === 'string') &&
  Number.isSafeInteger(value['at']);
