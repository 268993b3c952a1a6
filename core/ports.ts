import type { Instant } from './instant.ts';
import type { SecretEntry } from './inventory.ts';
import type { Run } from './plan.ts';
import type { SecretValue } from './secret-value.ts';

/** Tells the time, and waits. The core never asks the machine. */
export interface Clock {
  now(): Instant;
  sleep(milliseconds: number): Promise<void>;
}

/** Writes what happened where operators look. Fields carry names and reasons, never values or task tokens. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Hashes text with SHA-256. Shape: `sha256:` and 64 hex digits. */
export type Hash = (text: string) => string;

/** Lists secrets without reading a value. May lag what was written in the last minutes. */
export interface Inventory {
  list(): Promise<readonly SecretEntry[]>;
}

/** The version of a secret that is AWSCURRENT, or why it cannot be read. */
export type CurrentVersion =
  | { readonly kind: 'read'; readonly versionId: string; readonly createdAt: Instant; readonly value: SecretValue }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads which version of each secret is AWSCURRENT, and its value. */
export interface CurrentValues {
  /** By ARN. Every ARN asked for has an entry. */
  readCurrent(arns: readonly string[]): Promise<ReadonlyMap<string, CurrentVersion>>;
}

/** Holds the versions of secrets and moves their labels. Every call may be made again with the same effect. */
export interface Vault extends CurrentValues {
  describe(arn: string): Promise<SecretEntry>;
  /** The current value of a secret that is itself in no wave: that of a master. */
  readMaster(arn: string): Promise<SecretValue>;
  /** The value of one version, or undefined when there is no such version. */
  read(arn: string, versionId: string): Promise<SecretValue | undefined>;
  /**
   * Adds a version that is AWSPENDING.
   * @throws {VersionTakenError} when the version exists with another value. Read it back.
   */
  stage(arn: string, versionId: string, value: SecretValue): Promise<void>;
  /**
   * Moves AWSCURRENT, if it is where the caller believes it to be.
   * @throws {LabelMovedError} when it is not.
   */
  moveCurrent(arn: string, move: { readonly from: string; readonly to: string }): Promise<void>;
  /**
   * Takes AWSPENDING off a version.
   * @throws {LabelMovedError} when the version does not carry it.
   */
  dropPending(arn: string, versionId: string): Promise<void>;
}

/** What a target says of a credential. Unknown is not rejected: the target could not be asked, or made no sense. */
export type Answer = 'accepted' | 'rejected' | 'unknown';

/** Tries credentials at a target, as a client of it would. */
export interface Prober {
  /** Never throws: whatever keeps the target from answering makes the answer `unknown`. */
  ask(credential: SecretValue): Promise<Answer>;
}

/** What a rotator works with. Values stay in the process. */
export interface Material {
  /** The planned version id: the client token of everything that is made for it. */
  readonly token: string;
  readonly old: SecretValue;
  /** The credential that may change others at the target, where the strategy needs one. */
  readonly master: SecretValue | undefined;
}

/** Knows how one kind of target changes a credential. Every call may be made again with the same effect. */
export interface Rotator {
  /**
   * Makes the new value. Where the target issues credentials it is asked for one, labelled with the token.
   */
  create(material: Material): Promise<SecretValue>;
  /**
   * Makes the target accept the new value. Where the target issued it, whatever an interrupted attempt left behind under
   * the token's label, whose value nobody holds, is removed.
   */
  set(material: Material & { readonly fresh: SecretValue }): Promise<void>;
  /**
   * Says whether the new value works, beside our own probe, where somebody else has made it work. Changes nothing.
   *
   * @throws when they do not say that it does.
   */
  test?(token: string): Promise<void>;
  /** Makes the target accept the old value again, for a strategy whose `set` took it away. */
  revert(material: Material & { readonly fresh: SecretValue }): Promise<void>;
}

/** How a target says that a credential stands. */
export interface Standing {
  readonly state: 'active' | 'inactive' | 'gone' | 'unknown';
  /** When it last let somebody in with it. Unknown where the target does not say. */
  readonly lastUsed: Instant | 'never' | 'unknown';
}

/** Two credentials of one client: the old one is spoken of, and the other proves who speaks. */
export interface Pair {
  readonly old: SecretValue;
  readonly current: SecretValue;
}

/** Asks a target how an old credential stands, without using it. */
export interface Standings {
  /** Whether the target knows the two as one credential; unreadable, when one of them is not what the target expects. */
  compare(pair: Pair): 'apart' | 'same' | 'unreadable';
  /** Never throws: whatever cannot be told is unknown. */
  ask(pair: Pair): Promise<Standing>;
}

/** Takes an old credential out of use at a target that holds several. Every call may be made again with the same effect. */
export interface Retirer extends Standings {
  deactivate(pair: Pair): Promise<void>;
  reactivate(pair: Pair): Promise<void>;
  /** Takes it away for good. */
  remove(pair: Pair): Promise<void>;
}

/** Keeps what must never change: plans, decisions, evidence. A key is written once. */
export interface Archive {
  /** Whether this call wrote it. When not, the key holds what an earlier one wrote. */
  deposit(key: string, text: string): Promise<'deposited' | 'alreadyThere'>;
  /** @throws {NotInArchiveError} when nothing was deposited under the key, or the caller may not know. */
  fetch(key: string): Promise<string>;
}

/** The standing permission of one run to start batches. Absent or unreadable means: start none. */
export interface GoAhead {
  give(run: Run): Promise<void>;
  isGiven(run: Run): Promise<boolean>;
  /** Withdrawing twice is the same as withdrawing once. */
  withdraw(run: Run): Promise<void>;
}

/** Reads the kill switch. */
export interface Switch {
  /** Its text, or undefined when it is absent or cannot be read. */
  read(): Promise<string | undefined>;
}

/** Authenticates messages with a key that never leaves KMS. */
export interface Sealer {
  seal(message: string): Promise<string>;
}

export interface SealChecker {
  isGenuine(message: string, seal: string): Promise<boolean>;
}

/** Asks a service how it is. */
export interface HealthDesk {
  /** Never throws: a service that cannot be asked is `unknown`. */
  ask(service: string): Promise<'healthy' | 'unhealthy' | 'unknown'>;
}

/** Tells which of the named alarms are in alarm. */
export interface AlarmBoard {
  /** @throws when the alarms cannot be read. */
  ringing(names: readonly string[]): Promise<readonly string[]>;
}

/** Moves the tag that says until when a credential counts as fresh. */
export interface ExpiryTags {
  renew(arn: string, expirationDate: string): Promise<void>;
}

/** Tells other systems what happened. */
export interface Herald {
  tell(what: string, detail: Readonly<Record<string, unknown>>): Promise<void>;
}
