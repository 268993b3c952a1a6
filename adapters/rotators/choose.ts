import type { Clock, Retirer, Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { Network } from '../network.ts';
import { hmacKey } from './hmac-key.ts';
import { httpApiKey } from './http-api-key.ts';
import { keyRetirer } from './key-retirer.ts';
import { postgresAlternate } from './postgres-alternate.ts';
import { postgresReplace } from './postgres-replace.ts';

export interface RotatorTools {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
}

/** The rotator that an entry of the configuration describes, for the secrets of one tier. */
export function rotatorFor(settings: RotatorSettings, tier: string, tools: RotatorTools): Rotator {
  switch (settings.kind) {
    case 'postgres':
      return settings.strategy === 'alternate'
        ? postgresAlternate(settings, tier, tools)
        : postgresReplace(settings, tier, tools);
    case 'http-api-key':
      return httpApiKey(settings, tools);
    case 'hmac-key':
      return hmacKey(settings, tools);
  }
}

/** What takes old credentials out of use, where the target of a rotator holds several. Elsewhere there is nothing to retire. */
export function retirerFor(
  settings: RotatorSettings,
  tier: string,
  tools: Omit<RotatorTools, 'random'>,
): Retirer | undefined {
  return settings.strategy === 'overlap' ? keyRetirer(settings, tier, tools) : undefined;
}
