import { SecretValue } from '../secret-value.ts';
import type { RotatorSettings } from '../settings.ts';

/** Every reason to leave a secret's value alone, and the sentence an operator reads. None quotes the value. */
export const malformations = {
  notJson: 'the value is not a JSON object',
  missingField: 'a field that the rotator needs is missing, empty or not text',
  controlCharacter: 'a field that the rotator needs holds a control character',
  wrongEngine: 'the engine is not PostgreSQL',
  portInvalid: 'the port is not a number from 1 to 65535',
  hostNotAllowed: 'the host is not one that the configuration allows for this rotator',
  masterNotConfigured: 'the value names another master than the configuration does for its tier',
  usernameUnpaired: 'the username leaves no room for its other half, or is nothing but the ending of one',
} as const;

export type Malformation = keyof typeof malformations;

export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: Malformation;
}

interface WellFormed {
  readonly kind: 'wellFormed';
  readonly host: string;
  /** What a rotation changes at the target. Two secrets with the same account must not be turned apart. */
  readonly account: string;
}

/** A login to a database. The two of an alternating pair are one account. */
export interface Login extends WellFormed {
  readonly shape: 'login';
  readonly port: number;
  readonly username: string;
  readonly password: SecretValue;
  readonly database: string;
}

/** A key that is shown at every request. */
export interface ApiKey extends WellFormed {
  readonly shape: 'apiKey';
  readonly client: string;
  readonly keyId: string;
  readonly apiKey: SecretValue;
}

/** A key that signs every request and is never shown. */
export interface SigningKey extends WellFormed {
  readonly shape: 'signingKey';
  readonly client: string;
  readonly keyId: string;
  readonly signingKey: SecretValue;
}

export type Credential = Login | ApiKey | SigningKey;

type LoginSettings = RotatorSettings & { readonly kind: 'postgres' | 'rotation-function' };
type Hosts = Pick<RotatorSettings, 'allowedHosts'>;

/** Reads a secret's value as its rotator expects it. Whatever it names was written by somebody else: nothing is believed. */
export function readCredential(settings: RotatorSettings, tier: string, value: SecretValue): Credential | Malformed {
  switch (settings.kind) {
    case 'postgres':
    case 'rotation-function':
      return readLogin(settings, tier, value);
    case 'http-api-key':
      return readApiKey(settings, value);
    case 'hmac-key':
      return readSigningKey(settings, value);
  }
}

export function readLogin(settings: LoginSettings, tier: string, value: SecretValue): Login | Malformed {
  const login = readMaster(settings, value);
  if (login.kind === 'malformed' || settings.strategy === 'replace') return login;

  const master = recordFrom(value.reveal())?.['masterarn'];
  if (master === undefined || master !== settings.masters[tier]) return malformed('masterNotConfigured');
  return hasTwin(login.username) ? login : malformed('usernameUnpaired');
}

/** Reads the login of a master, which itself names none. */
export function readMaster(settings: Hosts, value: SecretValue): Login | Malformed {
  const fields = fieldsOf(value, settings, ['host', 'engine', 'username', 'password']);
  if (typeof fields === 'string') return malformed(fields);
  const { host, engine, username, password, record } = fields;
  if (!engines.includes(engine)) return malformed('wrongEngine');

  const port = portFrom(record['port'] ?? 5432);
  if (port === undefined) return malformed('portInvalid');
  const database = record['dbname'] ?? 'postgres';
  if (typeof database !== 'string' || database === '') return malformed('missingField');
  if (controlCharacter.test(database)) return malformed('controlCharacter');

  const account = `${host}:${port}/${baseOf(username)}`;
  return {
    kind: 'wellFormed',
    shape: 'login',
    host,
    port,
    username,
    password: new SecretValue(password),
    database,
    account,
  };
}

export function readApiKey(settings: Hosts, value: SecretValue): ApiKey | Malformed {
  const fields = fieldsOf(value, settings, ['host', 'client', 'keyId', 'apiKey']);
  if (typeof fields === 'string') return malformed(fields);
  const { host, client, keyId, apiKey } = fields;
  const account = `${host}/${client}/${keyId}`;
  return { kind: 'wellFormed', shape: 'apiKey', host, client, keyId, apiKey: new SecretValue(apiKey), account };
}

export function readSigningKey(settings: Hosts, value: SecretValue): SigningKey | Malformed {
  const fields = fieldsOf(value, settings, ['host', 'client', 'keyId', 'signingKey']);
  if (typeof fields === 'string') return malformed(fields);
  const { host, client, keyId, signingKey } = fields;
  const account = `${host}/${client}/${keyId}`;
  return {
    kind: 'wellFormed',
    shape: 'signingKey',
    host,
    client,
    keyId,
    signingKey: new SecretValue(signingKey),
    account,
  };
}

/** A value in which only these fields are different. Whatever else stood in it, known or not, still does. */
export function renew(
  value: SecretValue,
  changes: Partial<Readonly<Record<'username' | 'password' | 'keyId' | 'apiKey' | 'signingKey', string>>>,
): SecretValue {
  return new SecretValue(JSON.stringify({ ...recordFrom(value.reveal()), ...changes }));
}

/** The other login of an alternating pair, named as AWS's own rotation functions do: `app` and `app_clone`. */
export const twinOf = (username: string): string => (isClone(username) ? baseOf(username) : `${username}${ending}`);

/** Reads a JSON object. Anything else is undefined, and an error message never quotes the text. */
export function recordFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}

const malformed = (reason: Malformation): Malformed => ({ kind: 'malformed', reason });

/** The names under which AWS's templates know this engine. */
const engines: readonly string[] = ['postgres', 'aurora-postgresql'];

/** Ends a C string in PostgreSQL's protocol, a header in HTTP. */
const controlCharacter = /\p{Cc}/u;

type Fields<Name extends string> = Readonly<Record<Name, string>> & {
  readonly record: Readonly<Record<string, unknown>>;
};

function fieldsOf<Name extends string>(
  value: SecretValue,
  { allowedHosts }: Hosts,
  names: readonly ['host', ...Name[]],
): Fields<Name | 'host'> | Malformation {
  const record = recordFrom(value.reveal());
  if (record === undefined) return 'notJson';

  const texts = names.map((name) => record[name]).filter((text) => typeof text === 'string' && text !== '');
  if (texts.length < names.length) return 'missingField';
  if (texts.some((text) => controlCharacter.test(String(text)))) return 'controlCharacter';
  if (!allowedHosts.includes(String(record['host']))) return 'hostNotAllowed';
  return { ...(record as Readonly<Record<Name | 'host', string>>), record };
}

/** Some write the port as text. */
function portFrom(written: unknown): number | undefined {
  const port = typeof written === 'string' && /^\d{1,5}$/.test(written) ? Number(written) : written;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}

const ending = '_clone';
const isClone = (username: string): boolean => username.endsWith(ending);
const baseOf = (username: string): string => (isClone(username) ? username.slice(0, -ending.length) : username);

/**
 * Whether a username and its other half are two accounts. PostgreSQL cuts a name off after 63 bytes, so that the twin of
 * a long one would be the account itself; and the other half of `app_clone_clone` is that of `app` as well.
 */
function hasTwin(username: string): boolean {
  const base = baseOf(username);
  return base !== '' && !isClone(base) && new TextEncoder().encode(`${base}${ending}`).length <= 63;
}
