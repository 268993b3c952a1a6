import type { Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import { readSigningKey, renew } from '../../core/selection/credential.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import { type HttpTools, request } from '../http-request.ts';
import { newSigningKey } from './fresh.ts';
import { insist } from './insist.ts';

/**
 * Rotates signing keys that the client chooses, several of which are valid at once.
 *
 * The new key is registered under the token, by a request that the old one signs: doing it twice is doing it once.
 */
export const hmacKey = (
  settings: Pick<RotatorSettings, 'allowedHosts'>,
  tools: HttpTools & { readonly random: Random },
): Rotator => ({
  async create({ token, old }) {
    insist(readSigningKey(settings, old), 'old');
    return renew(old, { keyId: token, signingKey: newSigningKey(tools.random) });
  },

  async set({ old, fresh }) {
    const signer = insist(readSigningKey(settings, old), 'old');
    const { host, client, keyId, signingKey } = insist(readSigningKey(settings, fresh), 'new');
    if (host !== signer.host || client !== signer.client) {
      throw new Error('the new signing key is for another client than the old one; leave both alone');
    }

    const path = `/v1/keys/${encodeURIComponent(keyId)}`;
    const { status } = await request(tools, signer, 'PUT', path, { signingKey: signingKey.reveal() });
    if (status !== 200 && status !== 201) {
      throw new Error(`${host} answered the registration of a signing key with status ${status}`);
    }
  },

  async revert() {},
});
