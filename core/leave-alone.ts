/**
 * Every reason to leave a secret of the fleet alone, and the sentence an operator reads.
 *
 * The order is the order in which reasons are given: what the secret is, what its tags say, what state it is in, when
 * it is due, and last what holds for all secrets at this moment. So `notDue` comes first only if nothing is wrong with
 * the secret, and `frozen` only if it would otherwise be selected. The keys outlive the code: plans and reports quote
 * them.
 */
export const leaveAloneReasons = {
  duplicate: 'the list has it twice, by name or by ARN',
  arnContradictsName: 'its ARN is not the ARN of a secret with its name',
  exempt: 'its name fits a pattern of secrets that are never touched',
  master: 'a rotator needs it to change other credentials',
  keyturnsOwn: 'Keyturn itself needs it to reach people',
  scheduledForDeletion: 'it is scheduled for deletion',
  ownedByService: 'another AWS service owns it',
  managedExternal: 'it is a managed external secret, which Secrets Manager rotates by itself',
  replica: 'it is a replica: only the original can be changed',
  nativeRotation: 'its native rotation is switched on',
  otherFunction: 'its rotator is a rotation function, and its native rotation is not switched on with that function',
  rotatesItself: 'Secrets Manager is to rotate it by itself within 30 days, or at a time that is not known',

  outsideTiers: 'it is tagged for Keyturn, but its name lies under no tier’s path',
  noTier: 'it has no tier tag',
  emptyTier: 'its tier tag is empty',
  twoTiers: 'it has two tier tags',
  unknownTier: 'its tier tag names no configured tier',
  tierContradictsPath: 'its tier tag and its path disagree',

  noRotator: 'it has no rotator tag',
  emptyRotator: 'its rotator tag is empty',
  twoRotators: 'it has two rotator tags',
  unknownRotator: 'its rotator tag names no configured rotator',
  noMaster: 'its rotator has no master for its tier',
  noFunction: 'its rotator has no function for its tier',

  noProbe: 'it has no probe tag',
  emptyProbe: 'its probe tag is empty',
  twoProbes: 'it has two probe tags',
  unknownProbe: 'its probe tag names no configured probe',
  probeUnfit: 'its probe cannot try what its rotator makes',

  noHealth: 'it has no health tag',
  emptyHealth: 'its health tag is empty',
  twoHealths: 'it has two health tags',
  unknownHealth: 'its health tag names no service with a configured health address',

  noCurrentVersion: 'none of its versions is AWSCURRENT',
  twoCurrentVersions: 'two of its versions are AWSCURRENT',
  rotationInFlight: 'a rotation of it is in flight: AWSPENDING is on a version that is not AWSCURRENT',

  noExpirationDate: 'it has no expiration tag',
  emptyExpirationDate: 'its expiration tag is empty',
  twoExpirationDates: 'it has two expiration tags',
  malformedExpirationDate: 'its expiration tag is neither a day that exists (2026-11-18) nor a moment with an offset',
  notDue: 'it has not expired',

  frozen: 'a freeze is on',
  quarantined: 'it failed in an earlier run, and nobody has released it since',
} as const;

export type LeaveAloneReason = keyof typeof leaveAloneReasons;

/** Why a secret of a run that is undone is left alone, beside what holds for every run. */
export const restoreReasons = {
  notAskedFor: 'the restore was asked for others',
  notRotated: 'the run did not rotate it, or it went back',
  forgotten: 'its target has one password, and forgot the old one when the new one was set',
  notListed: 'the list does not have it any more',
  restoredBefore: 'it is on the version already that the run found it on',
  movedSince: 'it was rotated or changed again since the run',
  retagged: 'its tags no longer say what the plan of the run recorded',
} as const;

export type RestoreReason = keyof typeof restoreReasons;

/** Why the old credential of a secret is kept, beside what holds for every run. */
export const retireReasons = {
  nothingToRetire: 'its target holds no old credential beside the new one, so there is nothing to retire',
  currentAgain: 'its old version is AWSCURRENT again',
  replacedLately: 'its old credential was replaced less than the grace period ago',
  deactivatedLately: 'its old credential was deactivated less than the second grace period ago',
  retagged: 'its tags no longer name what the plan of the run recorded that replaced it',
} as const;

export type RetireReason = keyof typeof retireReasons;

/** A secret of the fleet that is not touched, and everything that speaks against it. */
export interface LeftAlone<Reason extends string = LeaveAloneReason> {
  readonly name: string;
  readonly arn: string;
  /** The first of the reasons. */
  readonly reason: Reason;
  readonly reasons: readonly [Reason, ...Reason[]];
}
