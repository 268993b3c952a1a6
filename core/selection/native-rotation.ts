import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import type { LeaveAloneReason } from '../leave-alone.ts';
import type { RotatorSettings } from '../settings.ts';

/** Secrets Manager must not be about to rotate by itself what we rotate: nothing that we begin takes nearly as long. */
const quietMilliseconds = 30 * 86_400_000;

/** The function that changes what a rotator rotates in a tier, where it is one. */
export const functionFor = (rotator: RotatorSettings | undefined, tier: string | undefined): string | undefined =>
  rotator?.kind === 'rotation-function' && tier !== undefined && Object.hasOwn(rotator.functions, tier)
    ? rotator.functions[tier]
    : undefined;

/**
 * Why a secret's native rotation speaks against touching it.
 *
 * A function of ours must be the one that the secret itself names: AWS lets it reach no other secret, and it refuses one
 * whose rotation is off. Any other native rotation is somebody else's.
 */
export function reasonInNativeRotation(
  { rotationEnabled, rotationFunction, nextRotation }: SecretEntry,
  ourFunction: string | undefined,
  asOf: Instant,
): LeaveAloneReason | undefined {
  if (ourFunction === undefined) return rotationEnabled ? 'nativeRotation' : undefined;
  if (!rotationEnabled || rotationFunction !== ourFunction) return 'otherFunction';
  if (nextRotation === 'never') return undefined;
  return nextRotation === 'unknown' || nextRotation - asOf < quietMilliseconds ? 'rotatesItself' : undefined;
}
