import { type ApiKey, readApiKey, recordFrom, renew } from '../../core/credential.ts';
import type { Rotator } from '../../core/ports.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import { type HttpTools, request } from '../http-request.ts';
import type { HttpAnswer, HttpInit } from '../network.ts';
import { insist } from './insist.ts';

/**
 * Rotates API keys that the target issues, several of which are valid at once.
 *
 * The new key is asked for with the old one, under the token as its label, and the target accepts it from then on. An
 * attempt that was interrupted may have left another one under that label, whose value nobody kept. It is removed only
 * once it is certain which one was kept: before that, it could be the one that a second delivery is about to promote.
 */
export const httpApiKey = (settings: Pick<RotatorSettings, 'allowedHosts'>, tools: HttpTools): Rotator => ({
  async create({ token, old }) {
    const target = new KeyTarget(tools, insist(readApiKey(settings, old), 'old'));
    return renew(old, await target.issue(token));
  },

  async set({ token, old, fresh }) {
    const current = insist(readApiKey(settings, old), 'old');
    const kept = insist(readApiKey(settings, fresh), 'new');
    const target = new KeyTarget(tools, current);

    for (const { keyId, wasUsed } of await target.labelled(token)) {
      // A key whose value nobody holds was never used. Removing one that somebody holds would be an outage.
      if (!wasUsed && keyId !== kept.keyId && keyId !== current.keyId) await target.remove(keyId);
    }
  },

  async revert() {},
});

/** The key service, as the holder of one of its keys sees it. */
class KeyTarget {
  readonly #tools: HttpTools;
  readonly #credential: ApiKey;

  constructor(tools: HttpTools, credential: ApiKey) {
    this.#tools = tools;
    this.#credential = credential;
  }

  async labelled(label: string): Promise<readonly { readonly keyId: string; readonly wasUsed: boolean }[]> {
    const answer = await this.#ask('GET', `/v1/keys?label=${encodeURIComponent(label)}`, [200]);
    const keys = recordFrom(await answer.text())?.['keys'];
    if (!Array.isArray(keys)) throw this.#senseless('its list of keys');
    return keys.map((key) => {
      const { keyId, label: found, lastUsedAt } = Object(key);
      if (typeof keyId !== 'string' || found !== label) throw this.#senseless('its list of keys');
      return { keyId, wasUsed: lastUsedAt !== null };
    });
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
