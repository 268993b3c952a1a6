import type { Announcer } from '../../core/announcer.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Confirmation, Draft, NotPlanned } from '../../core/draft.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { RunLock } from '../../core/living-ports.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Batch, PlanHeader, Run } from '../../core/plan.ts';
import type { Archive, Clock, GoAhead, Herald, Log } from '../../core/ports.ts';
import { type RunReport, reportOf, sayReport, type WaveStory } from '../../core/report.ts';
import type { Settings } from '../../core/settings.ts';
import type { WaveVerdict } from '../../core/verdict.ts';
import { parseEvent } from './event.ts';

export interface CloseRunPorts {
  readonly archive: Archive;
  readonly goAhead: GoAhead;
  readonly lock: Pick<RunLock, 'release'>;
  readonly announcer: Announcer;
  readonly herald: Herald;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunClosed {
  readonly run: Run;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
}

/**
 * Ends a run: nothing of it can start any more, its report is deposited, people are told, and last of all the next run
 * may begin.
 *
 * A run that ends early lacks documents, which is no error; one that cannot be read is.
 */
export const closeRun =
  ({ archive, goAhead, lock, announcer, herald, settings, clock, log }: CloseRunPorts) =>
  async (given: unknown): Promise<RunClosed> => {
    const { run, startedAt, mode, requestedBy, outcome, reasons } = parseEvent(given);
    await goAhead.withdraw(run);

    const header = await find<PlanHeader>(archive, archiveKeys.plan(run));
    const report = reportOf({
      run,
      stage: settings.stage,
      mode,
      requestedBy,
      startedAt,
      endedAt: clock.now(),
      outcome,
      reasons,
      header,
      confirmation: await find<Confirmation>(archive, archiveKeys.confirmation(run)),
      draft: await find<Draft>(archive, archiveKeys.draft(run)),
      leftAlone: (await find<NotPlanned[]>(archive, archiveKeys.leftAlone(run))) ?? [],
      waves: await Promise.all((header?.waves ?? []).map(({ number }) => storyOf(archive, run, number))),
    });

    await archive.deposit(archiveKeys.report(run), JSON.stringify(report));
    log.info('a run ended', { run, outcome, reasons });
    await herald.tell('Keyturn run ended', eventOf(report));
    await announcer.announce({ to: undefined, ...sayReport(report) });
    await lock.release(run);
    return { run, outcome, reasons };
  };

async function storyOf(archive: Archive, run: Run, number: number): Promise<WaveStory> {
  const [lines, baked, rolledBack] = await Promise.all([
    archive.fetch(archiveKeys.wave(run, number)),
    find<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'baked')),
    find<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'rolledBack')),
  ]);
  const secrets = lines.split('\n').flatMap((line) => (JSON.parse(line) as Batch).secrets);
  return { number, secrets, baked, rolledBack };
}

/** What other systems are told: counts and reasons. Who wants more reads the report. */
const eventOf = ({ run, stage, mode, outcome, reasons, fleet, selected, rotated, rolledBack, held }: RunReport) => ({
  run,
  stage,
  mode,
  outcome,
  reasons,
  fleet,
  selected,
  rotated,
  rolledBack,
  held,
});

async function find<T>(archive: Archive, key: string): Promise<T | undefined> {
  try {
    return JSON.parse(await archive.fetch(key)) as T;
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}
