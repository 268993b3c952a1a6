import type { Instant } from '../instant.ts';
import type { Outcome } from '../outcome.ts';
import type { Batch } from '../plan.ts';
import { type BatchAnswer, isForgery } from './claim.ts';
import { judgeBatch, type Probed, type Sighting, sayDoubt } from './probe.ts';

/** Everything known of one batch when its wave is judged. */
export interface BatchRecord {
  readonly batch: Batch;
  /** Whether the batch's line is the one in the approved plan. */
  readonly genuine: boolean;
  /** What was probed right after it was rotated; undefined when nothing was. */
  readonly rotated: Probed | undefined;
  /** What was seen after the bake, or after the way back. */
  readonly later: Probed | undefined;
}

/** A wave as its judge finds it in the archive. */
export interface WaveRecord {
  readonly wave: number;
  readonly judgedAt: Instant;
  readonly batches: readonly BatchRecord[];
  /** Batches of the plan that the wave's file does not have: nothing can be said of them. */
  readonly missing: readonly number[];
}

/** Every reason to send a wave back, beside the doubts of its batches. */
export const waveReasons = {
  batchNotInPlan: 'a batch is not what the plan says it is',
  batchMissing: 'a batch of the plan is not in the file of its wave',
  serviceUnhealthy: 'a service of the wave says that it is not well',
  serviceUnknown: 'a service of the wave could not be asked how it is',
  alarmRinging: 'an alarm that the configuration names is ringing, or has no data',
  alarmsUnreadable: 'the alarms could not be read',
  doubt: 'a batch is in doubt',
} as const;

export type WaveReason = { readonly kind: keyof typeof waveReasons; readonly of: string };

/** What became of one secret in its wave. */
export interface SecretRecord {
  readonly arn: string;
  readonly name: string;
  readonly kind: 'rotated' | 'deactivated' | 'deleted' | 'rolledBack' | 'untouched' | 'leftAlone' | 'held';
  readonly reason: string | undefined;
}

export interface WaveVerdict {
  readonly wave: number;
  readonly judgedAt: Instant;
  readonly verdict: 'sound' | 'unsound' | 'back' | 'held';
  readonly reasons: readonly string[];
  readonly secrets: readonly SecretRecord[];
  readonly verification: Verification;
}

/** Claims of a rotation, and how many of them another principal saw to be so, or not so. */
export interface Verification {
  readonly claims: number;
  readonly confirmed: number;
  readonly contradicted: number;
}

/** One secret that failed, and how. */
export interface Failure {
  readonly arn: string;
  readonly name: string;
  readonly reason: string;
}

export const sayReason = ({ kind, of }: WaveReason): string => `${kind}: ${of}`;

export interface Surroundings {
  readonly health: ReadonlyMap<string, 'healthy' | 'unhealthy' | 'unknown'>;
  /** Undefined when the alarms could not be read. */
  readonly ringing: readonly string[] | undefined;
}

/** Judges a wave after its bake. Whatever is not known to be good is a reason to send it back. */
export function judgeWave({ wave, judgedAt, batches, missing }: WaveRecord, surroundings: Surroundings): WaveVerdict {
  const reasons = [
    ...batches.flatMap(reasonsOfBatch),
    ...missing.map(reasonOfMissing),
    ...reasonsAround(surroundings),
  ].map(sayReason);
  return {
    wave,
    judgedAt,
    verdict: reasons.length === 0 ? 'sound' : 'unsound',
    reasons,
    secrets: batches.flatMap(({ batch, rotated }) => recordsOfSecrets(batch, rotated?.answer)),
    verification: verify(batches.map(({ batch, rotated, later }) => [batch, rotated?.answer, later?.sightings])),
  };
}

const reasonOfMissing = (index: number): WaveReason => ({ kind: 'batchMissing', of: `batch ${index}` });

function reasonsOfBatch({ batch, genuine, rotated, later }: BatchRecord): WaveReason[] {
  const name = `batch ${batch.index}`;
  if (!genuine) return [{ kind: 'batchNotInPlan', of: name }];
  // What was claimed then is held against what is seen now: the two are of different principals and times.
  const { doubts } = judgeBatch(batch, rotated?.answer, later?.sightings ?? []);
  return [...(rotated?.doubts ?? []), ...doubts].map((doubt) => ({ kind: 'doubt', of: `${name}: ${sayDoubt(doubt)}` }));
}

function reasonsAround({ health, ringing }: Surroundings): WaveReason[] {
  const unwell = [...health].flatMap(([service, answer]): WaveReason[] => {
    if (answer === 'healthy') return [];
    return [{ kind: answer === 'unhealthy' ? 'serviceUnhealthy' : 'serviceUnknown', of: service }];
  });
  const alarms: WaveReason[] =
    ringing === undefined
      ? [{ kind: 'alarmsUnreadable', of: 'all' }]
      : ringing.map((name) => ({ kind: 'alarmRinging', of: name }));
  return [...unwell, ...alarms];
}

/**
 * Looks once more at a wave that was judged sound, after its run has died: each secret of it must be where it was claimed to
 * be, and be accepted there. What is not is held. How its services are says nothing of that.
 */
export function verifyWave({ wave, judgedAt, batches, missing }: WaveRecord): WaveVerdict {
  const secrets = batches.flatMap(recordsSeenAgain);
  const held = secrets.filter(({ kind }) => kind === 'held');
  const strange = batches.filter(({ genuine }) => !genuine).map(({ batch }) => batch.index);
  return {
    wave,
    judgedAt,
    verdict: held.length + missing.length + strange.length === 0 ? 'sound' : 'held',
    reasons: [
      ...strange.map((index) => sayReason({ kind: 'batchNotInPlan', of: `batch ${index}` })),
      ...missing.map(reasonOfMissing).map(sayReason),
      ...held.map(({ name, reason }) => `held: ${name}: ${reason}`),
    ],
    secrets,
    verification: verify(batches.map(({ batch, rotated, later }) => [batch, rotated?.answer, later?.sightings])),
  };
}

function recordsSeenAgain({ batch, rotated, later }: BatchRecord): SecretRecord[] {
  const { doubts } = judgeBatch(batch, rotated?.answer, later?.sightings ?? []);
  return recordsOfSecrets(batch, rotated?.answer).map((record) => {
    const doubt = doubts.find(({ name }) => name === undefined || name === record.name);
    return doubt === undefined ? record : { ...record, kind: 'held', reason: sayDoubt(doubt) };
  });
}

/** Judges a wave that was sent back. It is back only if every secret that may have been touched is seen there. */
export function judgeWayBack({ wave, judgedAt, batches, missing }: WaveRecord, why: readonly string[]): WaveVerdict {
  const secrets = batches.flatMap(recordsAfterWayBack);
  const held = secrets.filter(({ kind }) => kind === 'held');
  return {
    wave,
    judgedAt,
    verdict: held.length === 0 && missing.length === 0 ? 'back' : 'held',
    reasons: [
      ...why,
      ...missing.map(reasonOfMissing).map(sayReason),
      ...held.map(({ name, reason }) => `held: ${name}: ${reason}`),
    ],
    secrets,
    verification: verify(batches.map(({ batch, rotated }) => [batch, rotated?.answer, rotated?.sightings])),
  };
}

/**
 * How a run ends whose wave was sent back. Where a batch was refused because somebody tampered, the run is halted: what
 * was touched is back, but people must look at how it came to that.
 */
export function outcomeOfWayBack(verdict: WaveVerdict, { batches }: WaveRecord): Outcome {
  const answers = batches.flatMap(({ rotated, later }) => [rotated?.answer, later?.answer]);
  const tampered = answers.some((answer) => answer?.kind === 'notStarted' && isForgery(answer.reason));
  return verdict.verdict === 'held' || tampered ? 'halted' : 'rolled-back';
}

function recordsOfSecrets(batch: Batch, answer: BatchAnswer | undefined): SecretRecord[] {
  return batch.secrets.map(({ arn, name }): SecretRecord => {
    if (answer?.kind === 'notStarted') return { arn, name, kind: 'untouched', reason: answer.reason };
    const claim = answer?.kind === 'turned' ? answer.claims.find((made) => made.arn === arn) : undefined;
    switch (claim?.kind) {
      case 'rotated':
        return { arn, name, kind: 'rotated', reason: undefined };
      case 'retired':
        return { arn, name, kind: claim.did === 'delete' ? 'deleted' : 'deactivated', reason: undefined };
      case 'leftAlone':
        return { arn, name, kind: 'leftAlone', reason: claim.reason };
      case 'failed':
        return { arn, name, kind: 'held', reason: claim.reason };
      default:
        return { arn, name, kind: 'held', reason: 'noAnswer' };
    }
  });
}

function recordsAfterWayBack({ batch, rotated, later }: BatchRecord): SecretRecord[] {
  const answer = later?.answer;
  return batch.secrets.map(({ arn, name, before, old }): SecretRecord => {
    // A forged batch cannot be sent back, and needs not be if it was refused on its way forward, too.
    if (answer?.kind === 'notStarted' && isForgery(answer.reason) && rotated?.answer?.kind === 'notStarted') {
      return { arn, name, kind: 'untouched', reason: answer.reason };
    }
    const claim = answer?.kind === 'turned' ? answer.claims.find((made) => made.arn === arn) : undefined;
    const doubt = later?.doubts.find((one) => one.name === undefined || one.name === name);
    if (claim?.kind === 'back' && doubt === undefined) {
      // What a restore or a retirement finds on its way back does not tell whether it was ever begun.
      const wasBegun = (before === undefined && old === undefined) || mayHaveTouched(rotated?.answer, arn);
      return {
        arn,
        name,
        kind: (claim.touched || old !== undefined) && wasBegun ? 'rolledBack' : 'untouched',
        reason: undefined,
      };
    }
    const reason = claim?.kind === 'failed' ? claim.reason : doubt === undefined ? 'noAnswer' : sayDoubt(doubt);
    return { arn, name, kind: 'held', reason };
  });
}

/** Whether a batch may have touched a secret on its way forward, by what it said itself. */
function mayHaveTouched(answer: BatchAnswer | undefined, arn: string): boolean {
  if (answer?.kind === 'notStarted') return false;
  return answer?.kind !== 'turned' || answer.claims.find((claim) => claim.arn === arn)?.kind !== 'leftAlone';
}

function verify(
  batches: readonly (readonly [Batch, BatchAnswer | undefined, readonly Sighting[] | undefined])[],
): Verification {
  const claims = batches.flatMap(([, answer, sightings]) =>
    answer?.kind === 'turned'
      ? answer.claims
          .filter((claim) => claim.kind === 'rotated' || claim.kind === 'retired')
          .map((claim) => ({ claim, sighting: sightings?.find(({ arn }) => arn === claim.arn) }))
      : [],
  );
  const confirmed = claims.filter(
    ({ claim, sighting }) =>
      sighting?.versionId === claim.versionId &&
      sighting.answer === 'accepted' &&
      (claim.kind === 'rotated' || sighting.old?.answer === 'rejected'),
  ).length;
  return { claims: claims.length, confirmed, contradicted: claims.length - confirmed };
}
