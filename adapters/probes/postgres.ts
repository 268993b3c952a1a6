import type { Answer } from '../../core/ports.ts';
import type { Credential } from '../../core/selection/credential.ts';
import type { Network } from '../network.ts';
import { isRefusal, loggedIn } from '../rotators/postgres-login.ts';

/** Logs in to a database and asks it for one row. */
export async function askPostgres(network: Network, credential: Credential): Promise<Answer> {
  if (credential.shape !== 'login') return 'unknown';
  try {
    const { rows } = await loggedIn(network, credential, (connection) => connection.query('SELECT 1'));
    return rows.length === 1 ? 'accepted' : 'unknown';
  } catch (error) {
    return isRefusal(error) ? 'rejected' : 'unknown';
  }
}
