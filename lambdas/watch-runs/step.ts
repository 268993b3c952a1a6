import { archiveKeys } from '../../core/archive-keys.ts';
import type { Executions, Recoveries, RunLock } from '../../core/living-ports.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive, Hash, Log } from '../../core/ports.ts';
import { isDead, recoveryName } from '../../core/recovery.ts';
import { findDocument } from '../../core/run-story.ts';
import { parseEvent } from './event.ts';

export interface WatchRunsPorts {
  readonly archive: Archive;
  readonly executions: Executions;
  readonly recoveries: Recoveries;
  readonly lock: Pick<RunLock, 'holder'>;
  readonly hash: Hash;
  readonly log: Log;
}

export interface Watched {
  /** The run whose recovery is under way now, if one is. */
  readonly recovering: Run | undefined;
}

/** So often a recovery is begun anew. After that it is not the recovery that needs mending. */
const mostAttempts = 5;

/**
 * Sees to it that a run that died is recovered: the one that an event tells of, or the one that has the lock, since events
 * can be lost.
 *
 * Two that tell of one run start one recovery. One that failed is begun anew under the next name.
 */
export const watchRuns =
  ({ archive, executions, recoveries, lock, hash, log }: WatchRunsPorts) =>
  async (given: unknown): Promise<Watched> => {
    const told = parseEvent(given).run;
    const run = told ?? (await lock.holder())?.run;
    const facts = run === undefined ? undefined : await executions.find(run);
    if (run === undefined || facts === undefined || !isDead(facts)) return { recovering: undefined };

    const isSettled = (await findDocument(archive, archiveKeys.recovery(run))) !== undefined;
    if (isSettled && (await lock.holder())?.run !== run) return { recovering: undefined };

    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      if ((await recoveries.start(recoveryName(run, attempt, hash), run)) === 'ended') continue;
      log.warn('a run died and is being recovered', { run, status: facts.status, attempt });
      return { recovering: run };
    }
    throw new Error(`run ${run} is not settled after ${mostAttempts} recoveries; see the runbook: recovery-failed`);
  };
