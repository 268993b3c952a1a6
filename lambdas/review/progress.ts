import { archiveKeys } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { lastRenewal } from '../../core/past-runs/run-story.ts';
import type { PlanHeader, PlannedWave, Run } from '../../core/plan.ts';
import type { Archive } from '../../core/ports.ts';
import type { RunReport, WaveReport } from '../../core/report/report.ts';
import type { Probed } from '../../core/verdict/probe.ts';
import { renews, unrenewed } from '../../core/verdict/renewal.ts';
import type { WaveVerdict } from '../../core/verdict/verdict.ts';

/** Where a wave stands, and the words for it. */
export const waveStates = {
  waiting: 'waits for its turn',
  rotating: 'is under way',
  baking: 'is done, and is watched',
  sound: 'is sound, and its tags are renewed',
  renewed: 'ended well',
  goingBack: 'goes back',
  'rolled-back': 'went back',
  held: 'went back in part: some secrets are held for people',
  'not started': 'was not started',
  unfinished: 'was not finished',
} as const satisfies Readonly<Record<WaveReport['outcome'], string>> & Readonly<Record<string, string>>;

export interface WaveProgress {
  readonly number: number;
  readonly state: keyof typeof waveStates;
  /** Batches that were rotated and probed, of so many. */
  readonly done: number;
  readonly batches: number;
}

/** How far a run has come, as its documents in the archive tell. */
export interface Progress {
  readonly waves: readonly WaveProgress[];
  /** Undefined until the run has ended. */
  readonly report: RunReport | undefined;
}

/** Reads how far an approved run has come. Waves follow each other, so none after an unfinished one is asked about. */
export async function readProgress(archive: Archive, { run, mode, waves }: PlanHeader): Promise<Progress> {
  // A run that died is reported by whoever settled it.
  const report =
    (await find<RunReport>(archive, archiveKeys.recovery(run))) ??
    (await find<RunReport>(archive, archiveKeys.report(run)));
  if (report !== undefined) return { waves: waves.map((wave) => ended(wave, report)), report };

  const found: WaveProgress[] = [];
  for (const wave of waves) {
    const isNext = found.every(({ state }) => state === 'renewed');
    found.push(isNext ? await underWay(archive, { run, mode }, wave) : standing(wave, 'waiting', 0));
  }
  return { waves: found, report };
}

/** How far a run has come that has just been approved. */
export const notBegun = ({ waves }: PlanHeader): Progress => ({
  waves: waves.map((wave) => standing(wave, 'waiting', 0)),
  report: undefined,
});

const standing = ({ number, batches }: PlannedWave, state: WaveProgress['state'], done: number): WaveProgress => ({
  number,
  state,
  done,
  batches: batches.length,
});

function ended(wave: PlannedWave, { waves }: RunReport): WaveProgress {
  const outcome = waves.find(({ number }) => number === wave.number)?.outcome ?? 'not started';
  return standing(wave, outcome, outcome === 'renewed' ? wave.batches.length : 0);
}

async function underWay(
  archive: Archive,
  { run, mode }: Pick<PlanHeader, 'run' | 'mode'>,
  wave: PlannedWave,
): Promise<WaveProgress> {
  const { number, batches } = wave;
  const [baked, rolledBack] = await Promise.all([
    find<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'baked')),
    find<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'rolledBack')),
  ]);
  if (rolledBack !== undefined) return standing(wave, rolledBack.verdict === 'back' ? 'rolled-back' : 'held', 0);
  if (baked?.verdict === 'sound') {
    const renewal = await lastRenewal(archive, run, number);
    const isFresh = !renews(mode) || unrenewed({ number, baked, rolledBack, renewal }).length === 0;
    return standing(wave, isFresh ? 'renewed' : 'sound', batches.length);
  }
  if (baked !== undefined) return standing(wave, 'goingBack', batches.length);

  const { done, last } = await probedBatches(archive, run, wave);
  if (last !== undefined && last.doubts.length > 0) return standing(wave, 'goingBack', done);
  if (done === 0) return standing(wave, 'waiting', 0);
  return standing(wave, done < batches.length ? 'rotating' : 'baking', done);
}

/**
 * How many batches have been probed, and what was found of the last. Batches start in order, so the first that is missing
 * is looked for by halves: a wave of thousands takes a dozen looks.
 */
async function probedBatches(archive: Archive, run: Run, { number, batches }: PlannedWave) {
  let [done, missing] = [0, batches.length + 1];
  let last: Probed | undefined;
  while (missing - done > 1) {
    const middle = Math.floor((done + missing) / 2);
    const probed = await find<Probed>(archive, archiveKeys.probe(run, number, 'rotated', middle - 1));
    if (probed === undefined) missing = middle;
    else [done, last] = [middle, probed];
  }
  return { done, last };
}

async function find<Document>(archive: Archive, key: string): Promise<Document | undefined> {
  try {
    return JSON.parse(await archive.fetch(key)) as Document;
  } catch (error) {
    if (error instanceof NotInArchiveError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
