import { rotateBatchSeconds } from '../../core/deadlines.ts';
import { type Instant, instant } from '../../core/instant.ts';
import { type SecretEntry, versionWith } from '../../core/inventory.ts';
import { type Asking, askPatiently } from '../../core/patience.ts';
import type { Mode, PlannedSecret } from '../../core/plan.ts';
import type { CurrentVersion, Rotator, Vault } from '../../core/ports.ts';
import { type Turn, turn } from '../../core/rotation/turn.ts';
import type { SecretValue } from '../../core/secret-value.ts';
import { reasonToLeaveAlone } from '../../core/selection/still-due.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { BatchAnswer, Claim } from '../../core/verdict/claim.ts';
import { parseEvent, type RotateBatchEvent } from './event.ts';
import { type RetiringPorts, retireOne } from './retiring.ts';
import { type WarrantPorts, warrantFor } from './warrant.ts';

export interface RotateBatchPorts extends Omit<WarrantPorts, 'settings'>, RetiringPorts {
  readonly rotatorFor: (rotator: RotatorSettings, tier: string, arn: string) => Rotator;
}

/**
 * Turns the secrets of one batch, one after the other: forward, or back to the version that the plan recorded.
 *
 * A failure is an answer, not an exception: whatever happens to one secret, what happened to the others is said. After a
 * failure no further secret of the batch is begun on the way forward; on the way back every one is tried.
 */
export const rotateBatch =
  (ports: RotateBatchPorts) =>
  async (given: unknown): Promise<BatchAnswer> => {
    const { goal, batch } = parseEvent(given);
    const { vault, log, clock } = ports;
    const deadline = instant(clock.now() + rotateBatchSeconds.write * 1_000);

    const warrant = await warrantFor(ports, { goal, batch });
    if (warrant.kind === 'refused') {
      const { reason } = warrant;
      log.error('a batch was refused', { run: batch.run, goal, wave: batch.wave, batch: batch.index, reason });
      return { kind: 'notStarted', reason };
    }

    const { mode } = warrant;
    const versions = await vault.readCurrent(batch.secrets.map(({ arn }) => arn));
    const masters = new Masters(ports, batch.tier);
    const ask = askPatiently(clock);
    const claims: Claim[] = [];
    for (const secret of batch.secrets) {
      const failedBefore = claims.some(({ kind }) => kind === 'failed');
      const claim =
        goal === 'rotate' && failedBefore
          ? ({ arn: secret.arn, name: secret.name, kind: 'leftAlone', reason: 'batchFailed' } as const)
          : await turnFor(mode, ports, {
              goal,
              secret,
              version: versions.get(secret.arn),
              masters,
              ask,
              deadline,
            });
      log.info('a secret was turned', { run: batch.run, goal, wave: batch.wave, ...claim });
      claims.push(claim);
    }
    return { kind: 'turned', claims };
  };

interface One {
  readonly goal: RotateBatchEvent['goal'];
  readonly secret: PlannedSecret;
  readonly version: CurrentVersion | undefined;
  readonly masters: Masters;
  readonly ask: Asking;
  readonly deadline: Instant;
}

/** What forward means stands in the plan that was approved. */
const turnFor = (mode: Exclude<Mode, 'audit'>, ports: RotateBatchPorts, one: One): Promise<Claim> =>
  mode === 'retire' ? retireOne(ports, one) : turnOne(ports, mode, one);

async function turnOne(
  ports: RotateBatchPorts,
  mode: Extract<Mode, 'rotate' | 'restore'>,
  { goal, secret, version, masters, ask, deadline }: One,
): Promise<Claim> {
  const { vault, settings, clock } = ports;
  const { arn, name } = secret;
  const rotator = settings.rotators[secret.rotator];
  const probe = settings.probes[secret.probe];
  if (rotator === undefined || probe === undefined) return { arn, name, kind: 'leftAlone', reason: 'unknownRotator' };

  try {
    const entry = await vault.describe(arn);
    if (goal === 'rotate') {
      const reason = reasonToLeaveAlone(secret, entry, version, settings, clock.now());
      if (reason !== undefined) return { arn, name, kind: 'leftAlone', reason };
    }

    const turned = await turn({
      goal: goal === 'rotate' ? mode : goal,
      secret,
      vault,
      rotator: mode === 'restore' ? untouched : ports.rotatorFor(rotator, ports.tier, arn),
      prober: ports.proberFor(probe, rotator, ports.tier),
      ask,
      // Only what is made or set needs a master: a way back must not depend on one.
      master: goal === 'rotate' && mode === 'rotate' ? await masters.of(rotator) : undefined,
      clock,
      deadline,
      seen: { entry, current: valueSeen(entry, version) },
    });
    if (turned.kind === 'held') return { arn, name, kind: 'failed', reason: turned.reason };
    const { versionId, touched } = turned;
    return goal === 'rotate'
      ? { arn, name, kind: 'rotated', versionId }
      : { arn, name, kind: 'back', versionId, touched };
  } catch (error) {
    ports.log.error('a secret could not be turned', { name, error: error instanceof Error ? error.name : 'unknown' });
    return {
      arn,
      name,
      kind: 'failed',
      reason: error instanceof MasterUnreadableError ? 'masterUnreadable' : 'unreadable',
    };
  }
}

/** The target of a restore, forward and back: it is asked, and never told anything. */
const untouched: Turn['rotator'] = { create: refuseToChange, set: refuseToChange, revert: refuseToChange };

async function refuseToChange(): Promise<never> {
  throw new Error('a restore moves labels, and changes nothing at a target');
}

/** The value was read before the description: it proves something only if AWSCURRENT has not moved in between. */
const valueSeen = (entry: SecretEntry, version: CurrentVersion | undefined): SecretValue | undefined =>
  version?.kind === 'read' && version.versionId === versionWith('AWSCURRENT', entry) ? version.value : undefined;

class MasterUnreadableError extends Error {
  override readonly name = 'MasterUnreadableError';
}

/** The credentials that may change others, read at most once in a batch, and only where a rotator needs one. */
class Masters {
  readonly #vault: Vault;
  readonly #tier: string;
  readonly #read = new Map<string, SecretValue>();

  constructor({ vault }: Pick<RotateBatchPorts, 'vault'>, tier: string) {
    this.#vault = vault;
    this.#tier = tier;
  }

  async of(rotator: RotatorSettings): Promise<SecretValue | undefined> {
    if (rotator.kind !== 'postgres' || rotator.strategy !== 'alternate') return undefined;

    const arn = rotator.masters[this.#tier];
    if (arn === undefined) throw new MasterUnreadableError(`no master is configured for tier ${this.#tier}`);
    const known = this.#read.get(arn);
    if (known !== undefined) return known;

    const value = await this.#vault.readMaster(arn).catch((cause: unknown) => {
      throw new MasterUnreadableError(`master ${arn} could not be read`, { cause });
    });
    this.#read.set(arn, value);
    return value;
  }
}
