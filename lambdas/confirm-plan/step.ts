import { judgeApproval } from '../../core/approval/approval.ts';
import { parseDecision, reasonOf } from '../../core/approval/decision.ts';
import { timeToAsk, type Waits } from '../../core/approval/reminder.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { judgeCaps } from '../../core/limits/caps.ts';
import { judgeDay, type Ledger, reserve } from '../../core/limits/ledger.ts';
import { isFrozen } from '../../core/limits/windows.ts';
import type { Register, RunLock } from '../../core/living-ports.ts';
import type { Ending, Outcome } from '../../core/outcome.ts';
import { comparableRuns, type History } from '../../core/past-runs/history.ts';
import type { Quarantine } from '../../core/past-runs/quarantine.ts';
import { findDocument } from '../../core/past-runs/run-story.ts';
import { lookAgainAt, type SecondLook } from '../../core/past-runs/second-restore.ts';
import { lookAgainAtOld } from '../../core/past-runs/second-retire.ts';
import type { Guardrail, Mode, PlanDigest, Run } from '../../core/plan.ts';
import type { Confirmation, Draft, Fact } from '../../core/planning/draft.ts';
import { makePlan, type Plan, preflightBatches } from '../../core/planning/plan-making.ts';
import { readPlan, readWave } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, GoAhead, Hash, Inventory, Log } from '../../core/ports.ts';
import { countFleet, expired, judgeAgain } from '../../core/selection/second-judgement.ts';
import type { SelectedSecret } from '../../core/selection/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { type RestoreAsked, serialiseStart } from '../../core/start.ts';
import { type ConfirmPlanEvent, parseEvent } from './event.ts';

export interface ConfirmPlanPorts {
  readonly inventory: Inventory;
  readonly archive: Archive;
  readonly goAhead: GoAhead;
  readonly lock: Pick<RunLock, 'take'>;
  readonly quarantine: Pick<Register<Quarantine>, 'read'>;
  readonly ledger: Register<Ledger>;
  readonly history: Pick<Register<History>, 'read'>;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

interface Confirmed {
  readonly next: 'go on';
  readonly digest: PlanDigest;
  readonly waves: number;
  readonly reasons: readonly string[];
}

/** A draft that is confirmed says besides how long to ask for its approval. */
export type PlanConfirmed = Confirmed | (Confirmed & Waits) | Ending;

/**
 * Looks a second time: at a draft, before people are asked, and at an approval, before anything is touched.
 *
 * It believes nothing that draft-plan decided. It lists the fleet itself, and judges each candidate by a rule of its own.
 */
export const confirmPlan =
  (ports: ConfirmPlanPorts) =>
  async (given: unknown): Promise<PlanConfirmed> => {
    const event = parseEvent(given);
    return event.goal === 'draft' ? confirmDraft(ports, event) : confirmApproval(ports, event);
  };

async function confirmDraft(
  { inventory, archive, quarantine, ledger, history, settings, hash, clock, log }: ConfirmPlanPorts,
  { run, startedAt, mode, requestedBy, why, restore }: ConfirmPlanEvent & { goal: 'draft' },
): Promise<PlanConfirmed> {
  // Whoever starts an execution past start-run can write any name into its input, and no record of it.
  const { of, secrets } = restore ?? {};
  const start = { mode, requestedBy, why, ...(of && { of }), ...(secrets && { secrets }) };
  const record = await findDocument<unknown>(archive, archiveKeys.start(run));
  const isOnRecord = record !== undefined && canonicalJson(record) === serialiseStart(run, start);
  if (!isOnRecord) return end('refused', ['startUnknown']);

  const drafted = JSON.parse(await archive.fetch(archiveKeys.draft(run))) as Draft;
  // Who asks, why, how and when is what the execution was started with, whatever the draft says.
  const draft: Draft = { ...drafted, run, mode, requestedBy, why, asOf: startedAt, restore };

  const look = await secondLook({ archive, hash, settings }, mode, restore, draft.selected);
  if (look.kind === 'refused') return end('refused', [`${look.refusal}: ${look.which}`]);

  const entries = await inventory.list();
  const fleet = countFleet(entries, settings);
  const quarantined = Object.keys(await quarantine.read());
  const contradicted = judgeAgain(draft.selected, entries, settings, startedAt, quarantined, look.grounds);
  const asked = { run, at: clock.now(), secrets: draft.selected.length };
  const guardrails: Guardrail[] = [
    ...judgeCaps(settings.caps, { selected: draft.selected.length, fleet: fleet.secrets }),
    judgeDay(await ledger.read(), settings.caps.secretsPerDay, asked),
    {
      name: 'secondJudgement',
      verdict: contradicted.length === 0 ? 'within' : 'exceeded',
      actual: contradicted.length,
      limit: 0,
      unit: 'contradictions',
    },
  ];

  const reasons = [
    ...guardrails.filter(({ verdict }) => verdict === 'exceeded').map(sayExceeded),
    ...sayContradictions(contradicted),
  ];
  const confirmation: Confirmation = { fleet, guardrails, contradicted };
  await archive.deposit(archiveKeys.confirmation(run), JSON.stringify(confirmation));
  if (reasons.length > 0) return end('refused', reasons);

  const facts = await readFacts(archive, draft);
  const previous = await runsBefore({ history, log }, mode);
  const plan = makePlan({ draft, facts, fleet, guardrails, settings, hash, previous, now: clock.now() });
  const digest = await deposit(archive, hash, run, plan);
  if (mode === 'audit') return end('audited', []);
  if (plan.header.selected === 0) return end('completed', [nothingTo[mode]]);
  const waits = timeToAsk(plan.header.expiresAt, clock.now(), settings);
  if (waits === undefined) return end('refused', ['noTimeToAnswer']);
  return { next: 'go on', digest, waves: plan.waves.length, reasons: [], ...waits };
}

async function confirmApproval(
  { inventory, archive, quarantine, ledger, goAhead, lock, settings, hash, clock }: ConfirmPlanPorts,
  { run, digest: confirmed }: ConfirmPlanEvent & { goal: 'approval' },
): Promise<PlanConfirmed> {
  const decision = parseDecision(await archive.fetch(archiveKeys.decision(run)));
  if (decision === undefined) return end('refused', ['approvalMissing']);
  if (decision.decision === 'rejected') return end('rejected', [`rejected: ${reasonOf(decision)}`]);

  const late = await reasonTooLate(archive, run);
  if (late !== undefined) return end('refused', [late]);

  const now = clock.now();
  const { header, digest } = await readPlan(archive, hash, run);
  const verdict = judgeApproval(decision, { header, digest, scope: 'plan', settings }, now, 'unchecked');
  if (verdict.kind === 'falls') return end('refused', verdict.reasons);
  if (digest !== confirmed) return end('refused', ['otherPlan']);
  const freeze = isFrozen(settings.freezes, now);
  if (freeze !== undefined) return end('refused', [`frozen: ${freeze.why}`]);

  const waves = await Promise.all(header.waves.map(({ number }) => readWave(archive, run, number)));
  const planned = waves.flat().flatMap(({ secrets }) => secrets);
  const quarantined = Object.keys(await quarantine.read());
  const restore = header.of === undefined ? undefined : { of: header.of, secrets: undefined };
  const look = await secondLook({ archive, hash, settings }, header.mode, restore, planned);
  if (look.kind === 'refused') return end('refused', [`${look.refusal}: ${look.which}`]);
  const entries = await inventory.list();
  const drifted = judgeAgain(planned, entries, settings, header.draftedAt, quarantined, look.grounds);
  const barred = drifted.filter(({ contradiction }) => contradiction === 'quarantined');
  // Rotate-batch does not know the quarantine, so a plan with a secret in it must not begin.
  if (barred.length > 0) return end('refused', sayContradictions(barred));
  // What drifted is left alone one by one, right before it would be touched. Only when nothing is left, nothing is begun.
  if (drifted.length > 0 && drifted.length === planned.length) return end('refused', sayContradictions(drifted));

  // Looking takes a while. Meanwhile the run may have gone on, and ended, on what another delivery of this step said.
  const lateNow = await reasonTooLate(archive, run);
  if (lateNow !== undefined) return end('refused', [lateNow]);
  const holder = await lock.take(run, now);
  if (holder.run !== run) return end('refused', [`lockHeld: ${holder.run}`]);
  // Another run may have ended since the list was read: from now on nobody else quarantines anything.
  const since = await quarantine.read();
  const barredSince = planned.filter(({ arn }) => Object.hasOwn(since, arn)).length;
  if (barredSince > 0) return end('refused', [`quarantined: ${barredSince}`]);

  const limit = settings.caps.secretsPerDay;
  const asked = { run, at: now, secrets: planned.length };
  const reserved = await ledger.change((before) => reserve(before, limit, asked));
  if (!reserved.some((one) => one.run === run)) return end('refused', [sayExceeded(judgeDay(reserved, limit, asked))]);

  const lateAtLast = await reasonTooLate(archive, run);
  if (lateAtLast !== undefined) return end('refused', [lateAtLast]);
  await goAhead.give(run);
  return { next: 'go on', digest, waves: header.waves.length, reasons: sayContradictions(drifted) };
}

/** A history that nobody can read stops no plan, which a person judges. It is told them that there is no comparison. */
async function runsBefore({ history, log }: Pick<ConfirmPlanPorts, 'history' | 'log'>, mode: Mode) {
  try {
    return comparableRuns(await history.read(), mode);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    log.error('the history could not be read', { error: name, why: message });
    return undefined;
  }
}

/**
 * On which grounds a secret may be in the plan: it has expired, the run that is undone rotated it, or the runs that it names
 * left an old credential of it behind.
 */
async function secondLook(
  { archive, hash, settings }: Pick<ConfirmPlanPorts, 'archive' | 'hash' | 'settings'>,
  mode: Mode,
  restore: RestoreAsked | undefined,
  candidates: readonly SelectedSecret[],
): Promise<SecondLook> {
  if (restore !== undefined) return lookAgainAt(archive, hash, restore);
  const grounds = mode === 'retire' ? await lookAgainAtOld(archive, hash, candidates, settings) : expired;
  return { kind: 'looked', grounds };
}

const nothingTo: Readonly<Record<Mode, string>> = {
  audit: 'nothingToRotate',
  rotate: 'nothingToRotate',
  restore: 'nothingToRestore',
  retire: 'nothingToRetire',
};

/**
 * Why this delivery comes too late, if it does: one after the first wave was admitted must not give back what was withdrawn
 * since.
 */
async function reasonTooLate(archive: Archive, run: Run): Promise<'runEnded' | 'runUnderWay' | undefined> {
  if (await hasEnded(archive, run)) return 'runEnded';
  return (await findDocument(archive, archiveKeys.admission(run, 1))) === undefined ? undefined : 'runUnderWay';
}

/** Whether the run was closed, or settled after it died: then an execution of it that is redriven begins nothing. */
async function hasEnded(archive: Archive, run: Run): Promise<boolean> {
  const documents = [archiveKeys.report(run), archiveKeys.recovery(run)].map((key) => findDocument(archive, key));
  return (await Promise.all(documents)).some((found) => found !== undefined);
}

/** Writes the waves before the header that holds their hashes: whoever finds a header finds everything it names. */
async function deposit(
  archive: Archive,
  hash: Hash,
  run: Run,
  { header, waves, leftAlone }: Plan,
): Promise<PlanDigest> {
  await depositSame(archive, archiveKeys.leftAlone(run), canonicalJson(leftAlone));
  for (const [index, batches] of waves.entries()) {
    await depositSame(archive, archiveKeys.wave(run, index + 1), batches.map(canonicalJson).join('\n'));
  }
  await archive.deposit(archiveKeys.plan(run), canonicalJson(header));
  return (await readPlan(archive, hash, run)).digest;
}

/** An earlier attempt may have deposited it. If it found another fleet then, the two must not be mixed. */
async function depositSame(archive: Archive, key: string, text: string): Promise<void> {
  if ((await archive.deposit(key, text)) === 'alreadyThere' && (await archive.fetch(key)) !== text) {
    throw new Error(`${key} holds what an interrupted attempt found, and the fleet has changed since; start a new run`);
  }
}

/** Facts that nobody deposited are no facts: their candidates are left alone as unprobed. */
async function readFacts(archive: Archive, draft: Draft): Promise<Fact[]> {
  const files = Array.from({ length: preflightBatches(draft) }, (_, index) => archiveKeys.preflight(draft.run, index));
  const facts = await Promise.all(
    files.map(async (key) => {
      try {
        return JSON.parse(await archive.fetch(key)) as Fact[];
      } catch (error) {
        if (error instanceof NotInArchiveError) return [];
        throw error;
      }
    }),
  );
  return facts.flat();
}

const end = (outcome: Outcome, reasons: readonly string[]): Ending => ({ next: 'end', outcome, reasons });

const sayExceeded = ({ name, actual, limit, unit }: Guardrail): string =>
  `${name}: ${actual} of at most ${limit} ${unit}`;

function sayContradictions(contradictions: readonly { readonly contradiction: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { contradiction } of contradictions) counts.set(contradiction, (counts.get(contradiction) ?? 0) + 1);
  return [...counts].map(([contradiction, count]) => `${contradiction}: ${count}`);
}
