import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { connect, type PostgresConnection, TargetError } from '../../adapters/network.ts';
import { twinOf } from '../../core/selection/credential.ts';
import { type Launched, launch } from './postgres-process.ts';
import type { PostgresLogin, PostgresTarget } from './postgres-target.ts';

/** How long the server may take to answer, in milliseconds. */
const timeoutMs = 20_000;

/** A real PostgreSQL server on loopback, in a directory of its own that goes when it stops. */
export class PostgresServer implements PostgresTarget {
  readonly port: number;
  readonly directory: string;
  readonly master: PostgresLogin = { username: 'keyturn_master', password: newPassword() };
  readonly #superuser: PostgresConnection;
  readonly #halt: () => Promise<void>;

  private constructor({ port, directory, halt }: Launched, superuser: PostgresConnection) {
    this.port = port;
    this.directory = directory;
    this.#halt = halt;
    this.#superuser = superuser;
  }

  /** Starts a server. The caller stops it; a process that is interrupted takes it along. */
  static async start(): Promise<PostgresServer> {
    const superuser = { user: 'postgres', password: newPassword() };
    const launched = await launch(superuser);
    const door = { host: '127.0.0.1', port: launched.port, ...superuser, database: 'postgres', timeoutMs };
    const connection = await connect(door, false);
    const server = new PostgresServer(launched, connection);
    await connection.query(`CREATE ROLE ${credentials(server.master)} CREATEROLE`);
    return server;
  }

  async stop(): Promise<void> {
    await this.#superuser.end();
    await this.#halt();
  }

  async admit(logins: readonly PostgresLogin[]): Promise<void> {
    await this.#asMaster(logins.map((login) => `CREATE ROLE ${credentials(login)}`));
  }

  async admitPairs(logins: readonly PostgresLogin[]): Promise<void> {
    const twins = logins.map(({ username }) => {
      const twin = { username: twinOf(username), password: newPassword() };
      return `CREATE ROLE ${credentials(twin)} IN ROLE ${pg.escapeIdentifier(username)}`;
    });
    await this.#asMaster([...logins.map((login) => `CREATE ROLE ${credentials(login)}`), ...twins]);
  }

  async refuse(username: string): Promise<void> {
    await this.#superuser.query(`ALTER ROLE ${pg.escapeIdentifier(username)} NOLOGIN`);
  }

  async trust(username: string): Promise<void> {
    await this.#superuser.query(`ALTER ROLE ${pg.escapeIdentifier(username)} LOGIN`);
  }

  async exhaust(username: string): Promise<void> {
    await this.#superuser.query(`ALTER ROLE ${pg.escapeIdentifier(username)} CONNECTION LIMIT 0`);
  }

  async accepts({ username: user, password }: PostgresLogin): Promise<boolean> {
    try {
      const door = { host: '127.0.0.1', port: this.port, user, password, database: 'postgres', timeoutMs };
      await (await connect(door, false)).end();
      return true;
    } catch (error) {
      if (error instanceof TargetError && error.code.startsWith('28')) return false;
      throw error;
    }
  }

  /** All statements in one script. Roles belong to who created them, so it is the master who does. */
  async #asMaster(statements: readonly string[]): Promise<void> {
    const script = ['SET ROLE keyturn_master', ...statements, 'RESET ROLE'];
    await this.#superuser.query(script.join(';\n'));
  }
}

const credentials = ({ username, password }: PostgresLogin): string =>
  `${pg.escapeIdentifier(username)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`;

const newPassword = (): string => randomBytes(24).toString('base64url');
