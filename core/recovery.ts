import type { Instant } from './instant.ts';
import type { ExecutionFacts } from './living-ports.ts';
import type { Outcome } from './outcome.ts';
import type { Run } from './plan.ts';
import type { Hash } from './ports.ts';
import type { RunReport, WaveStory } from './report.ts';
import type { WaveVerdict } from './verdict.ts';

/** An execution that ended in a way that nobody intended: every intended end is a success that says how it came to it. */
export const isDead = (facts: ExecutionFacts): facts is ExecutionFacts & { readonly stoppedAt: Instant } =>
  ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(facts.status) && facts.stoppedAt !== undefined;

/** The same for every start of one attempt, so that two of them are one recovery. At most 80 characters. */
export const recoveryName = (run: Run, attempt: number, hash: Hash): string =>
  `${run.slice(0, 50)}-${hash(run).slice('sha256:'.length).slice(0, 16)}-${attempt}`;

/** A planned wave, and whether it was ever let go. */
export type AdmittedWave = WaveStory & { readonly admitted: boolean };

/** What is left to do for a dead run. */
export type Settlement =
  | { readonly next: 'back'; readonly wave: number }
  | { readonly next: 'renew'; readonly wave: number }
  | { readonly next: 'close' };

/**
 * Decides what a dead run left undone, from its documents alone. Waves follow each other, so only the last one that was
 * let go can be half-way: judged sound, it only wants its tags; anything else goes back.
 */
export function settle(waves: readonly AdmittedWave[]): Settlement {
  const last = waves.findLast(({ admitted }) => admitted);
  if (last === undefined || last.rolledBack !== undefined) return { next: 'close' };
  return { next: last.baked?.verdict === 'sound' ? 'renew' : 'back', wave: last.number };
}

/** A wave that was let go, and of which nobody has said that it is sound or back, is held: people must look. */
export const asFarAsKnown = ({ admitted, ...wave }: AdmittedWave, at: Instant): WaveStory =>
  settle([{ admitted, ...wave }]).next === 'back' ? { ...wave, rolledBack: unsettled(wave, at) } : wave;

const unsettled = ({ number, secrets }: WaveStory, judgedAt: Instant): WaveVerdict => ({
  wave: number,
  judgedAt,
  verdict: 'held',
  reasons: [`unsettled: wave ${number}`],
  secrets: secrets.map(({ arn, name }) => ({ arn, name, kind: 'held', reason: 'unsettled' })),
  verification: { claims: 0, confirmed: 0, contradicted: 0 },
});

/** How a dead run stands once it is settled, in the words of one that ended by itself. */
export function outcomeOfRecovery(report: Pick<RunReport, 'held' | 'waves'>, troubles: readonly string[]): Outcome {
  if (report.held > 0 || troubles.length > 0) return 'halted';
  if (report.waves.some(({ outcome }) => outcome === 'rolled-back')) return 'rolled-back';
  const allDone = report.waves.length > 0 && report.waves.every(({ outcome }) => outcome === 'renewed');
  return allDone ? 'completed' : 'halted';
}

/** What a dead run left behind, and how it stands now. */
export interface RecoveryReport extends RunReport {
  readonly died: { readonly status: string; readonly at: Instant };
  /** Whether the run had reported itself before it died. */
  readonly reported: boolean;
}
