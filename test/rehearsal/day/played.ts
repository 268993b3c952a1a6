import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import settings from '../../../chromepay.config.ts';
import type { Settings } from '../../../core/settings.ts';
import { synthesise } from '../../../lib/synthesise.ts';
import type { InventoryEntry } from '../../../rehearsal/day/fleet.ts';
import { type PlayOptions, play } from '../../../rehearsal/day/play.ts';
import type { Happening } from '../../../rehearsal/day/progress.ts';
import type { RehearsalReport } from '../../../rehearsal/day/report.ts';
import type { Scenario, Scene } from '../../../rehearsal/day/scenario.ts';
import type { Estate } from '../../../rehearsal/targets/estate.ts';
import { asOf } from '../../entries.ts';
import { chromepayInventory } from '../../settings.ts';

/** The ChromePay fleet, as `aws secretsmanager list-secrets` prints it. */
export const chromepay = readFileSync(chromepayInventory, 'utf8');

export const entries: readonly InventoryEntry[] = JSON.parse(chromepay).SecretList;

/** Ten secrets that are due, of every tier and rotator: five of tier low make wave 1, the others wave 2. */
const fewDue = [
  'prod/low/clickstream-ingest/api-key-2',
  'prod/low/data-catalog/db-reader-1',
  'prod/low/office-directory/db-reader',
  'prod/low/sandbox-gateway/api-key-1',
  'prod/low/sandbox-gateway/api-key-2',
  'prod/low/sandbox-gateway/db-app',
  'prod/medium/kyc-lookup/vendor-key-1',
  'prod/medium/webhook-dispatcher/signing-key-3',
  'prod/high/orders/api-key-2',
  'prod/high/payment-processor/db-app',
];

const expiresAt = ({ Tags = [] }: InventoryEntry) => Tags.find(({ Key }) => Key === 'expiration_date')?.Value ?? '';

/** Every fifth secret that is not due, 18 of them, so that the ten keep within ChromePay's cap of 40 %. */
const others = entries.filter((entry) => expiresAt(entry) > '2026-11-18').filter((_, index) => index % 5 === 0);

/** A fleet of 28 of ChromePay's secrets, which plays faster than the whole. */
export const fewEntries: readonly InventoryEntry[] = [
  ...entries.filter(({ Name = '' }) => fewDue.includes(Name)),
  ...others,
];

/** The entries as `aws secretsmanager list-secrets` would print them. */
export const printed = (list: readonly InventoryEntry[]): string => JSON.stringify({ SecretList: list });

export const few = printed(fewEntries);

/** Synthesises ChromePay's own deployment into a folder that is gone after the tests of the file. */
export function synthesised(of: Settings = settings): string {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-played-'));
  after(() => rmSync(outdir, { recursive: true }));
  synthesise({ settings: of, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
  return outdir;
}

/** One secret as it was when the run began. */
export interface Before {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: string;
}

export interface Played {
  readonly report: RehearsalReport;
  readonly scene: Scene;
  readonly before: ReadonlyMap<string, Before>;
  readonly happenings: readonly Happening[];
  /** What the steps logged, one entry a line. */
  readonly logged: readonly string[];
  /** ARNs of the execution and of its children. */
  readonly executions: ReadonlySet<string>;
}

export interface Playing extends Partial<Omit<PlayOptions, 'scenario' | 'watch' | 'log'>> {
  readonly scenario?: Partial<Scenario>;
  /** Hears of everything as it happens. */
  readonly onHappening?: (happening: Happening) => void;
}

/** Plays a run on the small fleet with simulated targets, if not said otherwise, and keeps everything for a look. */
export async function played(
  assembly: string,
  { scenario = {}, onHappening, ...options }: Playing = {},
): Promise<Played> {
  const seen: { scene?: Scene } = {};
  const before = new Map<string, Before>();
  const happenings: Happening[] = [];
  const logged: string[] = [];
  const executions = new Set<string>();
  const log = (level: string) => (message: string, fields?: object) => {
    logged.push(JSON.stringify({ level, message, ...fields }));
  };

  const report = await play({
    assembly,
    inventory: few,
    asOf,
    seed: 1,
    mode: 'rotate',
    targets: 'simulated',
    person: false,
    ...options,
    watch: (happening) => {
      happenings.push(happening);
      onHappening?.(happening);
    },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    scenario: {
      name: 'test',
      says: 'as its test says',
      outcome: 'completed',
      ...scenario,
      begin: async (scene) => {
        seen.scene = scene;
        const trap = (await scenario.begin?.(scene)) ?? {};
        for (const arn of scene.cloud.secretsManager.arns()) before.set(arn, snapshot(scene, arn));
        return {
          ...trap,
          onTransition: (transition) => {
            executions.add(transition.executionArn);
            trap.onTransition?.(transition);
          },
        };
      },
    },
  });
  if (seen.scene === undefined) throw new Error('the scenario never began');
  return { report, scene: seen.scene, before, happenings, logged, executions };
}

function snapshot({ cloud: { secretsManager } }: Scene, arn: string): Before {
  const name = entries.find(({ ARN }) => ARN === arn)?.Name ?? arn;
  const labels = secretsManager.labels(arn);
  return { name, labels, tags: secretsManager.tags(arn), value: String(secretsManager.value(arn)) };
}

/** Names of the secrets of which anything is not as it was: a label, a tag, a version. */
export function changed({ before, scene: { cloud } }: Played): string[] {
  return [...before].flatMap(([arn, { name, labels, tags }]) => {
    const now = { labels: cloud.secretsManager.labels(arn), tags: cloud.secretsManager.tags(arn) };
    return JSON.stringify(now) === JSON.stringify({ labels, tags }) ? [] : [name];
  });
}

/** Names of the secrets whose AWSCURRENT is on another version than it was. */
export const moved = ({ before, scene: { cloud } }: Played): string[] =>
  [...before].flatMap(([arn, { name, labels }]) =>
    cloud.secretsManager.labels(arn)['AWSCURRENT'] === labels['AWSCURRENT'] ? [] : [name],
  );

/** Whether a secret's target lets this value in, asked behind everybody's back. */
export function isAccepted({ keys, signatures, postgres }: Estate, value: string): boolean {
  const { username, password, apiKey, client, keyId, signingKey } = JSON.parse(value);
  if (apiKey !== undefined) return keys.accepts(apiKey);
  if (signingKey !== undefined) return signatures.accepts(client, keyId, signingKey);
  const answer = postgres.accepts({ username, password });
  if (typeof answer !== 'boolean') throw new Error('only a simulated target answers at once');
  return answer;
}

/** Names of the secrets of which AWSCURRENT does not authenticate at its target. */
export const locked = ({ before, scene: { cloud, estate } }: Played): string[] =>
  [...before].flatMap(([arn, { name }]) => (isAccepted(estate, String(cloud.secretsManager.value(arn))) ? [] : [name]));
