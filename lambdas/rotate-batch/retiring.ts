import type { Instant } from '../../core/instant.ts';
import type { Asking } from '../../core/patience.ts';
import type { OldCredential, PlannedSecret } from '../../core/plan.ts';
import type { Clock, CurrentVersion, Log, Prober, Retirer, Vault } from '../../core/ports.ts';
import { retire } from '../../core/rotation/retire.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import { reasonToLeaveAlone } from '../../core/selection/still-due.ts';
import type { ProbeSettings, RotatorSettings, Settings } from '../../core/settings.ts';
import type { Claim } from '../../core/verdict/claim.ts';

export interface RetiringPorts {
  readonly vault: Vault;
  /** Undefined where a target holds one credential at a time. */
  readonly retirerFor: (rotator: RotatorSettings, tier: string) => Retirer | undefined;
  readonly proberFor: (probe: ProbeSettings, rotator: RotatorSettings, tier: string) => Prober;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly tier: string;
}

interface One {
  readonly goal: Exclude<Goal, 'restore'>;
  readonly secret: PlannedSecret;
  readonly version: CurrentVersion | undefined;
  readonly ask: Asking;
  readonly deadline: Instant;
}

/**
 * Retires the old credential of one secret, or brings it back. No version and no label is touched: only its target is told.
 *
 * What may not be touched any more is left alone only if its old credential stands as the plan recorded it: an earlier
 * delivery may have deactivated it.
 */
export async function retireOne(ports: RetiringPorts, { goal, secret, version, ask, deadline }: One): Promise<Claim> {
  const { vault, settings, clock, log, tier } = ports;
  const { arn, name, currentVersion, old } = secret;
  const rotator = settings.rotators[secret.rotator];
  const probe = settings.probes[secret.probe];
  const retirer = rotator && ports.retirerFor(rotator, tier);
  if (rotator === undefined || probe === undefined || retirer === undefined || old === undefined) {
    return { arn, name, kind: 'leftAlone', reason: 'unknownRotator' };
  }

  try {
    const reason = goal === 'rotate' ? await barred(ports, secret, version) : undefined;
    if (reason !== undefined) {
      return (await standsAsRecorded(vault, retirer, secret, old))
        ? { arn, name, kind: 'leftAlone', reason }
        : { arn, name, kind: 'failed', reason: 'halfWay' };
    }

    const prober = ports.proberFor(probe, rotator, tier);
    const end = await retire({ goal, secret, old, vault, retirer, prober, ask, clock, deadline });
    if (end.kind === 'held') {
      return end.untouched
        ? { arn, name, kind: 'leftAlone', reason: end.reason }
        : { arn, name, kind: 'failed', reason: end.reason };
    }
    return goal === 'rotate'
      ? { arn, name, kind: 'retired', did: old.retirement, versionId: currentVersion }
      : { arn, name, kind: 'back', versionId: currentVersion, touched: end.touched };
  } catch (error) {
    log.error('an old credential could not be retired', {
      name,
      error: error instanceof Error ? error.name : 'unknown',
    });
    return { arn, name, kind: 'failed', reason: 'unreadable' };
  }
}

const barred = async ({ vault, settings, clock }: RetiringPorts, secret: PlannedSecret, version: One['version']) =>
  reasonToLeaveAlone(secret, await vault.describe(secret.arn), version, settings, clock.now());

async function standsAsRecorded(
  vault: Vault,
  retirer: Retirer,
  { arn, currentVersion }: PlannedSecret,
  { version, retirement }: OldCredential,
): Promise<boolean> {
  const [old, current] = [await vault.read(arn, version), await vault.read(arn, currentVersion)];
  if (old === undefined || current === undefined) return false;
  const { state } = await retirer.ask({ old, current });
  return state === (retirement === 'delete' ? 'inactive' : 'active');
}
