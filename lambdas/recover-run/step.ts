import { readDecision } from '../../core/approval/recorded-decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { rotateBatchSeconds } from '../../core/deadlines.ts';
import { type Instant, instant, secondsBetween } from '../../core/instant.ts';
import type { ExecutionFacts, Executions, Register, RunLock } from '../../core/living-ports.ts';
import { type Channels, postBy, writeTo } from '../../core/notices/channel.ts';
import { endingNotice } from '../../core/notices/ending-notice.ts';
import { sayOutcome } from '../../core/outcome.ts';
import { type History, rememberRun } from '../../core/past-runs/history.ts';
import { failuresOf, type Quarantine, quarantine } from '../../core/past-runs/quarantine.ts';
import {
  type AdmittedWave,
  countVerified,
  isDead,
  outcomeOfRecovery,
  type RecoveryReport,
  type Settlement,
  sayDeath,
  settle,
  wavesAsKnown,
} from '../../core/past-runs/recovery.ts';
import {
  findDocument,
  keepFirst,
  type ReadStory,
  readFound,
  readJudged,
  readStory,
} from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive, Clock, GoAhead, Hash, Herald, Log } from '../../core/ports.ts';
import { type RunDocuments, type Signer, signEvidence } from '../../core/report/evidence.ts';
import { reportOf } from '../../core/report/report.ts';
import type { Settings } from '../../core/settings.ts';
import { contradictionFound, contradictionsOf } from '../../core/verdict/contradiction.ts';
import { sayTags } from '../../core/verdict/renewal.ts';
import type { WaveVerdict } from '../../core/verdict/verdict.ts';
import { parseEvent } from './event.ts';

export interface RecoverRunPorts {
  readonly archive: Archive;
  readonly executions: Pick<Executions, 'find'>;
  readonly goAhead: GoAhead;
  readonly lock: Pick<RunLock, 'holder' | 'release'>;
  readonly quarantine: Pick<Register<Quarantine>, 'change'>;
  readonly history: Pick<Register<History>, 'change'>;
  readonly documents: RunDocuments;
  readonly signer: Signer;
  readonly channels: Channels;
  readonly herald: Herald;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

export type Recovery =
  /** Seconds by this clock, which need not be that of Step Functions: a moment might have passed there already. */
  | { readonly next: 'wait'; readonly seconds: number }
  | Settlement
  | { readonly next: 'end'; readonly reasons: readonly string[] };

/**
 * Settles a run that ended in a way nobody intended, from what is observed: it says what is left to do, others do it,
 * and it closes what is done. It reaches no secret.
 *
 * A run that lives is never touched, and of one that ended on purpose only the lock is given up, if it has it still.
 * Whatever is asked twice is answered the same.
 */
export const recoverRun =
  (ports: RecoverRunPorts) =>
  async (given: unknown): Promise<Recovery> => {
    const event = parseEvent(given);
    const facts = await ports.executions.find(event.run);
    if (facts === undefined) throw new Error(`there is no execution of run ${event.run}; check its name and the stage`);
    const { stoppedAt } = facts;
    if (facts.status === 'SUCCEEDED' && stoppedAt !== undefined) return giveUpLock(ports, event.run, stoppedAt);
    if (!isDead(facts)) return { next: 'end', reasons: [`notDead: ${facts.status}`] };

    // First of all nothing more may start; and again after the wait, for what a function was still about to give.
    await ports.goAhead.withdraw(event.run);
    if (event.goal === 'settle') {
      const recovered = await findDocument<RecoveryReport>(ports.archive, archiveKeys.recovery(event.run));
      if (recovered !== undefined) {
        // A recovery that died as it ended may have told nobody.
        await end(ports, recovered, await read(ports, event.run));
        return { next: 'end', reasons: ['recoveredBefore'] };
      }
    }
    const wait = waitFor(ports, facts.stoppedAt);
    if (wait !== undefined) return wait;
    return event.goal === 'close'
      ? close(ports, event.run, facts, event.troubles)
      : settle((await read(ports, event.run)).waves);
  };

/** No function of any run may work for longer than rotate-batch: once that is over, nothing of the run acts any more. */
function waitFor({ clock }: Pick<RecoverRunPorts, 'clock'>, stoppedAt: Instant): Recovery | undefined {
  const until = instant(stoppedAt + rotateBatchSeconds.run * 1_000);
  const now = clock.now();
  return now < until ? { next: 'wait', seconds: secondsBetween(now, until) } : undefined;
}

/**
 * A run that ended by itself has closed itself. Its approval may have been confirmed twice at the same time: then whichever was
 * late took the lock for it once more, and perhaps gave it its go-ahead.
 */
async function giveUpLock(ports: RecoverRunPorts, run: Run, stoppedAt: Instant): Promise<Recovery> {
  const wait = waitFor(ports, stoppedAt);
  if (wait !== undefined) return wait;
  await ports.goAhead.withdraw(run);
  await ports.lock.release(run);
  ports.log.warn('a run that had ended has no lock any more', { run });
  return { next: 'end', reasons: ['notDead: SUCCEEDED'] };
}

async function close(
  ports: RecoverRunPorts,
  run: Run,
  { status, startedAt, stoppedAt }: ExecutionFacts & { readonly stoppedAt: number },
  troubles: readonly string[],
): Promise<Recovery> {
  const { archive, settings, clock, log } = ports;
  const { waves, ...story } = await read(ports, run);
  const now = clock.now();
  const known = wavesAsKnown(waves, now);
  const contradictions = contradictionsOf(await readJudged(archive, run, known));
  const said = contradictions.map(({ says }) => says);
  if (said.length > 0) log.error(contradictionFound, { run, contradictions: said });
  // What it was asked to be is in its draft. One that died before it had one was not asked for anything yet.
  const mode = story.draft?.mode ?? 'rotate';
  const told = {
    run,
    stage: settings.stage,
    mode,
    requestedBy: story.draft?.requestedBy ?? 'unknown',
    startedAt,
    endedAt: now,
    reasons: [
      `died: ${status}`,
      ...troubles,
      ...known.flatMap(({ number, isUnfinished }) => (isUnfinished ? [`unfinished: wave ${number}`] : [])),
      ...sayTags(known, mode),
      ...known.flatMap((wave) => wave.rolledBack?.reasons ?? []),
      ...said,
    ],
  };
  const report = reportOf({ ...story, ...told, waves: known, outcome: 'halted' });
  const made: RecoveryReport = {
    ...report,
    outcome: outcomeOfRecovery(report, [...troubles, ...said]),
    died: { status, at: instant(stoppedAt) },
    verified: countVerified(waves),
    reported: (await findDocument(archive, archiveKeys.report(run))) !== undefined,
  };

  const failures = [
    ...failuresOf(made, await readFound(archive, run, known)),
    ...contradictions.flatMap(({ secret }) => secret ?? []),
  ];
  await ports.quarantine.change((before) => quarantine(before, failures, run, now));
  const recovery = await keepFirst(archive, archiveKeys.recovery(run), made);
  await end(ports, recovery, { ...story, waves });
  return { next: 'end', reasons: recovery.reasons };
}

/** All that follows the report. Whoever finds one makes all of it again: people may be told twice, and never not at all. */
async function end(
  ports: RecoverRunPorts,
  recovery: RecoveryReport,
  story: Pick<ReadStory, 'header' | 'waves'>,
): Promise<void> {
  const { run, stage, outcome, reasons, rotated, rolledBack, held } = recovery;
  const { status } = recovery.died;
  await rememberRun(ports, recovery, story);
  ports.log.warn('a run was recovered', { run, status, outcome, reasons });
  const detail = { run, stage, status, outcome, reasons, rotated, rolledBack, held };
  await ports.herald.tell('Keyturn run recovered', detail);
  await tell(ports, recovery);
  await signEvidence(ports, { run, stage, madeBy: 'recover-run' });
  await ports.lock.release(run);
}

/** Tells every approver, and everybody else, whether or not anything was touched. */
async function tell({ archive, channels, settings, log }: RecoverRunPorts, recovery: RecoveryReport): Promise<void> {
  const ending = endingNotice(recovery, await readDecision(archive, recovery.run));
  const notice = {
    ...ending,
    subject: `Keyturn ${recovery.stage}: a run died and was recovered: ${sayOutcome(recovery.outcome)}`,
    lead: `${sayDeath(recovery.died.status)}, and the watchdog has settled what it left. ${ending.lead}`,
  };
  for (const approver of settings.approvers) await writeTo(channels, approver, { notice, link: undefined }, log);
  await postBy(channels, notice, log);
}

async function read(
  { archive, lock }: Pick<RecoverRunPorts, 'archive' | 'lock'>,
  run: Run,
): Promise<Omit<ReadStory, 'waves'> & { readonly waves: readonly AdmittedWave[] }> {
  const story = await readStory({ archive, lock }, run);
  const waves = await Promise.all(
    story.waves.map(async (wave) => ({
      ...wave,
      admitted: (await findDocument(archive, archiveKeys.admission(run, wave.number))) !== undefined,
      verified: await findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, wave.number, 'verified')),
    })),
  );
  return { ...story, waves };
}
