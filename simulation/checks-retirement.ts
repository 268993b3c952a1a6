import type { Instant } from '../core/instant.ts';
import { type Aftermath, moment, type Told, wasActedOn } from './aftermath.ts';
import { keyIn } from './standing.ts';
import type { Managed } from './trail.ts';

/* What is checked of keys that Keyturn took out of use, or away, at their target. */

const day = 86_400_000;
/** Clocks of functions may be wrong by minutes; the days that a credential is kept do not depend on them. */
const tolerance = 600_000;
/** What somebody does between the last look and the write, nobody can see. A target may answer slowly meanwhile. */
const unseen = 30_000;

/** A key that no version of its secret holds was left by an attempt that was interrupted, and nobody ever had it. */
const everHad = ({ versions }: Managed): boolean => versions.length > 0;

const inWords = ({ arn, did, key, at }: Managed): string => `${arn}: key ${key.keyId} was ${did} at ${moment(at)}`;

/** Whoever touches an old key does so for a retirement that was approved for that very version. */
export function* onlyApprovedKeys({ managed }: Aftermath, runs: readonly Told[]) {
  for (const one of managed.filter(everHad)) {
    const isPlanned = ({ planned }: Told) =>
      planned.some(({ arn, old }) => arn === one.arn && old !== undefined && one.versions.includes(old.version));
    const isApproved = runs.some((told) => told.mode === 'retire' && told.isApproved && isPlanned(told));
    if (!isApproved) yield `${inWords(one)}, which nobody approved`;
  }
}

/** Only what was replaced long ago, is not AWSCURRENT and was not used since is deactivated; and deleted only much later. */
export function* retiredInTime(aftermath: Aftermath, runs: readonly Told[]) {
  const { managed, acted, used, live } = aftermath;
  const grace = Math.min(...live.deployed.map(({ retirement }) => retirement.graceDays)) * day;
  const secondGrace = Math.min(...live.deployed.map(({ retirement }) => retirement.deleteAfterDays)) * day;
  for (const one of managed.filter(everHad)) {
    const { arn, did, key, at, isCurrent } = one;
    if (did === 'reactivated') continue;
    const isSurprised = [...acted, ...used].some((act) => act.arn === arn && act.at <= at && at - act.at < unseen);
    if (isCurrent && !isSurprised) yield `${inWords(one)}, and AWSCURRENT is on it`;
    if (did === 'removed') {
      const since = lastDeactivated(managed, one);
      if (since === undefined || at - since < secondGrace - tolerance)
        yield `${inWords(one)}, and deactivated ${since === undefined ? 'never' : moment(since)}`;
      if (key.status === 'active' && !isSurprised) yield `${inWords(one)}, and it was active`;
    } else if (key.status === 'active') {
      if (!runs.some((told) => hasReplaced(told, one, grace))) yield `${inWords(one)}, and not replaced long before`;
      if (key.lastUsedAt !== undefined && key.lastUsedAt > at - grace && !isSurprised)
        yield `${inWords(one)}, and used at ${moment(key.lastUsedAt)}`;
    }
  }
}

const lastDeactivated = (managed: readonly Managed[], { arn, key, at }: Managed): Instant | undefined =>
  managed.findLast(
    (other) => other.arn === arn && other.key.keyId === key.keyId && other.did === 'deactivated' && other.at <= at,
  )?.at;

/** Whether a run that ended the grace period before replaced the version that holds this key. */
function hasReplaced({ mode, planned, report }: Told, { arn, versions, at }: Managed, grace: number): boolean {
  if (report === undefined || mode === 'retire' || report.endedAt + grace > at + tolerance) return false;
  const isRotated = report.secrets.some((secret) => secret.arn === arn && secret.kind === 'rotated');
  return isRotated && planned.some((one) => one.arn === arn && versions.includes(one.currentVersion));
}

/** How an old key stands is what the last retirement says that was about it. What is held may stand in any way. */
export function* outOfUseAsTold(aftermath: Aftermath, runs: readonly Told[]) {
  const { cloud, estate } = aftermath;
  const last = new Map<string, { arn: string; version: string; run: string; stands: string }>();
  for (const { run, mode, planned, report } of runs) {
    if (mode !== 'retire') continue;
    for (const { arn, old } of planned) {
      const kind = report?.secrets.find((secret) => secret.arn === arn)?.kind;
      if (old === undefined || kind === undefined || kind === 'untouched' || kind === 'leftAlone') continue;
      const stands = standsAfter[kind] ?? (old.retirement === 'delete' ? 'inactive' : 'active');
      last.set(`${arn} ${old.version}`, { arn, version: old.version, run, stands });
    }
  }
  for (const { arn, version, run, stands } of last.values()) {
    if (stands === 'anyhow' || wasActedOn(aftermath, arn)) continue;
    const found = keyIn(estate, cloud.secretsManager.value(arn, version))?.status ?? 'gone';
    if (found !== stands) yield `${arn}: after ${run} its old key is to be ${stands}, and is ${found}`;
  }
}

/** What went back is as it was recorded. */
const standsAfter: Readonly<Record<string, string>> = { deactivated: 'inactive', deleted: 'gone', held: 'anyhow' };
