import { type PostgresConnection, type PostgresDoor, TargetError } from '../../adapters/network.ts';
import { twinOf } from '../../core/selection/credential.ts';
import type { PostgresLogin, PostgresTarget } from './postgres-target.ts';

interface Role {
  password: string;
  mayLogIn: boolean;
  hasConnectionsLeft: boolean;
  readonly createdBy: string;
}

/** The logins of a PostgreSQL server, in memory. It understands the statements that the rotators send, and no others. */
export class SimulatedPostgres implements PostgresTarget {
  readonly master: PostgresLogin = { username: 'keyturn_master', password: 'simulated master' };
  readonly #roles = new Map<string, Role>();
  #made = 0;

  constructor() {
    this.#create(this.master, 'postgres');
  }

  async admit(logins: readonly PostgresLogin[]): Promise<void> {
    for (const login of logins) this.#create(login, this.master.username);
  }

  async admitPairs(logins: readonly PostgresLogin[]): Promise<void> {
    await this.admit(logins);
    await this.admit(logins.map(({ username }) => ({ username: twinOf(username), password: this.#newPassword() })));
  }

  async refuse(username: string): Promise<void> {
    this.#role(username).mayLogIn = false;
  }

  async trust(username: string): Promise<void> {
    this.#role(username).mayLogIn = true;
  }

  async exhaust(username: string): Promise<void> {
    this.#role(username).hasConnectionsLeft = false;
  }

  accepts(login: PostgresLogin): boolean {
    return this.#refusal(login) === undefined;
  }

  connect({ host, user: username, password }: PostgresDoor): PostgresConnection {
    const refusal = this.#refusal({ username, password });
    if (refusal !== undefined) throw new TargetError(host, refusal);

    return {
      query: async (text, values = []) => {
        try {
          return { rows: this.#run(username, text, values) };
        } catch (error) {
          throw error instanceof Refused ? new TargetError(host, error.message) : error;
        }
      },
      end: async () => {},
    };
  }

  /** In the order in which PostgreSQL looks: who is it, may they log in, is there room. */
  #refusal({ username, password }: PostgresLogin): string | undefined {
    const role = this.#roles.get(username);
    if (role === undefined || role.password !== password) return '28P01';
    if (!role.mayLogIn) return '28000';
    return role.hasConnectionsLeft ? undefined : '53300';
  }

  #run(as: string, text: string, values: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
    if (text === 'SELECT 1') return [{ '?column?': 1 }];
    if (text === 'SET statement_timeout = 4000') return [];
    if (text === 'SELECT 1 FROM pg_roles WHERE rolname = $1') {
      return this.#roles.has(values[0] ?? '') ? [{ '?column?': 1 }] : [];
    }

    const altered = alterRole.exec(text)?.groups;
    if (altered !== undefined) return this.#alter(as, loginFrom(altered));
    const created = createRole.exec(text)?.groups;
    if (created !== undefined) return this.#createTwin(as, loginFrom(created), identifierFrom(created['group']));
    throw new Error('the simulated PostgreSQL does not know this statement; teach it, or send one that it knows');
  }

  #alter(as: string, { username, password }: PostgresLogin): readonly [] {
    const role = this.#roles.get(username);
    if (role === undefined) throw new Refused('42704');
    if (as !== username && as !== role.createdBy) throw new Refused('42501');
    role.password = password;
    return [];
  }

  #createTwin(as: string, login: PostgresLogin, group: string): readonly [] {
    if (as !== this.master.username) throw new Refused('42501');
    if (this.#roles.has(login.username)) throw new Refused('42710');
    if (this.#roles.get(group)?.createdBy !== as) throw new Refused(this.#roles.has(group) ? '42501' : '42704');
    this.#create(login, as);
    return [];
  }

  #create({ username, password }: PostgresLogin, createdBy: string): void {
    this.#roles.set(username, { password, createdBy, mayLogIn: true, hasConnectionsLeft: true });
  }

  #role(username: string): Role {
    const role = this.#roles.get(username);
    if (role === undefined) throw new Error('there is no such login; admit it first');
    return role;
  }

  #newPassword(): string {
    this.#made += 1;
    return `idle password ${this.#made}`;
  }
}

/** The server says no. The message is the SQLSTATE. */
class Refused extends Error {}

const name = '"(?<username>(?:[^"]|"")+)"';
const secret = "(?<escaped>E?)'(?<password>(?:[^']|'')*)'";
const alterRole = new RegExp(`^ALTER ROLE ${name} PASSWORD +${secret}$`);
const createRole = new RegExp(`^CREATE ROLE ${name} LOGIN PASSWORD +${secret} IN ROLE "(?<group>(?:[^"]|"")+)"$`);

type Groups = Readonly<Record<string, string>>;

const identifierFrom = (quoted = ''): string => quoted.replaceAll('""', '"');

function loginFrom({ username, password = '', escaped }: Groups): PostgresLogin {
  const text = password.replaceAll("''", "'");
  return { username: identifierFrom(username), password: escaped === '' ? text : text.replaceAll('\\\\', '\\') };
}
