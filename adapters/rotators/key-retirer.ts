import type { Pair, Retirer } from '../../core/ports.ts';
import { type ApiKey, readCredential, type SigningKey } from '../../core/selection/credential.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { HttpTools } from '../http-request.ts';
import { KeyTarget } from './key-target.ts';

/**
 * Retires the old one of two keys of one client, by requests that the other proves. So nothing that is asked about the old
 * key counts as a use of it.
 */
export function keyRetirer(settings: RotatorSettings, tier: string, tools: HttpTools): Retirer {
  const compare: Retirer['compare'] = (pair) => {
    const keys = readPair(settings, tier, pair);
    if (keys === undefined) return 'unreadable';
    return keys.old.keyId === keys.current.keyId ? 'same' : 'apart';
  };
  const open = (pair: Pair) => {
    const keys = readPair(settings, tier, pair);
    if (keys === undefined) throw new Error('these are not two keys of one client; leave both alone');
    return { target: new KeyTarget(tools, keys.current), keyId: keys.old.keyId };
  };
  const openApart = (pair: Pair) => {
    if (compare(pair) !== 'apart') throw new Error('both versions hold the same key, which is in use; leave it alone');
    return open(pair);
  };

  return {
    compare,

    async ask(pair) {
      try {
        const { target, keyId } = open(pair);
        return await target.standing(keyId);
      } catch {
        return { state: 'unknown', lastUsed: 'unknown' };
      }
    },

    async deactivate(pair) {
      const { target, keyId } = openApart(pair);
      await target.deactivate(keyId);
    },

    async reactivate(pair) {
      const { target, keyId } = openApart(pair);
      await target.reactivate(keyId);
    },

    async remove(pair) {
      const { target, keyId } = openApart(pair);
      await target.remove(keyId);
    },
  };
}

type Key = ApiKey | SigningKey;

/** Undefined when they are not two well-formed keys of one client at one host. */
function readPair(
  settings: RotatorSettings,
  tier: string,
  pair: Pair,
): { readonly old: Key; readonly current: Key } | undefined {
  const [old, current] = [pair.old, pair.current].map((value) => readCredential(settings, tier, value));
  if (!isKey(old) || !isKey(current)) return undefined;
  const isOneClient = old.host === current.host && old.client === current.client && old.shape === current.shape;
  return isOneClient ? { old, current } : undefined;
}

const isKey = (credential: ReturnType<typeof readCredential> | undefined): credential is Key =>
  credential?.kind === 'wellFormed' && credential.shape !== 'login';
