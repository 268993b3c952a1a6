import type { LambdaClient } from '@aws-sdk/client-lambda';

import type { Clock, Log, Retirer, Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { RotatorSettings } from '../../core/settings.ts';
import type { Network } from '../network.ts';
import { hmacKey } from './hmac-key.ts';
import { httpApiKey } from './http-api-key.ts';
import { keyRetirer } from './key-retirer.ts';
import { postgresAlternate } from './postgres-alternate.ts';
import { postgresReplace } from './postgres-replace.ts';
import { rotationFunction } from './rotation-function.ts';

export interface RotatorTools {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits for an answer as long as a rotation function may work, and repeats nothing. */
  readonly lambda: LambdaClient;
  readonly log: Log;
}

/** The rotator that an entry of the configuration describes, for one secret of a tier. */
export function rotatorFor(settings: RotatorSettings, tier: string, arn: string, tools: RotatorTools): Rotator {
  switch (settings.kind) {
    case 'postgres':
      return settings.strategy === 'alternate'
        ? postgresAlternate(settings, tier, tools)
        : postgresReplace(settings, tier, tools);
    case 'rotation-function':
      return rotationFunction(settings, tier, arn, tools);
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
  tools: Pick<RotatorTools, 'network' | 'clock'>,
): Retirer | undefined {
  return settings.strategy === 'overlap' ? keyRetirer(settings, tier, tools) : undefined;
}
