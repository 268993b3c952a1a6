import { archiveKeys, runPrefix } from '../core/archive-keys.ts';
import { type Aftermath, type Told, wasActedOn } from './aftermath.ts';

/* What is checked of audits, alone or beside other runs. */

/** No audit is approved or admitted, holds the lock, has a go-ahead or counts as a touch; and alone it changes nothing at all. */
export function* auditsTouchNothing({ cloud, live, noted }: Aftermath, runs: readonly Told[]) {
  for (const { run, changed } of live.audited) for (const what of changed) yield `${run} is an audit: ${what}`;
  for (const { run } of runs.filter(({ mode }) => mode === 'audit')) {
    for (const { key, text } of noted)
      if (!mayName.test(key) && (key.includes(run) || text.includes(`"${run}"`)))
        yield `${run} is an audit, and is in ${key}`;
    for (const key of cloud.s3.keys(cloud.archiveBucket, runPrefix(run)))
      if (!mayDeposit.test(key)) yield `${run} is an audit, and deposited ${key}`;
  }
}

/** What happened is remembered of every run. */
const mayName = /^history\.json$/;

const mayDeposit =
  /\/(start|draft|confirmation|plan|left-alone|report|recovery|manifest|recovery-manifest)\.json$|\/(inventory|preflight|waves\/\d+)\.jsonl$|\/preflight\/\d+\.json$/;

/** What an audit says that it found is all of the fleet, and as it was. */
export function* auditsReport(aftermath: Aftermath, runs: readonly Told[]) {
  const { cloud, before, staged } = aftermath;
  for (const { run, mode, report, planned, leftAlone } of runs) {
    if (mode !== 'audit' || report?.outcome !== 'audited') continue;
    const today = new Date(report.startedAt).toISOString().slice(0, 10);
    for (const [arn, { entry, strategy }] of before) {
      const isPlanned = planned.some((one) => one.arn === arn);
      const reason = leftAlone.find((one) => one.arn === arn)?.reason;
      const isTouched = wasActedOn(aftermath, arn) || staged.some((one) => one.arn === arn && one.at < report.endedAt);
      const expires = entry.Tags?.find(({ Key }) => Key === 'expiration_date')?.Value ?? '';
      if (!isPlanned && reason === undefined) yield `${run} says nothing of ${arn}`;
      if (isTouched || strategy === undefined) continue;
      if (isPlanned && expires >= today) yield `${run} says that ${arn} is due, which expires ${expires}`;
      if (reason === 'notDue' && expires < today) yield `${run} says that ${arn} is not due, which expires ${expires}`;
    }
    if (cloud.s3.text(cloud.archiveBucket, archiveKeys.plan(run)) === undefined) yield `${run} made no plan`;
  }
}
