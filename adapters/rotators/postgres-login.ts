import pg from 'pg';

import type { Login } from '../../core/selection/credential.ts';
import { type Network, type PostgresConnection, TargetError } from '../network.ts';

/** How long a connection or a query may take, in milliseconds. */
const timeoutMs = 5_000;

/** Logs in, does something, logs out. */
export async function loggedIn<T>(
  network: Network,
  { host, port, username, password, database }: Login,
  use: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  const door = { host, port, user: username, password: password.reveal(), database, timeoutMs };
  const connection = await network.connectPostgres(door);
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
}

/** Whether the server said that this is not how to log in: SQLSTATE class 28, invalid authorisation. */
export const isRefusal = (error: unknown): boolean => error instanceof TargetError && /^28...$/.test(error.code);

/** Whether a login works. */
export async function works(network: Network, login: Login): Promise<boolean> {
  try {
    await loggedIn(network, login, async () => {});
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Makes the server give up on a change before we do: none may happen after we said that it did not. */
export async function boundChanges(connection: PostgresConnection): Promise<void> {
  await connection.query('SET statement_timeout = 4000');
}

/**
 * The server hashes the password by its own settings. One that is told to log such statements (`log_statement`) logs the
 * password with them, as it does for AWS's own rotation functions.
 */
export const alterPassword = ({ username, password }: Login): string =>
  `ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(password.reveal())}`;

/** A login that may do whatever the other may. */
export const createTwin = ({ username, password }: Login, of: Login): string =>
  `CREATE ROLE ${pg.escapeIdentifier(username)} LOGIN PASSWORD ${pg.escapeLiteral(password.reveal())} IN ROLE ${pg.escapeIdentifier(of.username)}`;
