import { archiveKeys } from '../archive-keys.ts';
import type { Instant } from '../instant.ts';
import type { Batch, Mode, PlannedSecret, Run } from '../plan.ts';
import { readWave } from '../planning/plan-reading.ts';
import type { Archive } from '../ports.ts';
import type { RunReport } from '../report/report.ts';
import type { Sighting } from '../verdict/probe.ts';
import type { History } from './history.ts';
import { findDocument } from './run-story.ts';

/** What calls people: an alarm counts this very line of the log. */
export const driftFound = 'secrets have drifted since the run that rotated them';

/** Every way in which a secret can be otherwise than the last run left it. The keys outlive the code: reports quote them. */
export const drifts = {
  labelMoved: 'AWSCURRENT is on another version than the run left it on',
  rejected: 'its target rejects what is AWSCURRENT',
  unreadable: 'AWSCURRENT could not be read',
} as const;

/** A secret that is not as the last run left it. */
export interface Drift {
  readonly kind: keyof typeof drifts;
  readonly arn: string;
  readonly name: string;
  readonly run: Run;
  readonly expected: string;
  readonly found: string | undefined;
}

/** A secret of a run that has ended, and the version that it left AWSCURRENT on. */
export interface LeftSecret {
  readonly secret: PlannedSecret;
  readonly run: Run;
  readonly version: string;
}

/** Runs that leave AWSCURRENT somewhere. */
const touching: readonly Mode[] = ['rotate', 'restore'];

/** So long a run is looked back at. */
const lookedBackMillis = 14 * 24 * 3_600_000;

/** What the runs of the last 14 days left, each secret as the last one did. What is held is nowhere that anybody could name. */
export async function leftByRuns(archive: Archive, history: History, now: Instant): Promise<readonly LeftSecret[]> {
  const last = new Map<string, LeftSecret | undefined>();
  const recent = history.filter(({ mode, endedAt }) => touching.includes(mode) && now - endedAt < lookedBackMillis);
  for (const { run } of recent.toReversed()) {
    for (const [arn, left] of await leftBy(archive, run)) if (!last.has(arn)) last.set(arn, left);
  }
  return [...last.values()].flatMap((left) => left ?? []);
}

async function leftBy(archive: Archive, run: Run): Promise<ReadonlyMap<string, LeftSecret | undefined>> {
  const report =
    (await findDocument<RunReport>(archive, archiveKeys.recovery(run))) ??
    (await findDocument<RunReport>(archive, archiveKeys.report(run)));
  const planned = await plannedIn(archive, run, report?.waves.map(({ number }) => number) ?? []);
  const left = new Map<string, LeftSecret | undefined>();
  for (const { arn, kind } of report?.secrets ?? []) {
    const secret = planned.find((one) => one.arn === arn);
    if (kind === 'held') left.set(arn, undefined);
    else if (secret !== undefined && kind === 'rotated') left.set(arn, { secret, run, version: secret.newVersion });
    else if (secret !== undefined && kind === 'rolledBack')
      left.set(arn, { secret, run, version: secret.currentVersion });
  }
  return left;
}

const plannedIn = async (archive: Archive, run: Run, waves: readonly number[]): Promise<readonly PlannedSecret[]> =>
  (await Promise.all(waves.map((wave) => readWave(archive, run, wave)))).flat().flatMap(({ secrets }) => secrets);

/** ARNs of what a run under way may be touching, of which nothing can be said meanwhile. */
export async function underWay(archive: Archive, run: Run | undefined): Promise<ReadonlySet<string>> {
  if (run === undefined) return new Set();
  const header = await findDocument<{ readonly waves: readonly { readonly number: number }[] }>(
    archive,
    archiveKeys.plan(run),
  );
  const planned = await plannedIn(archive, run, header?.waves.map(({ number }) => number) ?? []);
  return new Set(planned.map(({ arn }) => arn));
}

/** Values are read by twenty at most. */
const secretsPerBatch = 20;

/** Lays what is to be looked at into batches of one tier each. */
export const lookBatches = (left: readonly LeftSecret[]): readonly Batch[] =>
  [...Map.groupBy(left, ({ secret }) => secret.tier)].flatMap(([tier, all]) =>
    Array.from({ length: Math.ceil(all.length / secretsPerBatch) }, (_, index) => {
      const some = all.slice(index * secretsPerBatch, (index + 1) * secretsPerBatch);
      return { run: 'drift' as Run, wave: 1, index, tier, secrets: some.map(({ secret }) => secret) };
    }),
  );

/** What was seen of the secrets, and how it differs from what runs left. That a target is silent says nothing. */
export function driftIn(left: readonly LeftSecret[], sightings: readonly Sighting[]): readonly Drift[] {
  return left.flatMap(({ secret: { arn, name }, run, version }): Drift[] => {
    const sighting = sightings.find((one) => one.arn === arn);
    const drift = { arn, name, run, expected: version, found: sighting?.versionId };
    if (sighting?.versionId === undefined) return [{ kind: 'unreadable', ...drift }];
    if (sighting.versionId !== version) return [{ kind: 'labelMoved', ...drift }];
    return sighting.answer === 'rejected' ? [{ kind: 'rejected', ...drift }] : [];
  });
}

/** Drifts that people were told of, as `arn kind version`. */
export type KnownDrift = readonly string[];

/** @throws {Error} when it is not understood. */
export function parseKnownDrift(text: string): KnownDrift {
  const known: unknown = JSON.parse(text);
  if (!Array.isArray(known) || !known.every((one) => typeof one === 'string')) {
    throw new Error('what is known of drift is not understood; look who wrote it, and delete it to be told anew');
  }
  return known;
}

const nameDrift = ({ arn, kind, found }: Drift): string => `${arn} ${kind} ${found ?? ''}`;

/** Those that nobody was told of yet. */
export const unknownOf = (found: readonly Drift[], known: KnownDrift): readonly Drift[] =>
  found.filter((drift) => !known.includes(nameDrift(drift)));

/** What is known from now on: what was found, and what could not be looked at anew. What is mended is forgotten. */
export const knowDrift = (known: KnownDrift, found: readonly Drift[], skipped: ReadonlySet<string>): KnownDrift => [
  ...new Set([...known.filter((one) => skipped.has(one.split(' ')[0] ?? '')), ...found.map(nameDrift)]),
];
