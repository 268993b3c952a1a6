import type { Drift } from '../core/past-runs/drift.ts';
import type { FinishedRun } from '../core/past-runs/history.ts';
import { type Aftermath, type Told, wasActedOn } from './aftermath.ts';
import { isAccepted } from './standing.ts';

/* What is checked of the daily look, when it came last and nothing failed. */

/** Whatever is elsewhere than the last run left it is seen, and nothing else is. */
export function* driftIsSeen(aftermath: Aftermath, runs: readonly Told[]): Generator<string> {
  const { cloud, estate, before, looked } = aftermath;
  if (!looked) return;
  const text = cloud.s3.text(cloud.archiveBucket, cloud.s3.keys(cloud.archiveBucket, 'drift/').toSorted().at(-1) ?? '');
  if (text === undefined) {
    yield 'nobody looked for drift';
    return;
  }

  const { at, found } = JSON.parse(text) as { readonly at: number; readonly found: readonly Drift[] };
  const left = leftIn(aftermath, runs, at);
  for (const arn of before.keys()) {
    const drift = found.find((one) => one.arn === arn);
    const version = left.get(arn);
    const { AWSCURRENT: current } = cloud.secretsManager.labels(arn);
    const hasMoved = version !== undefined && current !== version;
    if (hasMoved && drift === undefined) yield `${arn} is on ${current}, was left on ${version}, and nobody saw it`;
    if (drift === undefined || version === undefined || wasActedOn(aftermath, arn)) continue;
    const isSo = drift.kind === 'labelMoved' ? hasMoved : !isAccepted(estate, cloud.secretsManager.value(arn));
    if (!isSo) yield `${arn} has not drifted, and is said to: ${drift.kind}, ${drift.found}`;
  }
}

/** The version that the last run of two weeks left each secret on, as far as runs are remembered. */
function leftIn({ cloud }: Aftermath, runs: readonly Told[], at: number): ReadonlyMap<string, string | undefined> {
  const history = JSON.parse(cloud.s3.text(cloud.deskBucket, 'history.json') ?? '[]') as readonly FinishedRun[];
  const left = new Map<string, string | undefined>();
  const ended = runs
    .filter(({ run, mode }) => mode !== 'retire' && history.some((known) => known.run === run && isRecent(known, at)))
    .toSorted((one, other) => (one.report?.endedAt ?? 0) - (other.report?.endedAt ?? 0));
  for (const { report, planned } of ended) {
    for (const { arn, kind } of report?.secrets ?? []) {
      const secret = planned.find((one) => one.arn === arn);
      if (kind === 'rotated') left.set(arn, secret?.newVersion);
      else if (kind === 'rolledBack') left.set(arn, secret?.currentVersion);
      else if (kind === 'held') left.delete(arn);
    }
  }
  return left;
}

const isRecent = ({ endedAt }: FinishedRun, at: number): boolean => at - endedAt < 14 * 86_400_000;
