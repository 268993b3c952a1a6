import { archiveKeys, type Phase } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { Ending } from '../../core/outcome.ts';
import type { Batch, Run } from '../../core/plan.ts';
import { isPlanned, missingFrom, readPlan, readWave, waveOf } from '../../core/planning/plan-reading.ts';
import type { AlarmBoard, Archive, Clock, Hash, HealthDesk, Log } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';
import { contradictionFound, contradictionsIn } from '../../core/verdict/contradiction.ts';
import { type Probed, sayDoubt } from '../../core/verdict/probe.ts';
import {
  type BatchRecord,
  judgeWave as judge,
  judgeWayBack,
  outcomeOfWayBack,
  type Surroundings,
  verifyWave,
  type WaveRecord,
  type WaveVerdict,
} from '../../core/verdict/verdict.ts';
import { parseEvent } from './event.ts';

export interface JudgeWavePorts {
  readonly archive: Archive;
  readonly health: HealthDesk;
  readonly alarms: AlarmBoard;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

export type WaveJudged = { readonly next: 'go on' | 'back'; readonly reasons: readonly string[] } | Ending;

/**
 * Judges a wave by what others claimed and saw, and by how its services are. It reaches no secret, so it can neither
 * mend nor spoil what it judges. Its verdict is evidence and is deposited before it is given.
 */
export const judgeWave =
  ({ archive, health, alarms, settings, hash, clock, log }: JudgeWavePorts) =>
  async (given: unknown): Promise<WaveJudged> => {
    const { run, wave, phase } = parseEvent(given);
    const { header } = await readPlan(archive, hash, run);
    const batches = await readWave(archive, run, wave);
    const record: WaveRecord = {
      wave,
      judgedAt: clock.now(),
      missing: missingFrom(waveOf(header, wave), batches),
      batches: await Promise.all(
        batches.map(async (batch): Promise<BatchRecord> => {
          const [rotated, later] = await Promise.all([
            findProbed(archive, run, batch, 'rotated'),
            findProbed(archive, run, batch, phase),
          ]);
          const genuine = batch.wave === wave && isPlanned(hash, header, batch);
          return { batch, genuine, rotated, later };
        }),
      ),
    };

    const contradictions = record.batches.flatMap(({ batch, rotated, later }) => [
      ...contradictionsIn(batch, rotated?.answer, rotated?.sightings ?? []),
      ...(later === undefined
        ? []
        : contradictionsIn(batch, phase === 'baked' ? rotated?.answer : later.answer, later.sightings)),
    ]);
    if (contradictions.length > 0) {
      log.error(contradictionFound, { run, wave, phase, contradictions: [...new Set(contradictions.map(sayDoubt))] });
    }

    if (phase === 'baked') {
      const surroundings = await look({ health, alarms, settings }, batches);
      const { verdict, reasons } = await keepFirst(archive, run, phase, judge(record, surroundings));
      return { next: verdict === 'sound' ? 'go on' : 'back', reasons };
    }

    if (phase === 'verified') {
      const { verdict, reasons } = await keepFirst(archive, run, phase, verifyWave(record));
      return { next: verdict === 'sound' ? 'go on' : 'back', reasons };
    }

    const why = await reasonsToGoBack(archive, run, record, phase);
    const verdict = await keepFirst(archive, run, phase, judgeWayBack(record, why));
    return { next: 'end', outcome: outcomeOfWayBack(verdict, record), reasons: verdict.reasons };
  };

/** The run goes on by the verdict that is evidence: delivered again, the first one stands, whatever it looks like now. */
async function keepFirst(archive: Archive, run: Run, phase: Phase, verdict: WaveVerdict): Promise<WaveVerdict> {
  const key = archiveKeys.verdict(run, verdict.wave, phase);
  const deposited = await archive.deposit(key, JSON.stringify(verdict));
  return deposited === 'deposited' ? verdict : (JSON.parse(await archive.fetch(key)) as WaveVerdict);
}

async function look(
  { health, alarms, settings }: Pick<JudgeWavePorts, 'health' | 'alarms' | 'settings'>,
  batches: readonly Batch[],
): Promise<Surroundings> {
  const services = [...new Set(batches.flatMap(({ secrets }) => secrets.map(({ service }) => service)))];
  const answers = await Promise.all(services.map(async (service) => [service, await health.ask(service)] as const));
  const ringing = await alarms.ringing(settings.alarms).catch(() => undefined);
  return { health: new Map(answers), ringing };
}

/**
 * What sent the wave back: the verdict after its bake, or, if it did not get there, the doubts of its batches. Where neither
 * says anything, a step failed, and the run lives: of one that died, its recovery says that it did.
 */
async function reasonsToGoBack(
  archive: Archive,
  run: Run,
  { wave, batches, missing }: WaveRecord,
  phase: Phase,
): Promise<readonly string[]> {
  const baked = await find<WaveVerdict>(archive, archiveKeys.verdict(run, wave, 'baked'));
  const reasons =
    baked?.reasons ??
    batches.flatMap(({ batch, rotated }) =>
      (rotated?.doubts ?? []).map((doubt) => `batch ${batch.index}: ${sayDoubt(doubt)}`),
    );
  const isTold = reasons.length > 0 || missing.length > 0 || phase === 'recovered';
  return isTold ? reasons : [`unjudged: wave ${wave}`];
}

const findProbed = (archive: Archive, run: Run, { wave, index }: Batch, phase: Phase) =>
  find<Probed>(archive, archiveKeys.probe(run, wave, phase, index));

async function find<T>(archive: Archive, key: string): Promise<T | undefined> {
  try {
    return JSON.parse(await archive.fetch(key)) as T;
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}
