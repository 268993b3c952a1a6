import type { Instant } from '../instant.ts';
import type { ExecutionFacts } from '../living-ports.ts';
import type { Outcome } from '../outcome.ts';
import type { Run } from '../plan.ts';
import type { Hash } from '../ports.ts';
import type { RunReport, WaveStory } from '../report/report.ts';
import type { WaveVerdict } from '../verdict/verdict.ts';

/** An execution that ended in a way that nobody intended: every intended end is a success that says how it came to it. */
export const isDead = (facts: ExecutionFacts): facts is ExecutionFacts & { readonly stoppedAt: Instant } =>
  ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(facts.status) && facts.stoppedAt !== undefined;

/** How a run died, for people to read. The keys are what Step Functions calls it. */
const deaths: Readonly<Record<string, string>> = {
  FAILED: 'The run failed where it should not have',
  TIMED_OUT: 'The run took longer than a run may',
  ABORTED: 'Somebody stopped the execution of the run',
};

export const sayDeath = (status: string): string => deaths[status] ?? `The run ended ${status}`;

/** The same for every start of one attempt, so that two of them are one recovery. At most 80 characters. */
export const recoveryName = (run: Run, attempt: number, hash: Hash): string =>
  `${run.slice(0, 50)}-${hash(run).slice('sha256:'.length).slice(0, 16)}-${attempt}`;

/** A planned wave, whether it was ever let go, and what was seen of it after its run had died. */
export type AdmittedWave = WaveStory & { readonly admitted: boolean; readonly verified: WaveVerdict | undefined };

/** What is left to do for a dead run. */
export type Settlement =
  | { readonly next: 'back'; readonly wave: number }
  | { readonly next: 'verify'; readonly wave: number }
  | { readonly next: 'renew'; readonly wave: number }
  | { readonly next: 'close' };

/**
 * Decides what a dead run left undone, from its documents alone. It is asked again after each answer.
 *
 * Waves follow each other, so only the last one that was let go can be half-way, and goes back before anything else. Then
 * every wave that was judged sound is looked at once more. If the last one still is, it only wants its tags; if not, it goes
 * back, too. What is no longer sound of a wave before it is for people to look at.
 */
export function settle(waves: readonly AdmittedWave[]): Settlement {
  const last = waves.findLast(({ admitted }) => admitted);
  if (last === undefined) return { next: 'close' };
  if (isHalfWay(last)) return { next: 'back', wave: last.number };

  const unverified = waves.find(isUnverified);
  if (unverified !== undefined) return { next: 'verify', wave: unverified.number };
  if (!isSound(last)) return { next: 'close' };
  return { next: last.verified?.verdict === 'sound' ? 'renew' : 'back', wave: last.number };
}

const isSound = ({ baked, rolledBack }: WaveStory): boolean => baked?.verdict === 'sound' && rolledBack === undefined;
const isHalfWay = (wave: AdmittedWave): boolean => wave.admitted && wave.rolledBack === undefined && !isSound(wave);
const isUnverified = (wave: AdmittedWave): boolean => wave.admitted && isSound(wave) && wave.verified === undefined;

/** The waves as they are reported, once all was tried. What was judged sound is unfinished when nobody could look at it again. */
export const wavesAsKnown = (waves: readonly AdmittedWave[], at: Instant): WaveStory[] =>
  waves.map((wave) => ({ ...asFarAsKnown(wave, at), ...(isUnverified(wave) ? { isUnfinished: true } : {}) }));

/**
 * A wave as it is reported. One that was let go, and of which nobody has said that it is sound or back, is held: people must
 * look. So is what was judged sound and is no longer.
 */
function asFarAsKnown({ admitted, verified, ...wave }: AdmittedWave, at: Instant): WaveStory {
  if (isHalfWay({ admitted, verified, ...wave })) return { ...wave, rolledBack: unsettled(wave, at) };
  return isSound(wave) && verified?.verdict === 'held' ? { ...wave, rolledBack: verified } : wave;
}

/** How many secrets of waves that were judged sound were seen to work after their run had died. */
export const countVerified = (waves: readonly AdmittedWave[]): number =>
  waves.flatMap(({ verified }) => verified?.secrets ?? []).filter(({ kind }) => kind === 'rotated').length;

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
  /** Secrets of sound waves that were seen to work after the run had died. */
  readonly verified: number;
}
