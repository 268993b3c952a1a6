import type { Material, Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import { readMaster } from '../../core/selection/credential.ts';
import type { Network } from '../network.ts';
import { insist } from './insist.ts';
import { isSameServer, otherLogin, type PairSettings, readPair } from './login-pair.ts';
import { alterPassword, boundChanges, createTwin, loggedIn } from './postgres-login.ts';

/**
 * Rotates between the two logins of a pair: a master gives the idle one a new password, the other is never touched.
 *
 * The master needs CREATEROLE, and ADMIN OPTION on the logins that others created.
 */
export const postgresAlternate = (
  settings: PairSettings,
  tier: string,
  { network, random }: { readonly network: Network; readonly random: Random },
): Rotator => ({
  async create({ old }) {
    return otherLogin(settings, tier, old, random);
  },

  async set(material) {
    const { current, idle, master } = read(settings, tier, material);

    // Whoever wrote the secret must hold the login it names. Else the master's rights would change any twin for them.
    await loggedIn(network, current, async () => {});
    await loggedIn(network, master, async (connection) => {
      await boundChanges(connection);
      const { rows } = await connection.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [idle.username]);
      await connection.query(rows.length === 0 ? createTwin(idle, current) : alterPassword(idle));
    });
  },

  async revert() {},
});

function read(settings: PairSettings, tier: string, material: Material & { readonly fresh: Material['old'] }) {
  const { current, idle } = readPair(settings, tier, material);
  if (material.master === undefined) throw new Error('there is no master credential to change the idle login with');
  const master = insist(readMaster(settings, material.master), 'master');
  if (!isSameServer(master, current)) throw new Error('the master is of another server than the login');
  if (master.username === idle.username) throw new Error('the other half of the login is the master; leave both alone');
  return { current, idle, master };
}
