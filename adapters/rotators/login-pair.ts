import type { Material } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { SecretValue } from '../../core/secret-value.ts';
import { type Login, readLogin, renew, twinOf } from '../../core/selection/credential.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import { newPassword } from './fresh.ts';
import { insist } from './insist.ts';

/** Settings of a rotator that changes the idle login of a pair. */
export type PairSettings = RotatorSettings & { readonly strategy: 'alternate' };

/** The value of the pair's other login, with a new password. */
export function otherLogin(settings: PairSettings, tier: string, old: SecretValue, random: Random): SecretValue {
  const { username } = insist(readLogin(settings, tier, old), 'old');
  return renew(old, { username: twinOf(username), password: newPassword(random) });
}

/**
 * Both logins of a pair.
 *
 * @throws {Error} when they are none. Not retryable: somebody else wrote one of the values.
 */
export function readPair(
  settings: PairSettings,
  tier: string,
  { old, fresh }: Pick<Material, 'old'> & { readonly fresh: SecretValue },
): { readonly current: Login; readonly idle: Login } {
  const current = insist(readLogin(settings, tier, old), 'old');
  const idle = insist(readLogin(settings, tier, fresh), 'new');
  if (idle.username !== twinOf(current.username) || !isSameServer(idle, current)) {
    throw new Error('the new login is not the other half of the old one; leave both alone');
  }
  return { current, idle };
}

export const isSameServer = (one: Login, other: Login): boolean => one.host === other.host && one.port === other.port;
