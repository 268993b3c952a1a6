import type { Material, Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import { type Login, readLogin, renew } from '../../core/selection/credential.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { Network } from '../network.ts';
import { newPassword } from './fresh.ts';
import { insist } from './insist.ts';
import { alterPassword, boundChanges, loggedIn, works } from './postgres-login.ts';

type ReplaceSettings = RotatorSettings & { readonly kind: 'postgres'; readonly strategy: 'replace' };

/** Rotates the one password of a login, which changes it itself. The old one stops working in that moment. */
export const postgresReplace = (
  settings: ReplaceSettings,
  tier: string,
  { network, random }: { readonly network: Network; readonly random: Random },
): Rotator => {
  const read = ({ old, fresh }: Material & { readonly fresh: Material['old'] }) => {
    const before = insist(readLogin(settings, tier, old), 'old');
    const after = insist(readLogin(settings, tier, fresh), 'new');
    if (after.username !== before.username || after.account !== before.account) {
      throw new Error('the new password is for another login than the old one; leave both alone');
    }
    return { before, after };
  };

  return {
    async create({ old }) {
      insist(readLogin(settings, tier, old), 'old');
      return renew(old, { password: newPassword(random) });
    },

    async set(material) {
      const { before, after } = read(material);
      await exchange(network, before, after);
    },

    async revert(material) {
      const { before, after } = read(material);
      await exchange(network, after, before);
    },
  };
};

/** Makes the password of `to` the one that works, whichever of the two works now. */
async function exchange(network: Network, from: Login, to: Login): Promise<void> {
  try {
    await loggedIn(network, from, async (connection) => {
      await boundChanges(connection);
      await connection.query(alterPassword(to));
    });
  } catch (error) {
    if (!(await works(network, to))) throw error;
  }
}
