import type { Instant } from '../instant.ts';
import { type SecretEntry, versionWith } from '../inventory.ts';
import type { PlannedSecret } from '../plan.ts';
import type { CurrentVersion } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { judgeEntry, type LeaveAloneReason } from './selection.ts';

/** Why a planned secret is left alone after all, right before it would be touched. */
export const driftReasons = {
  versionMoved: 'its current version is not the one that the plan recorded',
  planDiffers: 'its tags no longer say what the plan recorded',
  unreadable: 'its current value could not be read, so that its age is unknown',
  tooYoung: 'its current version is younger than the minimum age',
  notListed: 'its description is of another secret',
} as const;

export type DriftReason = keyof typeof driftReasons | LeaveAloneReason;

/**
 * Judges a planned secret once more, on a description that is no older than a moment.
 *
 * What is restored or retired needs not be due or of any age, and puts AWSPENDING nowhere.
 * What the run itself did to it before is no drift: a batch that is delivered twice finds its own AWSPENDING, or its own
 * new version promoted already.
 */
export function reasonToLeaveAlone(
  secret: PlannedSecret,
  entry: SecretEntry,
  current: CurrentVersion | undefined,
  settings: Settings,
  now: Instant,
): DriftReason | undefined {
  const currentId = versionWith('AWSCURRENT', entry);
  if (currentId !== secret.currentVersion && currentId !== secret.newVersion) return 'versionMoved';

  const isDueAnyway = secret.before !== undefined || secret.old !== undefined;
  const judgement = isDueAnyway
    ? judgeEntry(entry, settings, now, () => true)
    : judgeEntry(withoutOwnIntent(secret, entry), settings, now);
  if (judgement.kind === 'outside') return 'notListed';
  if (judgement.kind === 'leftAlone') return judgement.reason;

  const { arn, tier, rotator, probe, service, expirationDate } = judgement.secret;
  if (arn !== secret.arn) return 'notListed';
  const asPlanned =
    tier === secret.tier &&
    rotator === secret.rotator &&
    probe === secret.probe &&
    service === secret.service &&
    expirationDate === secret.expirationDate;
  if (!asPlanned) return 'planDiffers';

  if (currentId === secret.newVersion) return undefined;
  if (current?.kind !== 'read') return 'unreadable';
  if (current.versionId !== currentId) return 'versionMoved';
  return !isDueAnyway && now - current.createdAt < settings.minimumAgeHours * 3_600_000 ? 'tooYoung' : undefined;
}

/** The description without the AWSPENDING that this run itself has put on the version it makes. */
const withoutOwnIntent = ({ newVersion }: PlannedSecret, entry: SecretEntry): SecretEntry => ({
  ...entry,
  versions: {
    ...entry.versions,
    ...(newVersion in entry.versions
      ? { [newVersion]: (entry.versions[newVersion] ?? []).filter((label) => label !== 'AWSPENDING') }
      : {}),
  },
});
