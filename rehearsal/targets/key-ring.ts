import { type Instant, instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import type { HttpRequest, HttpResponse } from './http-target.ts';

export interface HeldKey {
  readonly client: string;
  readonly keyId: string;
  readonly label: string;
  readonly createdAt: Instant;
  /** From when on it is let in: a host of many machines learns of a new key by and by. */
  readonly countsFrom: Instant;
  /** Whether it is turned away when it is used, although it looks like any other. */
  readonly isRefused: boolean;
  status: 'active' | 'inactive' | 'removed';
  lastUsedAt: Instant | undefined;
}

/** What a request did to a key, and how the key stood before. */
export interface Managed {
  readonly did: 'deactivated' | 'reactivated' | 'removed';
  readonly key: Readonly<HeldKey>;
}

export interface KeyProtocol {
  /** The key that a request proves to come from. */
  authenticate(request: HttpRequest): HeldKey | undefined;
  /** Whatever only this protocol has: how a client comes by a key. */
  answer(caller: HeldKey, request: HttpRequest): HttpResponse | undefined;
}

/** The keys of all clients of one host, any number per client valid at once, and what can be asked about them. */
export class KeyRing {
  readonly #clock: Clock;
  readonly #keys = new Map<string, Map<string, HeldKey>>();
  readonly #refused = new Set<string>();
  readonly #listeners: ((managed: Managed) => void)[] = [];
  #delay = 0;
  #hidesUse = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(client: string, keyId: string, label: string): HeldKey {
    const key: HeldKey = {
      client,
      keyId,
      label,
      createdAt: this.#clock.now(),
      countsFrom: instant(this.#clock.now() + this.#delay),
      isRefused: this.#refused.has(client),
      status: 'active',
      lastUsedAt: undefined,
    };
    const keys = this.#keys.get(client) ?? new Map();
    this.#keys.set(client, keys.set(keyId, key));
    return key;
  }

  find(client: string, keyId: string): HeldKey | undefined {
    return this.#keys.get(client)?.get(keyId);
  }

  /** Oldest first. */
  keysOf(client: string): readonly Readonly<HeldKey>[] {
    return [...(this.#keys.get(client)?.values() ?? [])];
  }

  /** From now on, keys that are made for the client look well and are turned away when used. */
  refuse(client: string): void {
    this.#refused.add(client);
  }

  /** Ends {@link refuse}, for keys that are made from now on. */
  trust(client: string): void {
    this.#refused.delete(client);
  }

  /** From now on, keys that are made are turned away for so many milliseconds at first. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Takes a key away, as its owner does at the host's own console. Whether there was one. */
  remove(client: string, keyId: string): boolean {
    const key = this.find(client, keyId);
    if (key !== undefined) this.#remove(key);
    return key !== undefined;
  }

  /** Lets a key in again, as its owner does at the host's own console. Whether it was turned away. */
  reactivate(client: string, keyId: string): boolean {
    const key = this.find(client, keyId);
    if (key?.status !== 'inactive') return false;
    key.status = 'active';
    return true;
  }

  /** Tells of every request that takes a key away, out of use or into use again. What happens at the console is not told. */
  onManaged(listener: (managed: Managed) => void): void {
    this.#listeners.push(listener);
  }

  /** From now on it says of no key when it was used, as many services do. */
  hideUse(): void {
    this.#hidesUse = true;
  }

  answer(request: HttpRequest, protocol: KeyProtocol): HttpResponse {
    const caller = protocol.authenticate(request);
    if (caller === undefined || !opens(caller) || caller.countsFrom > this.#clock.now()) return { status: 401 };
    caller.lastUsedAt = this.#clock.now();

    if (request.method === 'GET' && request.path === '/v1/whoami') return { status: 200, content: whois(caller) };
    return protocol.answer(caller, request) ?? this.#manage(caller.client, request);
  }

  #manage(client: string, { method, path }: HttpRequest): HttpResponse {
    const { pathname, searchParams } = new URL(path, 'http://host');
    if (method === 'GET' && pathname === '/v1/keys') return { status: 200, content: this.#list(client, searchParams) };

    const [, id, verb] = /^\/v1\/keys\/([^/]+)(?:\/(deactivate|reactivate))?$/.exec(pathname) ?? [];
    const key = id === undefined ? undefined : this.find(client, decodeURIComponent(id));
    if (key === undefined) return { status: 404 };

    if (method === 'DELETE' && verb === undefined) {
      this.#tell('removed', key);
      return this.#remove(key);
    }
    if (method !== 'POST' || verb === undefined) return { status: 405 };
    this.#tell(verb === 'deactivate' ? 'deactivated' : 'reactivated', key);
    key.status = verb === 'deactivate' ? 'inactive' : 'active';
    return { status: 204 };
  }

  #tell(did: Managed['did'], key: HeldKey): void {
    for (const listener of this.#listeners) listener({ did, key: { ...key } });
  }

  #list(client: string, query: URLSearchParams) {
    const label = query.get('label');
    const keys = this.keysOf(client).filter((key) => label === null || key.label === label);
    return { keys: keys.map((key) => ({ ...describe(key), ...(this.#hidesUse ? { lastUsedAt: undefined } : {}) })) };
  }

  #remove(key: HeldKey): HttpResponse {
    key.status = 'removed';
    this.#keys.get(key.client)?.delete(key.keyId);
    return { status: 204 };
  }
}

/** Whether a key is let in. */
export const opens = ({ status, isRefused }: HeldKey): boolean => status === 'active' && !isRefused;

const whois = ({ client, keyId }: HeldKey) => ({ client, keyId });

const describe = ({ keyId, label, status, createdAt, lastUsedAt }: HeldKey) => ({
  keyId,
  label,
  status,
  createdAt,
  lastUsedAt: lastUsedAt ?? null,
});
