import { archiveKeys, type Phase } from '../archive-keys.ts';
import { NotInArchiveError } from '../errors.ts';
import type { RunLock } from '../living-ports.ts';
import type { Batch, PlanHeader, Run } from '../plan.ts';
import type { Confirmation, Draft, NotPlanned } from '../planning/draft.ts';
import { readWave } from '../planning/plan-reading.ts';
import type { Archive } from '../ports.ts';
import type { RunStory, WaveStory } from '../report/report.ts';
import type { BatchStory, JudgedWave } from '../verdict/contradiction.ts';
import type { Probed } from '../verdict/probe.ts';
import type { Renewal } from '../verdict/renewal.ts';
import type { WaveVerdict } from '../verdict/verdict.ts';
import type { Found } from './quarantine.ts';

/**
 * What a run's own documents say of it. A run that ends early lacks some, which is no error; unreadable ones are.
 *
 * S3 does not tell the two apart to whoever may not list. But a run that has the lock has a plan: where none is found, nothing
 * can be read, and nothing is known of what it touched.
 */
export type ReadStory = Pick<RunStory, 'draft' | 'confirmation' | 'header' | 'leftAlone' | 'waves'>;

export interface StoryPorts {
  readonly archive: Archive;
  readonly lock: Pick<RunLock, 'holder'>;
}

export async function readStory({ archive, lock }: StoryPorts, run: Run): Promise<ReadStory> {
  const header = await findDocument<PlanHeader>(archive, archiveKeys.plan(run));
  if (header === undefined && (await lock.holder())?.run === run) {
    throw new Error(`run ${run} has the lock, and its plan cannot be read; look who may read the archive`);
  }
  return {
    header,
    confirmation: await findDocument<Confirmation>(archive, archiveKeys.confirmation(run)),
    draft: await findDocument<Draft>(archive, archiveKeys.draft(run)),
    leftAlone: (await findDocument<NotPlanned[]>(archive, archiveKeys.leftAlone(run))) ?? [],
    waves: await Promise.all((header?.waves ?? []).map(({ number }) => storyOf(archive, run, number))),
  };
}

async function storyOf(archive: Archive, run: Run, number: number): Promise<WaveStory> {
  const [lines, baked, rolledBack, recovered, renewal] = await Promise.all([
    archive.fetch(archiveKeys.wave(run, number)),
    findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'baked')),
    findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'rolledBack')),
    findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, number, 'recovered')),
    lastRenewal(archive, run, number),
  ]);
  const secrets = lines.split('\n').flatMap((line) => (JSON.parse(line) as Batch).secrets);
  return { number, secrets, baked, rolledBack: recovered ?? rolledBack, renewal };
}

/** What was said last of a wave's tags. Undefined: nothing. */
export async function lastRenewal(archive: Archive, run: Run, wave: number): Promise<Renewal | undefined> {
  let last: Renewal | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const found = await findDocument<Renewal>(archive, archiveKeys.renewal(run, wave, attempt));
    if (found === undefined) return last;
    last = found;
  }
}

/** What was found of the batches of the waves that did not end well: there, and only there, something failed. */
export async function readFound(archive: Archive, run: Run, waves: readonly WaveStory[]): Promise<readonly Found[]> {
  const ill = waves.filter(({ baked, rolledBack }) => rolledBack !== undefined || baked?.verdict === 'unsound');
  const batches = await Promise.all(ill.map(({ number }) => readWave(archive, run, number)));
  return Promise.all(
    batches.flat().map(async (batch) => ({
      batch,
      rotated: await findDocument<Probed>(archive, archiveKeys.probe(run, batch.wave, 'rotated', batch.index)),
      baked: await findDocument<Probed>(archive, archiveKeys.probe(run, batch.wave, 'baked', batch.index)),
    })),
  );
}

/** Everything that the waves which somebody judged were judged by. */
export const readJudged = (archive: Archive, run: Run, waves: readonly WaveStory[]): Promise<readonly JudgedWave[]> =>
  Promise.all(
    waves
      .filter(({ baked, rolledBack }) => baked !== undefined || rolledBack !== undefined)
      .map(async ({ number, baked, rolledBack }) => {
        const batches = await readWave(archive, run, number);
        return { number, baked, rolledBack, batches: await Promise.all(batches.map((one) => probedOf(archive, one))) };
      }),
  );

async function probedOf(archive: Archive, batch: Batch): Promise<BatchStory> {
  const find = (phase: Phase) =>
    findDocument<Probed>(archive, archiveKeys.probe(batch.run, batch.wave, phase, batch.index));
  const [rotated, baked, rolledBack, recovered] = await Promise.all([
    find('rotated'),
    find('baked'),
    find('rolledBack'),
    find('recovered'),
  ]);
  return { batch, rotated, baked, back: recovered ?? rolledBack };
}

/** A document, or undefined when nobody deposited it. */
export async function findDocument<T>(archive: Archive, key: string): Promise<T | undefined> {
  try {
    return JSON.parse(await archive.fetch(key)) as T;
  } catch (error) {
    if (error instanceof NotInArchiveError) return undefined;
    throw error;
  }
}

/** Deposits a report. Of one that is made again the first counts: it is what people were told. */
export async function keepFirst<Report>(archive: Archive, key: string, report: Report): Promise<Report> {
  const deposited = await archive.deposit(key, JSON.stringify(report));
  return deposited === 'deposited' ? report : (JSON.parse(await archive.fetch(key)) as Report);
}
