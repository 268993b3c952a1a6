import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Settings } from '../core/settings.ts';
import { synthesise } from '../lib/synthesise.ts';
import { seeded } from '../rehearsal/seed.ts';
import { readSettings } from '../rehearsal/template/settings-layer.ts';
import type { Stack } from '../rehearsal/template/stack.ts';
import { loadStack } from '../rehearsal/template/template.ts';

/** One deployment, synthesised once, and variants of it. */
export interface Ground {
  readonly stacks: readonly Stack[];
  /** What a deployment may be updated to. */
  readonly updates: readonly Stack[];
  leave(): void;
}

const howMany = 60;
const howManyUpdates = 24;

const slack = {
  channel: 'C0KEYTURN',
  tokenSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:keyturn/slack-Kt7mQz',
};

/**
 * What a variant says otherwise. Functions read their settings in a layer, and the definition has one number of them, so
 * that no variant needs a synthesis of its own.
 */
function* variants(): Generator<Partial<Settings>> {
  const random = seeded(20_261_118);
  const pick = <T>(...list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const fleetAll = { secrets: 60, percentOfFleet: 100, secretsPerDay: 100 };
  const at = (time: string) => Date.parse(`2026-11-18T${time}:00Z`) as Settings['freezes'][number]['from'];
  for (let index = 0; index < howMany; index += 1) {
    yield {
      batchSize: pick(1, 1, 2, 5),
      waveSizes: pick([1], [2], [1, 2], [3, 3]),
      concurrency: pick(1, 1, 3),
      bakeTimeSeconds: pick(60, 300, 900),
      caps: pick(
        fleetAll,
        fleetAll,
        fleetAll,
        fleetAll,
        { ...fleetAll, secretsPerDay: 2 },
        { ...fleetAll, secrets: 2 },
      ),
      windows: pick<Settings['windows']>(
        ...[[], [], [], [{ days: ['wed' as const], from: '19:00', to: '23:00', timeZone: 'UTC' }]],
        [{ days: ['wed' as const], from: '20:30', to: '20:50', timeZone: 'Europe/London' }],
      ),
      freezes: pick<Settings['freezes']>([], [], [], [], [{ from: at('19:40'), to: at('23:00'), why: 'a sale' }]),
      planValiditySeconds: pick(86_400, 86_400, 3_700),
      minimumAgeHours: pick(1, 24),
    };
  }
}

/** The rotation that has a window is there as well, with a master's help of nobody. */
const replace = {
  kind: 'postgres',
  strategy: 'replace',
  allowedHosts: ['db.chromepay.example'],
  validityDays: 90,
} as const;

export function prepare(base: Settings): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-simulation-'));
  const outdir = join(folder, 'assembly');
  const settings: Settings = {
    ...base,
    windows: [],
    approvalTimeoutSeconds: 3_600,
    rotators: { ...base.rotators, 'postgres-replace': replace },
    channels: { ...base.channels, slack },
    approvers: base.approvers.map((approver, index) => ({ ...approver, slackUser: `U0PERSON${index}` })),
  };
  synthesise({ settings, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
  const stack = loadStack(outdir, { overrides: { 'AWS::ApiGatewayV2::Api.ApiEndpoint': 'https://review.invalid' } });

  const deployed = readSettings(stack);
  const otherwise = (variant: Partial<Settings>, name: string): Stack => {
    const layer = join(folder, name);
    mkdirSync(layer);
    writeFileSync(join(layer, 'settings.json'), JSON.stringify({ ...deployed, ...variant }));
    const functions = stack.functions.map((fn) => (fn.layers.length === 0 ? fn : { ...fn, layers: [layer] }));
    return { ...stack, functions, stateMachines: stack.stateMachines.map(withConcurrency(variant.concurrency ?? 1)) };
  };
  const all = [...variants()];
  return {
    stacks: all.map((variant, index) => otherwise(variant, `layer-${index}`)),
    updates: all
      .slice(0, howManyUpdates)
      .map((variant, index) => otherwise({ ...variant, ...narrowed(deployed, index) }, `update-${index}`)),
    leave: () => rmSync(folder, { recursive: true }),
  };
}

/** What an update may say less of, or ask more for, than what it updates. */
function narrowed(settings: Settings, index: number): Partial<Settings> {
  const without = <T>(entries: Readonly<Record<string, T>>, ...names: readonly string[]) =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
  const narrower: readonly Partial<Settings>[] = [
    {},
    { approvers: settings.approvers.slice(1) },
    { rotators: without(settings.rotators, 'hmac-key') as Settings['rotators'] },
    { rotators: without(settings.rotators, 'http-api-key', 'postgres') as Settings['rotators'] },
    { health: without(settings.health, 'orders') },
    { retirement: { ...settings.retirement, graceDays: 10, deleteAfterDays: 10 } },
  ];
  return narrower[index % narrower.length] ?? {};
}

/** A stack as it is after so many updates: every function has another published version, and whoever calls it calls that. */
export function published(stack: Stack, version: number): Stack {
  const renumbered = <T>(part: T): T =>
    JSON.parse(JSON.stringify(part).replaceAll(/(:function:[\w-]+):1(?![\w-])/g, `$1:${version}`)) as T;
  return { ...renumbered(stack), resourcePolicies: new Map(renumbered([...stack.resourcePolicies])) };
}

const withConcurrency = (concurrency: number) => (machine: Stack['stateMachines'][number]) => ({
  ...machine,
  definition: JSON.parse(JSON.stringify(machine.definition), (key, value) =>
    key === 'MaxConcurrency' ? concurrency : value,
  ),
});
