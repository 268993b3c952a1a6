import { archiveKeys } from '../../core/archive-keys.ts';
import type { Runs } from '../../core/living-ports.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive } from '../../core/ports.ts';
import { type Start, serialiseStart } from '../../core/start.ts';

export interface BeginPorts {
  readonly archive: Archive;
  readonly runs: Runs;
}

/** `other`: there is a run of this name that was asked to be something else. */
export type Begun = 'underWay' | 'ended' | 'other';

/**
 * Starts a run under its name, once.
 *
 * Who asked is on record before anything runs. The archive takes the record once and from this step alone, so that no
 * execution which somebody else started can have one.
 */
export async function begin({ archive, runs }: BeginPorts, run: Run, start: Start): Promise<Begun> {
  const record = serialiseStart(run, start);
  const deposit = await archive.deposit(archiveKeys.start(run), record);
  if (deposit === 'alreadyThere' && (await archive.fetch(archiveKeys.start(run))) !== record) return 'other';
  return runs.start(run, start);
}
