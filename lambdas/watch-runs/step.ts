import { archiveKeys } from '../../core/archive-keys.ts';
import { instant } from '../../core/instant.ts';
import type { Executions, Recoveries, RunLock } from '../../core/living-ports.ts';
import { isDead, recoveryName } from '../../core/past-runs/recovery.ts';
import { findDocument } from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive, Clock, Hash, Log } from '../../core/ports.ts';
import { parseEvent } from './event.ts';

export interface WatchRunsPorts {
  readonly archive: Archive;
  readonly executions: Executions;
  readonly recoveries: Recoveries;
  readonly lock: Pick<RunLock, 'holder'>;
  readonly hash: Hash;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface Watched {
  /** Runs whose recovery is under way now. */
  readonly recovering: readonly Run[];
}

/** So often a recovery is begun anew. After that it is not the recovery that needs mending. */
const mostAttempts = 5;

/** The sweep looks at runs that died no longer ago than this: whatever kept their recovery from being begun is over, or rings. */
const lookBackMilliseconds = 86_400_000;

/**
 * Sees to it that a run that died is recovered: the one that an event tells of, or, since events can be lost and recoveries
 * die, each that the sweep finds, be it by the lock or by how its execution ended.
 *
 * Two that tell of one run start one recovery. One that failed is begun anew under the next name.
 */
export const watchRuns =
  (ports: WatchRunsPorts) =>
  async (given: unknown): Promise<Watched> => {
    const told = parseEvent(given).run;
    const recovering = new Set<Run>();
    const failures: unknown[] = [];
    // What cannot be looked at, or settled, must not keep others from it.
    const attempt = (doing: Promise<void>) => doing.catch((error: unknown) => void failures.push(error));

    const recoverAll = async (runs: Promise<readonly Run[]>) => {
      for (const run of await runs) {
        await attempt(recover(ports, run).then((isUnderWay) => void (isUnderWay && recovering.add(run))));
      }
    };
    if (told === undefined) {
      await attempt(recoverAll(withLock(ports)));
      await attempt(recoverAll(lately(ports)));
    } else {
      await attempt(recoverAll(Promise.resolve([told])));
    }

    if (failures.length > 0) throw failures[0];
    return { recovering: [...recovering] };
  };

/** Whoever has the lock may have died at any time, or have ended, and been given it once more by a late delivery. */
async function withLock({ lock }: WatchRunsPorts): Promise<readonly Run[]> {
  const holder = await lock.holder();
  return holder === undefined ? [] : [holder.run];
}

/** A run that died with nothing in its hands is found by how it ended. */
const lately = ({ executions, clock }: WatchRunsPorts): Promise<readonly Run[]> =>
  executions.died(instant(clock.now() - lookBackMilliseconds));

/** Whether a recovery of the run is under way. */
async function recover(
  { archive, executions, recoveries, lock, hash, log }: WatchRunsPorts,
  run: Run,
): Promise<boolean> {
  const facts = await executions.find(run);
  if (facts === undefined || !(isDead(facts) || facts.status === 'SUCCEEDED')) return false;

  const isOver = !isDead(facts) || (await findDocument(archive, archiveKeys.recovery(run))) !== undefined;
  if (isOver && (await lock.holder())?.run !== run) return false;

  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    if ((await recoveries.start(recoveryName(run, attempt, hash), run)) === 'ended') continue;
    log.warn('a run is being recovered', { run, status: facts.status, attempt });
    return true;
  }
  throw new Error(`run ${run} is not settled after ${mostAttempts} recoveries; see the runbook: recovery-failed`);
}
