export interface PostgresLogin {
  readonly username: string;
  readonly password: string;
}

/** A PostgreSQL server, real or simulated, as whoever sets the scene sees it. */
export interface PostgresTarget {
  /** May create logins and change those it created, and is no superuser. */
  readonly master: PostgresLogin;
  /** Creates logins, in the master's name. */
  admit(logins: readonly PostgresLogin[]): Promise<void>;
  /** Creates logins with the idle half of each, which nobody knows the password of. */
  admitPairs(logins: readonly PostgresLogin[]): Promise<void>;
  /** Takes any password for this login and turns it away all the same. */
  refuse(username: string): Promise<void>;
  /** Ends {@link refuse}. */
  trust(username: string): Promise<void>;
  /** Has no connection left for this login. */
  exhaust(username: string): Promise<void>;
  /** Whether a login works, asked directly. */
  accepts(login: PostgresLogin): boolean | Promise<boolean>;
}
