import { timingSafeEqual } from 'node:crypto';

import { signatureOf } from '../../adapters/http-request.ts';
import type { Clock } from '../../core/ports.ts';
import { recordFrom } from '../../core/selection/credential.ts';
import type { HttpRequest, HttpResponse, HttpTarget } from './http-target.ts';
import { type HeldKey, KeyRing, type Managed, opens } from './key-ring.ts';

/** How far a request's timestamp may be from now, in seconds. */
const toleranceSeconds = 300;

/** A host at which clients register the keys that they sign with. Its protocol is in `rehearsal/targets/targets.md`. */
export class SignatureService {
  readonly #clock: Clock;
  readonly #ring: KeyRing;
  readonly #signingKeys = new WeakMap<HeldKey, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ring = new KeyRing(clock);
  }

  readonly target: HttpTarget = (request) =>
    this.#ring.answer(request, {
      authenticate: (asked) => this.#signerOf(asked),
      answer: (caller, asked) => this.#answer(caller, asked),
    });

  register(client: string, keyId: string, signingKey: string): 'new' | 'same' | 'taken' {
    const held = this.#ring.find(client, keyId);
    if (held !== undefined) return this.#signingKeys.get(held) === signingKey ? 'same' : 'taken';

    this.#signingKeys.set(this.#ring.add(client, keyId, keyId), signingKey);
    return 'new';
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

  /** Whether a signature with this key would be let in, without using it. */
  accepts(client: string, keyId: string, signingKey: string): boolean {
    const key = this.#ring.find(client, keyId);
    return key !== undefined && opens(key) && this.#signingKeys.get(key) === signingKey;
  }

  keysOf(client: string): readonly Readonly<HeldKey>[] {
    return this.#ring.keysOf(client);
  }

  #signerOf({ headers, ...signed }: HttpRequest): HeldKey | undefined {
    const timestamp = headers['x-timestamp'] ?? '';
    const age = Math.abs(this.#clock.now() / 1_000 - Number(timestamp));
    if (!/^\d+$/.test(timestamp) || age > toleranceSeconds) return undefined;

    const key = this.#ring.find(headers['x-client'] ?? '', headers['x-key-id'] ?? '');
    const signingKey = key && this.#signingKeys.get(key);
    if (signingKey === undefined) return undefined;
    return isEqual(signatureOf(signingKey, timestamp, signed), headers['x-signature'] ?? '') ? key : undefined;
  }

  #answer({ client }: HeldKey, { method, path, body }: HttpRequest): HttpResponse | undefined {
    const [, id] = /^\/v1\/keys\/([^/?]+)$/.exec(path) ?? [];
    if (method !== 'PUT' || id === undefined) return undefined;

    const signingKey = recordFrom(body)?.['signingKey'];
    if (typeof signingKey !== 'string' || Buffer.from(signingKey, 'base64url').length !== 32) return { status: 400 };
    return { status: registered[this.register(client, decodeURIComponent(id), signingKey)] };
  }
}

const registered = { new: 201, same: 200, taken: 409 } as const;

const isEqual = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
