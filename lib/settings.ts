import * as z from 'zod';

import type { Settings } from '../core/settings.ts';
import {
  misplacedFunctions,
  misplacedMasters,
  misplacedOwnSecrets,
  requestersWhoApprove,
  tooSlowWrites,
  unknownAtProvider,
  unreachableApprovers,
  unreachableQuorums,
} from './settings-checks.ts';
import * as shape from './settings-shape.ts';

const fields = z.strictObject({
  stage: shape.stage,
  tiers: shape.tiers,
  tagKeys: shape.tagKeys.prefault({}),
  caps: shape.caps.prefault({}),
  waveSizes: shape.waveSizes.default([5, 20]),
  batchSize: shape.batchSize.default(10),
  concurrency: shape.concurrency.default(1),
  bakeTimeSeconds: shape.bakeTimeSeconds.default(15 * 60),
  approvalTimeoutSeconds: shape.approvalTimeoutSeconds.default(4 * 3_600),
  planValiditySeconds: shape.planValiditySeconds.default(24 * 3_600),
  minimumAgeHours: shape.minimumAgeHours.default(24),
  windows: shape.windows.default([]),
  freezes: shape.freezes.default([]),
  writesPerSecond: shape.writesPerSecond.default(10),
  schedules: z
    .strictObject({
      audit: shape.schedule.default({ expression: 'cron(0 6 * * ? *)', timeZone: 'UTC', enabled: true }),
      rotation: shape.schedule.default({ expression: 'cron(0 7 ? * TUE *)', timeZone: 'UTC', enabled: false }),
      retirement: shape.schedule.default({ expression: 'cron(0 7 ? * THU *)', timeZone: 'UTC', enabled: false }),
    })
    .prefault({}),
  retirement: shape.retirement.prefault({}),
  driftLook: shape.schedule.default({ expression: 'cron(0 5 * * ? *)', timeZone: 'UTC', enabled: true }),
  exemptPatterns: shape.exemptPatterns.default([]),
  rotators: shape.rotators,
  probes: shape.probes,
  health: shape.health,
  alarms: shape.alarms.default([]),
  approvers: shape.approvers,
  requesters: shape.requesters.default([]),
  signIn: shape.signIn.exactOptional(),
  channels: shape.channels.default({}),
  secretKeyArns: shape.secretKeyArns.default([]),
  retentionDays: shape.retentionDays.default(400),
});

/** Checks between fields run as soon as the fields they are about are right, so that one synth tells of every problem. */
const onceRight = (mask: Parameters<typeof fields.pick>[0]) => ({
  when: ({ value }: { readonly value: unknown }) => fields.pick(mask).loose().safeParse(value).success,
});

const settings = fields
  .superRefine(
    (given, context) => {
      for (const { path, message } of misplacedMasters(given)) context.addIssue({ code: 'custom', path, message });
      for (const { path, message } of misplacedFunctions(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ tiers: true, rotators: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of misplacedOwnSecrets(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ tiers: true, rotators: true, channels: true, signIn: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of unreachableApprovers(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ approvers: true, channels: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of requestersWhoApprove(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ approvers: true, requesters: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of unknownAtProvider(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ approvers: true, signIn: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of unreachableQuorums(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ tiers: true, approvers: true }),
  )
  .superRefine(
    (given, context) => {
      for (const { path, message } of tooSlowWrites(given)) context.addIssue({ code: 'custom', path, message });
    },
    onceRight({ batchSize: true, concurrency: true, writesPerSecond: true }),
  )
  .refine(({ planValiditySeconds, approvalTimeoutSeconds }) => planValiditySeconds >= approvalTimeoutSeconds, {
    path: ['planValiditySeconds'],
    error: 'is shorter than approvers may take; let a plan stand for approvalTimeoutSeconds at least',
    ...onceRight({ planValiditySeconds: true, approvalTimeoutSeconds: true }),
  });

/** What a configuration file may say. Whatever has a default may be left out; moments are written as ISO 8601. */
export type SettingsInput = z.input<typeof settings>;

/** The settings would not do what they seem to say. Not retryable: correct the file. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super([`the settings have ${count}:`, ...problems].join('\n  '), options);
  }
}

/**
 * Completes and checks settings.
 *
 * @throws {SettingsError} with every problem: which field, which value, what is wrong with it, what to do.
 */
export function defineSettings(input: SettingsInput): Settings {
  const { success, data, error } = settings.safeParse(input, { error: explain });
  if (!success) {
    const problems = error.issues.map(({ path, message }) => sayProblem(path, valueAt(input, path), message));
    throw new SettingsError(problems, { cause: error });
  }
  return Object.defineProperty(data, checked, { value: true });
}

/** Marks what was checked, whichever copy of this module did. A copy of the settings that somebody altered has no mark. */
const checked = Symbol.for('keyturn.settings');

export const isChecked = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && checked in value;

/** What is wrong where the shape itself does not say. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing; add it' : `is not of the right type; give ${issue.expected}`;
    case 'unrecognized_keys':
      return `has unknown fields (${issue.keys.join(', ')}); correct their spelling or remove them`;
    case 'invalid_key':
      return `is no name for an entry: it ${issue.issues.map(({ message }) => message).join(', and it ')}`;
    case 'invalid_union':
      return 'is of an unknown kind; see RotatorSettings for the kinds and strategies there are';
    default:
      return undefined;
  }
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce((value, field) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[field], input);

function sayProblem(path: readonly PropertyKey[], value: unknown, message: string): string {
  const field = path.length === 0 ? 'settings' : path.map(String).join('.');
  const text = value === undefined ? 'left out' : JSON.stringify(value);
  return `${field} (${text.length <= 80 ? text : `${text.slice(0, 77)}...`}) ${message}`;
}
