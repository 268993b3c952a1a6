import type { Batch, OldCredential, PlannedSecret } from '../plan.ts';
import type { Answer, Standing } from '../ports.ts';
import type { BatchAnswer, Claim } from './claim.ts';

/** What probe-batch saw of one secret. */
export interface Sighting {
  readonly arn: string;
  readonly name: string;
  /** The version that is AWSCURRENT, or undefined when it could not be read. */
  readonly versionId: string | undefined;
  /** What the target says of it. */
  readonly answer: Answer;
  /** How the old credential stands that a retirement is about, and what the target says when it is shown. */
  readonly old?: { readonly state: Standing['state']; readonly answer: Answer };
}

/** Has others look at secrets as clients of them would. */
export interface Lookout {
  /** @throws when nobody looked. */
  look(batch: Batch): Promise<readonly Sighting[]>;
}

/** Every reason to doubt a batch. */
export const doubts = {
  noAnswer: 'the batch ended without an answer',
  notStarted: 'the batch did not start',
  unclaimed: 'the batch says nothing of a secret that it holds',
  failed: 'the secret could not be turned',
  claimNotPlanned: 'the claim names a version that the plan does not',
  claimContradicted: 'another version is AWSCURRENT than the one that was claimed',
  unreadable: 'AWSCURRENT could not be read',
  rejected: 'the target rejects what is AWSCURRENT',
  unknown: 'the target could not say whether it accepts what is AWSCURRENT',
  oldAccepted: 'the target still accepts the old credential that was retired',
  oldRejected: 'the target rejects the old credential that was brought back',
  oldUnknown: 'the target could not say whether it accepts the old credential',
} as const;

export type DoubtKind = keyof typeof doubts;

export interface Doubt {
  readonly kind: DoubtKind;
  /** The secret's name, where the doubt is of one. */
  readonly name?: string;
  readonly why?: string;
}

/** What was found of a batch, and what gives reason to doubt it. Without a doubt it is sound. */
export interface Probed {
  readonly answer: BatchAnswer | undefined;
  readonly sightings: readonly Sighting[];
  readonly doubts: readonly Doubt[];
}

/** Holds what was claimed of a batch against the plan, and against what was seen. */
export function judgeBatch(batch: Batch, answer: BatchAnswer | undefined, sightings: readonly Sighting[]): Probed {
  return { answer, sightings, doubts: [...doubtsOf(batch, answer, sightings)] };
}

function* doubtsOf(batch: Batch, answer: BatchAnswer | undefined, sightings: readonly Sighting[]): Generator<Doubt> {
  if (answer === undefined) return yield { kind: 'noAnswer' };
  if (answer.kind === 'failed') return yield { kind: 'noAnswer', why: answer.error };
  if (answer.kind === 'notStarted') return yield { kind: 'notStarted', why: answer.reason };

  for (const secret of batch.secrets) {
    const claim = answer.claims.find(({ arn }) => arn === secret.arn);
    if (claim === undefined) yield { kind: 'unclaimed', name: secret.name };
    else if (claim.kind === 'failed') yield { kind: 'failed', name: secret.name, why: claim.reason };
    else
      yield* doubtsOfClaim(
        secret,
        claim,
        sightings.find(({ arn }) => arn === secret.arn),
      );
  }
}

function* doubtsOfClaim(
  secret: PlannedSecret,
  claim: Exclude<Claim, { kind: 'failed' }>,
  sighting: Sighting | undefined,
): Generator<Doubt> {
  if (claim.kind === 'leftAlone') {
    // Whose version it is instead, and what its target says of it, is somebody else's: this run only must not have made it.
    const isMade =
      secret.old === undefined ? sighting?.versionId === secret.newVersion : isRetired(secret.old, sighting);
    if (isMade) yield { kind: 'claimContradicted', name: secret.name };
    return;
  }

  const planned = claim.kind === 'rotated' ? secret.newVersion : secret.currentVersion;
  if (claim.versionId !== planned) yield { kind: 'claimNotPlanned', name: secret.name };

  if (sighting?.versionId === undefined) yield { kind: 'unreadable', name: secret.name };
  else if (sighting.versionId !== claim.versionId) yield { kind: 'claimContradicted', name: secret.name };
  else if (sighting.answer !== 'accepted') yield { kind: sighting.answer, name: secret.name };
  if (secret.old !== undefined) yield* doubtsOfOld(secret, secret.old, claim, sighting?.old);
}

/** Whether an old credential was taken further than the plan found it. What cannot be told is no claim of anybody's. */
const isRetired = ({ retirement }: OldCredential, sighting: Sighting | undefined): boolean =>
  sighting?.old?.state === 'gone' || (retirement === 'deactivate' && sighting?.old?.state === 'inactive');

/** What is retired must be rejected, and what was brought back accepted. What was to be deleted only must still be there. */
function* doubtsOfOld(
  { name }: PlannedSecret,
  { retirement }: OldCredential,
  { kind }: Claim,
  seen: Sighting['old'],
): Generator<Doubt> {
  if (kind === 'back' && retirement === 'delete') {
    if (seen === undefined || seen.state === 'unknown') yield { kind: 'oldUnknown', name };
    else if (seen.state === 'gone') yield { kind: 'claimContradicted', name };
    return;
  }
  const hopedFor = kind === 'retired' ? 'rejected' : 'accepted';
  if (seen === undefined || seen.answer === 'unknown') yield { kind: 'oldUnknown', name };
  else if (seen.answer !== hopedFor) yield { kind: hopedFor === 'rejected' ? 'oldAccepted' : 'oldRejected', name };
  else if (retirement === 'delete' && seen.state !== 'gone') yield { kind: 'claimContradicted', name };
}

/** A doubt in a few words, for reports: the kind, and what it concerns. */
export const sayDoubt = ({ kind, name, why }: Doubt): string =>
  [kind, name, why].filter((word) => word !== undefined).join(': ');
