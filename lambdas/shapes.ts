import * as z from 'zod';
import { phases } from '../core/archive-keys.ts';
import { type Instant, instant, parseInstant } from '../core/instant.ts';
import { type Batch, modes, type PlanDigest, type Run, retirements } from '../core/plan.ts';
import type { CandidateBatch } from '../core/planning/draft.ts';
import type { Scope } from '../core/scope.ts';
import { strategies } from '../core/settings.ts';
import type { BatchAnswer } from '../core/verdict/claim.ts';

/*
 * The shapes that several events share. What does not fit one is refused before anything is done.
 *
 * Events import the whole of zod under a name, never `{ z }`: that brings every language of the world into each bundle.
 */

/** An execution's name. It becomes part of keys, so it holds nothing that a key could be confused by. */
export const run = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,80}$/)
  .transform((text) => text as Run);

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text) => text as PlanDigest);

export const scope = z
  .string()
  .regex(/^(plan|wave-[1-9]\d{0,4})$/)
  .transform((text) => text as Scope);

export const moment = z.string().transform((text, context): Instant => {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  context.addIssue(`${JSON.stringify(text)} is not a moment such as 2026-11-18T19:15:00Z`);
  return z.NEVER;
});

export const mode = z.enum(modes);

/** What a run of the rotation's state machine is asked to be. */
const request = { run, startedAt: moment, requestedBy: z.string().min(1), why: z.string() };
export const asked = z
  .discriminatedUnion('mode', [
    z.object({ ...request, mode: mode.extract(['audit', 'rotate', 'retire']) }),
    z.object({
      ...request,
      mode: z.literal('restore'),
      of: run,
      /** Names. Left out, it is all that the run rotated. */
      secrets: z.array(z.string().min(1)).min(1).optional(),
    }),
  ])
  .transform(({ run, startedAt, requestedBy, why, ...what }) => ({
    run,
    startedAt,
    requestedBy,
    why,
    mode: what.mode,
    restore: what.mode === 'restore' ? { of: what.of, secrets: what.secrets } : undefined,
  }));
export const phase = z.enum(phases);
export const wave = z.int().min(1);

/** Milliseconds since the epoch, as plans write a moment down. */
const millis = z.int().transform(instant);

const candidate = z.object({
  name: z.string(),
  arn: z.string(),
  tier: z.string(),
  service: z.string(),
  rotator: z.string(),
  strategy: z.enum(strategies),
  probe: z.string(),
  currentVersion: z.string(),
  expirationDate: z.string(),
  daysOverdue: z.number(),
  before: z.exactOptional(z.object({ version: z.string(), expirationDate: z.string() })),
  old: z.exactOptional(
    z.object({
      version: z.string(),
      retirement: z.enum(retirements),
      replacedBy: run,
      replacedAt: millis,
      unusedSince: millis,
      deactivatedBy: z.exactOptional(run),
      deactivatedAt: z.exactOptional(millis),
      lastUsed: z.exactOptional(z.union([millis, z.literal('never')])),
    }),
  ),
});

export const candidateBatch: z.ZodType<CandidateBatch> = z.object({
  run,
  index: z.int().min(0),
  tier: z.string(),
  secrets: z.array(candidate).min(1),
});

export const batch: z.ZodType<Batch> = z.object({
  run,
  wave,
  index: z.int().min(0),
  tier: z.string(),
  secrets: z.array(candidate.extend({ newVersion: z.string(), currentSince: millis })).min(1),
});

/** The answer of rotate-batch as the workflow passes it on. Its reasons are quoted, not decided on. */
export const batchAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('turned'), claims: z.array(z.looseObject({ arn: z.string(), kind: z.string() })) }),
  z.object({ kind: z.literal('notStarted'), reason: z.string() }),
  z.object({ kind: z.literal('failed'), error: z.string() }),
]) as unknown as z.ZodType<BatchAnswer>;
