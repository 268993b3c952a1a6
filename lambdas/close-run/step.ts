import type { Decision } from '../../core/approval/decision.ts';
import { readDecision } from '../../core/approval/recorded-decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Register, RunLock } from '../../core/living-ports.ts';
import { type Channels, postBy, writeTo } from '../../core/notices/channel.ts';
import { endingNotice } from '../../core/notices/ending-notice.ts';
import type { Outcome } from '../../core/outcome.ts';
import { type History, rememberRun } from '../../core/past-runs/history.ts';
import { failuresOf, type Quarantine, quarantine } from '../../core/past-runs/quarantine.ts';
import { keepFirst, readFound, readJudged, readStory } from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import type { Archive, Clock, GoAhead, Hash, Herald, Log } from '../../core/ports.ts';
import { type RunDocuments, type Signer, signEvidence } from '../../core/report/evidence.ts';
import { type RunReport, reportOf } from '../../core/report/report.ts';
import type { Settings } from '../../core/settings.ts';
import { contradictionFound, contradictionsOf } from '../../core/verdict/contradiction.ts';
import { sayTags } from '../../core/verdict/renewal.ts';
import { parseEvent } from './event.ts';

export interface CloseRunPorts {
  readonly archive: Archive;
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

export interface RunClosed {
  readonly run: Run;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
}

/**
 * Ends a run: nothing of it can start any more, its report is deposited, people are told, its evidence is signed, and last
 * of all the next run may begin.
 *
 * It compares once more what was planned, claimed and seen, and believes no verdict: a run that contradicts itself is halted,
 * and people are called. What failed is quarantined before anything is said: a later run leaves it alone.
 * A run that ends early lacks documents, which is no error; one that cannot be read is.
 */
export const closeRun =
  (ports: CloseRunPorts) =>
  async (given: unknown): Promise<RunClosed> => {
    const { archive, goAhead, lock, herald, settings, clock, log } = ports;
    const { run, startedAt, mode, requestedBy, outcome, reasons } = parseEvent(given);
    await goAhead.withdraw(run);

    const story = await readStory(ports, run);
    const contradictions = contradictionsOf(await readJudged(archive, run, story.waves));
    const said = contradictions.map(({ says }) => says);
    const tags = sayTags(story.waves, mode);
    if (said.length > 0) log.error(contradictionFound, { run, contradictions: said });
    const made = reportOf({
      ...story,
      run,
      stage: settings.stage,
      mode,
      requestedBy,
      startedAt,
      endedAt: clock.now(),
      // Nothing is verified that somebody contradicts, nor fresh that does not say so, whatever was said of it before.
      outcome: said.length + tags.length > 0 && outcome === 'completed' ? 'halted' : outcome,
      reasons: [...reasons, ...tags, ...said],
    });

    const failures = [
      ...failuresOf(made, await readFound(archive, run, story.waves)),
      ...contradictions.flatMap(({ secret }) => secret ?? []),
    ];
    await ports.quarantine.change((before) => quarantine(before, failures, run, made.endedAt));
    const decision = await readDecision(archive, run);

    const report = await keepFirst(archive, archiveKeys.report(run), made);
    // Confirm-plan gives no go-ahead to a run that is reported; a late delivery of it may have given one just before.
    await goAhead.withdraw(run);
    await rememberRun(ports, report, story);
    log.info('a run ended', { run, outcome: report.outcome, reasons: report.reasons });
    await herald.tell('Keyturn run ended', eventOf(report));
    await tell(ports, report, decision);
    await signEvidence(ports, { run, stage: settings.stage, madeBy: 'close-run' });
    await lock.release(run);
    return { run, outcome: report.outcome, reasons: report.reasons };
  };

/**
 * Tells every approver, by the ways in which they are asked, and everybody. What nobody takes is in the log: it does not
 * make a run that ended well one that failed.
 */
async function tell(
  { channels, settings, log }: CloseRunPorts,
  report: RunReport,
  decision: Decision | undefined,
): Promise<void> {
  const notice = endingNotice(report, decision);
  for (const approver of settings.approvers) {
    await writeTo(channels, approver, { notice, link: undefined }, log);
  }
  await postBy(channels, notice, log);
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
