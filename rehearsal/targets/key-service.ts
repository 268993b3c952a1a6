import { hash } from 'node:crypto';
import type { Clock } from '../../core/ports.ts';
import { recordFrom } from '../../core/selection/credential.ts';
import type { HttpRequest, HttpResponse, HttpTarget } from './http-target.ts';
import { type HeldKey, KeyRing, type Managed, opens } from './key-ring.ts';

export interface IssuedKey {
  readonly keyId: string;
  readonly apiKey: string;
}

/** A host that issues API keys and keeps only their hashes. Its protocol is in `rehearsal/targets/targets.md`. */
export class KeyService {
  readonly #ring: KeyRing;
  readonly #byHash = new Map<string, HeldKey>();
  readonly #makeKey: () => string;
  #issued = 0;

  /** Keys come from `makeKey`, and must not repeat. */
  constructor(clock: Clock, makeKey: () => string) {
    this.#ring = new KeyRing(clock);
    this.#makeKey = makeKey;
  }

  readonly target: HttpTarget = (request) =>
    this.#ring.answer(request, {
      authenticate: ({ headers }) => this.#holderOf(/^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? ''),
      answer: (caller, asked) => this.#answer(caller, asked),
    });

  issue(client: string, label: string): IssuedKey {
    this.#issued += 1;
    const keyId = `key-${this.#issued}`;
    const apiKey = this.#makeKey();
    this.#byHash.set(hashOf(apiKey), this.#ring.add(client, keyId, label));
    return { keyId, apiKey };
  }

  refuse(client: string): void {
    this.#ring.refuse(client);
  }

  delay(milliseconds: number): void {
    this.#ring.delay(milliseconds);
  }

  remove(client: string, keyId: string): boolean {
    return this.#ring.remove(client, keyId);
  }

  reactivate(client: string, keyId: string): boolean {
    return this.#ring.reactivate(client, keyId);
  }

  onManaged(listener: (managed: Managed) => void): void {
    this.#ring.onManaged(listener);
  }

  trust(client: string): void {
    this.#ring.trust(client);
  }

  hideUse(): void {
    this.#ring.hideUse();
  }

  /** Whether a key would be let in, without using it. */
  accepts(apiKey: string): boolean {
    const key = this.#holderOf(apiKey);
    return key !== undefined && opens(key);
  }

  keysOf(client: string): readonly Readonly<HeldKey>[] {
    return this.#ring.keysOf(client);
  }

  #holderOf(apiKey: string): HeldKey | undefined {
    return this.#byHash.get(hashOf(apiKey));
  }

  #answer({ client }: HeldKey, { method, path, body }: HttpRequest): HttpResponse | undefined {
    if (method !== 'POST' || path !== '/v1/keys') return undefined;
    const label = recordFrom(body)?.['label'];
    return typeof label === 'string' ? { status: 201, content: this.issue(client, label) } : { status: 400 };
  }
}

const hashOf = (apiKey: string): string => hash('sha256', apiKey, 'hex');
