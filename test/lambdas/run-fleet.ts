import { LabelMovedError, VersionTakenError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import type { SecretEntry } from '../../core/inventory.ts';
import type { Answer, CurrentVersion, Prober, Rotator, Vault } from '../../core/ports.ts';
import { SecretValue } from '../../core/secret-value.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import { arnOf, at, entryWith, tagsWith } from '../entries.ts';

/* A fleet in this process: the versions of its secrets, their tags, and the targets that their values are for. */

/** Stands in every value, fresh or old. Where it turns up, a value has got out. */
export const canary = 'CANARY';

/** What must not be called on the way to anything that touches nothing. */
const writing = /^(create|set|revert|stage|moveCurrent|dropPending|renew) /;

interface Held {
  entry: SecretEntry;
  readonly values: Map<string, { readonly text: string; readonly createdAt: Instant }>;
  readonly labels: Map<string, string>;
}

export interface Member {
  readonly name: string;
  readonly tags?: Parameters<typeof tagsWith>[0];
  readonly value?: Readonly<Record<string, unknown>> | string;
}

export const keyOf = (client: string, more: Readonly<Record<string, string>> = {}) => ({
  host: '127.0.0.1',
  client,
  keyId: `${client}-1`,
  apiKey: `${canary}-${client}`,
  ...more,
});

export class Fleet implements Vault {
  /** Every call to a port, in order, with what it was for. */
  readonly calls: string[];
  /** Names that cannot be read: each call that ends in one throws, and no value of it is returned. */
  readonly unreadable = new Set<string>();
  /** Calls that throw. */
  readonly failing = new Set<string>();
  /** What targets accept. */
  readonly accepted = new Set<string>();
  /** Names whose target refuses whatever is new to it. */
  readonly refusing = new Set<string>();
  /** Names whose target says nothing. */
  readonly silent = new Set<string>();
  readonly #held = new Map<string, Held>();
  readonly #now: () => Instant;

  constructor(members: readonly Member[], calls: string[], now: () => Instant) {
    this.calls = calls;
    this.#now = now;
    for (const member of members) this.add(member);
  }

  add({ name, tags, value = keyOf(name) }: Member): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    this.#held.set(arnOf(name), {
      entry: entryWith({ name, tags: tagsWith(tags) }),
      values: new Map([['v1', { text, createdAt: at('2026-08-20T00:00:00Z') }]]),
      labels: new Map([['AWSCURRENT', 'v1']]),
    });
    this.accepted.add(text);
  }

  get writes(): string[] {
    return this.calls.filter((call) => writing.test(call));
  }

  held(name: string): Held {
    const held = this.#held.get(arnOf(name));
    if (held === undefined) throw new Error(`no ${name}`);
    return held;
  }

  /** Somebody else changes what a secret's tags say. */
  tag(name: string, tags: Parameters<typeof tagsWith>[0]): void {
    const held = this.held(name);
    held.entry = { ...held.entry, tags: tagsWith(tags) };
  }

  /** Somebody deletes a secret for good. */
  forget(name: string): void {
    this.#held.delete(arnOf(name));
  }

  /** Moves the expiration tag alone. */
  renew(arn: string, expirationDate: string): void {
    const held = this.#at(arn);
    const tags = held.entry.tags.map(({ key, value }) => ({
      key,
      value: key === 'expiration_date' ? expirationDate : value,
    }));
    held.entry = { ...held.entry, tags };
  }

  /** Somebody else makes a version, and puts labels on it. */
  change(name: string, versionId: string, labels: readonly string[], createdAt: Instant): void {
    const held = this.held(name);
    const text = JSON.stringify(keyOf(name, { apiKey: `${canary}-${versionId}` }));
    held.values.set(versionId, { text, createdAt });
    this.accepted.add(text);
    for (const label of labels) held.labels.set(label, versionId);
  }

  labels(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.held(name).labels);
  }

  #call(verb: string, name: string, rest = ''): void {
    this.calls.push(`${verb} ${name}${rest}`);
    if (this.failing.has(`${verb} ${name}`)) throw new Error(`${verb} failed: ${canary} must not be repeated`);
  }

  #at(arn: string): Held {
    return this.#held.get(arn) ?? { entry: entryWith({ name: 'gone' }), values: new Map(), labels: new Map() };
  }

  #describe({ entry, values, labels }: Held): SecretEntry {
    const on = (id: string) => [...labels].filter(([, version]) => version === id).map(([label]) => label);
    return { ...entry, versions: Object.fromEntries([...values.keys()].map((id) => [id, on(id)])) };
  }

  async list(): Promise<SecretEntry[]> {
    this.calls.push('list');
    return [...this.#held.values()].map((held) => this.#describe(held));
  }

  async describe(arn: string): Promise<SecretEntry> {
    const held = this.#at(arn);
    this.#call('describe', held.entry.name);
    return this.#describe(held);
  }

  async readCurrent(arns: readonly string[]): Promise<ReadonlyMap<string, CurrentVersion>> {
    this.calls.push(`readCurrent ${arns.length}`);
    return new Map(arns.map((arn) => [arn, this.#current(arn)]));
  }

  #current(arn: string): CurrentVersion {
    const { entry, values, labels } = this.#at(arn);
    const versionId = labels.get('AWSCURRENT') ?? '';
    const version = values.get(versionId);
    if (version === undefined || this.unreadable.has(entry.name))
      return { kind: 'unreadable', why: 'AccessDeniedException' };
    return { kind: 'read', versionId, createdAt: version.createdAt, value: new SecretValue(version.text) };
  }

  async readMaster(arn: string): Promise<SecretValue> {
    this.#call('readMaster', arn);
    return new SecretValue(`{"username":"master","password":"${canary}-master"}`);
  }

  async read(arn: string, versionId: string): Promise<SecretValue | undefined> {
    const { entry, values } = this.#at(arn);
    this.#call('read', entry.name, ` ${versionId}`);
    const version = values.get(versionId);
    return version && new SecretValue(version.text);
  }

  async stage(arn: string, versionId: string, value: SecretValue): Promise<void> {
    const { entry, values, labels } = this.#at(arn);
    this.#call('stage', entry.name);
    const known = values.get(versionId);
    if (known !== undefined && known.text !== value.reveal()) throw new VersionTakenError(arn, versionId);
    values.set(versionId, { text: value.reveal(), createdAt: this.#now() });
    labels.set('AWSPENDING', versionId);
  }

  async moveCurrent(arn: string, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    const { entry, labels } = this.#at(arn);
    this.#call('moveCurrent', entry.name);
    if (labels.get('AWSCURRENT') !== from) throw new LabelMovedError('AWSCURRENT', arn, from);
    labels.set('AWSPREVIOUS', from).set('AWSCURRENT', to);
  }

  async dropPending(arn: string, versionId: string): Promise<void> {
    const { entry, labels } = this.#at(arn);
    this.#call('dropPending', entry.name);
    if (labels.get('AWSPENDING') !== versionId) throw new LabelMovedError('AWSPENDING', arn, versionId);
    labels.delete('AWSPENDING');
  }

  readonly rotatorFor = ({ strategy }: RotatorSettings): Rotator => ({
    create: async ({ token, old, master }) => {
      if ((strategy === 'alternate') !== (master !== undefined)) throw new Error('a master where none is due, or none');
      this.#call('create', ownerOf(old));
      return new SecretValue(JSON.stringify({ ...JSON.parse(old.reveal()), apiKey: `${canary}-${token}` }));
    },
    set: async ({ old, fresh }) => {
      this.#call('set', ownerOf(old));
      if (strategy === 'replace') this.accepted.delete(old.reveal());
      this.accepted.add(fresh.reveal());
    },
    revert: async ({ old, fresh }) => {
      this.#call('revert', ownerOf(old));
      this.accepted.delete(fresh.reveal());
      this.accepted.add(old.reveal());
    },
  });

  readonly proberFor = (): Prober => ({
    ask: async (value): Promise<Answer> => {
      const owner = ownerOf(value);
      this.calls.push(`ask ${owner}`);
      if (this.silent.has(owner)) return 'unknown';
      const isNew = value.reveal() !== this.held(owner).values.get('v1')?.text;
      if (isNew && this.refusing.has(owner)) return 'rejected';
      return this.accepted.has(value.reveal()) ? 'accepted' : 'rejected';
    },
  });
}

const ownerOf = (value: SecretValue): string => JSON.parse(value.reveal()).client;
