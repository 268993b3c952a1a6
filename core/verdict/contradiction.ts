import type { Batch } from '../plan.ts';
import type { BatchAnswer } from './claim.ts';
import { type Doubt, type DoubtKind, judgeBatch, type Probed, type Sighting, sayDoubt } from './probe.ts';
import type { Failure, WaveVerdict } from './verdict.ts';

/** What calls people, whoever finds it: an alarm counts this very line of the log. */
export const contradictionFound = 'what was claimed, seen and planned contradict each other';

/** Doubts that say that something was claimed which is not so. The others say that something did not work. */
const contradictory: readonly DoubtKind[] = ['unclaimed', 'claimNotPlanned', 'claimContradicted'];

/** What of a batch contradicts what was claimed of it, by what was seen right then or later. */
export const contradictionsIn = (
  batch: Batch,
  answer: BatchAnswer | undefined,
  sightings: readonly Sighting[],
): readonly Doubt[] => judgeBatch(batch, answer, sightings).doubts.filter(({ kind }) => contradictory.includes(kind));

/** All that others deposited of one batch. */
export interface BatchStory {
  readonly batch: Batch;
  readonly rotated: Probed | undefined;
  readonly baked: Probed | undefined;
  /** After its way back. */
  readonly back: Probed | undefined;
}

/** A wave of which somebody said how it ended. */
export interface JudgedWave {
  readonly number: number;
  readonly baked: WaveVerdict | undefined;
  readonly rolledBack: WaveVerdict | undefined;
  readonly batches: readonly BatchStory[];
}

/** What a report must not leave out: what was found, and the secret, where it is of one. */
export interface Contradiction {
  readonly says: string;
  readonly secret: Failure | undefined;
}

/**
 * Holds the end of a run against what it was judged by: plan, claims and sightings as they were deposited, and no verdict of
 * anybody's. A wave that went back because of a contradiction is told of, and so is one that was called sound with a doubt.
 */
export const contradictionsOf = (waves: readonly JudgedWave[]): readonly Contradiction[] => waves.flatMap(ofWave);

function ofWave({ number, baked, rolledBack, batches }: JudgedWave): Contradiction[] {
  const isSound = rolledBack === undefined && baked?.verdict === 'sound';
  return batches.flatMap(({ batch, rotated, baked: later, back }) => {
    const ways = [
      ...contradictionsIn(batch, rotated?.answer, rotated?.sightings ?? []),
      ...(later === undefined ? [] : contradictionsIn(batch, rotated?.answer, later.sightings)),
      ...(back === undefined ? [] : contradictionsIn(batch, back.answer, back.sightings)),
    ];
    const unseen = isSound ? doubtsOfSound(batch, rotated, later) : [];
    const lost = rolledBack?.verdict === 'back' ? notBack(batch, rolledBack, back) : [];
    const told = new Map([...ways, ...unseen, ...lost].map((doubt) => [sayDoubt(doubt), doubt]));
    return [...told.values()].map((doubt) => contradictionOf(number, batch, doubt));
  });
}

/** A wave that was called sound has no doubt at all, neither right after its rotation nor after its bake. */
const doubtsOfSound = (batch: Batch, rotated: Probed | undefined, later: Probed | undefined): readonly Doubt[] => [
  ...judgeBatch(batch, rotated?.answer, rotated?.sightings ?? []).doubts,
  ...judgeBatch(batch, rotated?.answer, later?.sightings ?? []).doubts,
];

/** Of a wave that was called back, whatever was touched was seen where it had been, and accepted there. */
const notBack = (batch: Batch, verdict: WaveVerdict, back: Probed | undefined): readonly Doubt[] =>
  batch.secrets.flatMap(({ arn, name, currentVersion }): Doubt[] => {
    if (verdict.secrets.find((one) => one.arn === arn)?.kind !== 'rolledBack') return [];
    const sighting = back?.sightings.find((one) => one.arn === arn);
    const isThere = sighting?.versionId === currentVersion && sighting.answer === 'accepted';
    return isThere ? [] : [{ kind: 'claimContradicted', name }];
  });

function contradictionOf(wave: number, { index, secrets }: Batch, doubt: Doubt): Contradiction {
  const secret = secrets.find(({ name }) => name === doubt.name);
  return {
    says: `contradiction: wave ${wave}, batch ${index}: ${sayDoubt(doubt)}`,
    secret: secret && { arn: secret.arn, name: secret.name, reason: `contradiction: ${doubt.kind}` },
  };
}
