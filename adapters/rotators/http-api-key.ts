import type { Rotator } from '../../core/ports.ts';
import { readApiKey, renew } from '../../core/selection/credential.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { HttpTools } from '../http-request.ts';
import { insist } from './insist.ts';
import { KeyTarget } from './key-target.ts';

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
