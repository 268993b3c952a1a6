import { type Instant, instant } from '../instant.ts';
import type { Register } from '../living-ports.ts';
import type { Outcome } from '../outcome.ts';
import type { Mode, Run } from '../plan.ts';
import type { PastRun } from '../planning/unusual.ts';
import type { Log } from '../ports.ts';
import type { RunReport, RunStory } from '../report/report.ts';

/** What is remembered of a run that had a plan and has ended. Its particulars are in the archive. */
export interface FinishedRun extends PastRun {
  readonly run: Run;
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly endedAt: Instant;
  readonly rotated: number;
}

/** Runs that have ended, the last one last. */
export type History = readonly FinishedRun[];

/** As long as the archive keeps what they are about, by default. */
const longestMillis = 400 * 24 * 3_600_000;
const mostRuns = 1_000;

/** @throws {Error} when it is not understood: then nobody knows which runs there were. */
export function parseHistory(text: string): History {
  const history: unknown = JSON.parse(text);
  if (!Array.isArray(history) || !history.every(isFinishedRun)) {
    throw new Error(
      'the history is not understood; look who wrote it, and put it right from the reports in the archive',
    );
  }
  return history;
}

/** Adds a run, and forgets the oldest. Of one run the latest end is remembered: a recovery knows better than what died. */
export function remember(history: History, finished: FinishedRun): History {
  const known = history.find(({ run }) => run === finished.run);
  if (known !== undefined && known.endedAt >= finished.endedAt) return history;
  const oldest = instant(finished.endedAt - longestMillis);
  const kept = history.filter(({ run, endedAt }) => run !== finished.run && endedAt > oldest);
  return [...kept, finished].sort((one, other) => one.endedAt - other.endedAt).slice(-mostRuns);
}

/**
 * What a plan is compared with: runs of its kind that completed and touched something. A selection that was refused,
 * rejected or sent back makes the next one of its size no more usual. An audit is compared as the rotation that it previews.
 */
export const comparableRuns = (history: History, mode: Mode): History =>
  history
    .filter(
      (one) => one.mode === (mode === 'audit' ? 'rotate' : mode) && one.outcome === 'completed' && one.rotated > 0,
    )
    .reverse();

/**
 * Writes a run that has ended into the history, if it had a plan. That it cannot be written keeps no run from ending: whoever has the lock gives it up, and
 * all that the history would say is in the report.
 */
export async function rememberRun(
  { history, log }: { readonly history: Pick<Register<History>, 'change'>; readonly log: Log },
  { run, mode, outcome, endedAt, selected, rotated }: RunReport,
  { header, waves }: Pick<RunStory, 'header' | 'waves'>,
): Promise<void> {
  if (header === undefined) return;
  const rotators = [...new Set(waves.flatMap(({ secrets }) => secrets.map(({ rotator }) => rotator)))].sort();
  const finished: FinishedRun = { run, mode, outcome, endedAt, selected, rotated, rotators };
  try {
    await history.change((before) => remember(before, finished));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    log.error('the history did not take a run', { ...finished, error: name, why: message });
  }
}

const isFinishedRun = (value: unknown): value is FinishedRun => {
  const { run, mode, outcome, endedAt, selected, rotated, rotators } = (value ?? {}) as Readonly<
    Record<string, unknown>
  >;
  // A kind of run or of end that this version does not know is somebody else's, and no reason to know nothing.
  const texts = [run, mode, outcome].every((text) => typeof text === 'string');
  const counts = [selected, rotated].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
  return (
    texts &&
    counts &&
    Number.isSafeInteger(endedAt) &&
    Array.isArray(rotators) &&
    rotators.every((rotator) => typeof rotator === 'string')
  );
};
