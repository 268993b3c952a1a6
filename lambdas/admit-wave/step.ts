import { judgeApproval } from '../../core/approval/approval.ts';
import { parseDecision, reasonOf } from '../../core/approval/decision.ts';
import { approvalsNeeded } from '../../core/approval/quorum.ts';
import { readDecision } from '../../core/approval/recorded-decision.ts';
import { timeToAsk, type Waits } from '../../core/approval/reminder.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { secondsBetween } from '../../core/instant.ts';
import { admitFlags, readSwitch } from '../../core/limits/flags.ts';
import { nextStart } from '../../core/limits/windows.ts';
import type { RunLock } from '../../core/living-ports.ts';
import type { Ending } from '../../core/outcome.ts';
import { findDocument } from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import { readPlan, waveOf } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, GoAhead, Hash, Switch } from '../../core/ports.ts';
import { scopeOfWave } from '../../core/scope.ts';
import type { Settings } from '../../core/settings.ts';
import type { WaveVerdict } from '../../core/verdict/verdict.ts';
import { parseEvent } from './event.ts';

export interface AdmitWavePorts {
  readonly archive: Archive;
  readonly goAhead: Pick<GoAhead, 'isGiven'>;
  readonly lock: Pick<RunLock, 'isHeldBy'>;
  readonly killSwitch: Switch;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly clock: Clock;
}

export type Admission =
  | { readonly next: 'go on' }
  /** Seconds by this clock, which need not be that of Step Functions: a moment might have passed there already. */
  | { readonly next: 'wait'; readonly seconds: number }
  /** The wave is held: people are asked, reminded after the first of these seconds, and waited for no longer than both. */
  | ({ readonly next: 'ask' } & Waits)
  | Ending;

/**
 * Says whether a wave may start now, later, or not at all. It is asked again after every wait: what was so before the
 * window opened says nothing of now.
 *
 * A wave that it lets go is noted first: whoever settles a run that died knows by it how far the run can have got.
 */
export const admitWave =
  ({ archive, goAhead, lock, killSwitch, settings, hash, clock }: AdmitWavePorts) =>
  async (given: unknown): Promise<Admission> => {
    const { run, wave } = parseEvent(given);
    const now = clock.now();

    const position = readSwitch(await killSwitch.read());
    if (position.kind === 'stop') return halted([position.reason]);

    const { header, digest } = await readPlan(archive, hash, run);
    const flagged = admitFlags(position, waveOf(header, wave));
    if (flagged !== undefined) return halted([flagged]);

    const decision = parseDecision(await archive.fetch(archiveKeys.decision(run)));
    if (decision === undefined) return halted(['approvalMissing']);
    const verdict = judgeApproval(decision, { header, digest, scope: 'plan', settings }, now, 'unchecked');
    if (verdict.kind === 'falls') return halted(verdict.reasons);

    if (!(await goAhead.isGiven(run))) return halted(['goAheadWithdrawn']);
    if (!(await lock.isHeldBy(run))) return halted(['lockNotHeld']);
    if (!(await isNext(archive, run, wave))) return halted(['waveBeforeUnsound']);

    const scope = scopeOfWave(wave);
    if (approvalsNeeded(scope, header, settings) > 0) {
      const ofWave = await readDecision(archive, run, scope);
      if (ofWave === undefined) {
        const waits = timeToAsk(header.expiresAt, now, settings);
        return waits === undefined ? halted([`noTimeToAnswer: wave ${wave}`]) : { next: 'ask', ...waits };
      }
      if (ofWave.decision === 'rejected') return halted([`waveRejected: ${reasonOf(ofWave)}`]);
      const held = judgeApproval(ofWave, { header, digest, scope, settings }, now, 'unchecked');
      if (held.kind === 'falls') return halted(held.reasons);
    }

    const start = nextStart(settings.windows, settings.freezes, now);
    if (start === undefined || start >= header.expiresAt) return halted(['noWindowBeforeExpiry']);
    if (start > now) return { next: 'wait', seconds: secondsBetween(now, start) };

    await archive.deposit(archiveKeys.admission(run, wave), JSON.stringify({ run, wave, admittedAt: now }));
    return { next: 'go on' };
  };

/** Waves follow each other, whoever asks: whatever the wave before has left, it was judged sound. */
async function isNext(archive: Archive, run: Run, wave: number): Promise<boolean> {
  if (wave === 1) return true;
  const before = await findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, wave - 1, 'baked'));
  return before?.verdict === 'sound';
}

const halted = (reasons: readonly string[]): Ending => ({ next: 'end', outcome: 'halted', reasons });
