import { instant } from '../../core/instant.ts';
import type { Standing } from '../../core/ports.ts';
import { type ApiKey, recordFrom, type SigningKey } from '../../core/selection/credential.ts';
import { type HttpTools, request } from '../http-request.ts';
import type { HttpAnswer, HttpInit } from '../network.ts';

/** A service that manages keys, as the holder of one of them sees it: `rehearsal/targets/targets.md` describes what it is asked. */
export class KeyTarget {
  readonly #tools: HttpTools;
  readonly #credential: ApiKey | SigningKey;

  constructor(tools: HttpTools, credential: ApiKey | SigningKey) {
    this.#tools = tools;
    this.#credential = credential;
  }

  async labelled(label: string): Promise<readonly { readonly keyId: string; readonly wasUsed: boolean }[]> {
    const keys = await this.#list(`?label=${encodeURIComponent(label)}`);
    return keys.map(({ keyId, label: found, lastUsedAt }) => {
      if (typeof keyId !== 'string' || found !== label) throw this.#senseless('its list of keys');
      return { keyId, wasUsed: lastUsedAt !== null };
    });
  }

  /** What the service says of one key. What it does not say, or says in other words, is unknown. */
  async standing(keyId: string): Promise<Standing> {
    const found = (await this.#list('')).filter((key) => key['keyId'] === keyId);
    const [key] = found;
    if (key === undefined) return { state: 'gone', lastUsed: 'unknown' };
    if (found.length > 1) throw this.#senseless('its list of keys');
    const { status, lastUsedAt } = key;
    return {
      state: status === 'active' || status === 'inactive' ? status : 'unknown',
      lastUsed:
        lastUsedAt === null ? 'never' : Number.isSafeInteger(lastUsedAt) ? instant(Number(lastUsedAt)) : 'unknown',
    };
  }

  /** A key that is gone is not active either. */
  async deactivate(keyId: string): Promise<void> {
    await this.#ask('POST', `/v1/keys/${encodeURIComponent(keyId)}/deactivate`, [204, 404]);
  }

  async reactivate(keyId: string): Promise<void> {
    await this.#ask('POST', `/v1/keys/${encodeURIComponent(keyId)}/reactivate`, [204]);
  }

  /** Removing a key that is gone is the same as removing it. */
  async remove(keyId: string): Promise<void> {
    await this.#ask('DELETE', `/v1/keys/${encodeURIComponent(keyId)}`, [204, 404]);
  }

  async issue(label: string): Promise<{ readonly keyId: string; readonly apiKey: string }> {
    const answer = await this.#ask('POST', '/v1/keys', [201], { label });
    const { keyId, apiKey } = recordFrom(await answer.text()) ?? {};
    if (typeof keyId !== 'string' || typeof apiKey !== 'string') throw this.#senseless('the key that it issued');
    return { keyId, apiKey };
  }

  async #list(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const answer = await this.#ask('GET', `/v1/keys${query}`, [200]);
    const keys = recordFrom(await answer.text())?.['keys'];
    if (!Array.isArray(keys)) throw this.#senseless('its list of keys');
    return keys.map((key) => ({ ...Object(key) }));
  }

  async #ask(
    method: HttpInit['method'],
    path: string,
    expected: readonly number[],
    content?: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer> {
    const answer = await request(this.#tools, this.#credential, method, path, content);
    if (expected.includes(answer.status)) return answer;
    throw new Error(`${this.#credential.host} answered ${method} for a key with status ${answer.status}`);
  }

  /** Says nothing of the answer itself: it may hold a key. */
  #senseless(what: string): Error {
    return new Error(`${this.#credential.host} answered something else than ${what}`);
  }
}
