import { readFileSync } from 'node:fs';

import type { Network } from '../adapters/network.ts';
import { powertoolsLog } from '../adapters/powertools-log.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { systemRandom } from '../adapters/system-random.ts';
import type { VerifyToken } from '../adapters/token-signature.ts';
import { rotationFunctionSeconds } from '../core/deadlines.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Random } from '../core/random.ts';
import type { Settings } from '../core/settings.ts';
import type { Environment } from './environment.ts';

/**
 * The world a step is wired into: all that differs between a deployment and a rehearsal.
 *
 * A step's `wiring.ts` names the clients that it uses, as in `Runtime<{ s3: S3Client }>`, and is bundled with no other.
 */
export interface Runtime<Clients> {
  readonly clients: Clients;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

/** What a step needs besides that reaches targets or services: `Runtime<…> & Networked`. */
export interface Networked {
  readonly network: Network;
}

/** What a step needs besides that checks signatures of others. */
export interface Verifying {
  readonly verify: VerifyToken;
}

/** What Lambda says of one invocation: the part of its context that steps use. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** Where a function's layer puts the settings, which were validated at synth. */
const settingsFile = '/opt/settings.json';

/**
 * For every client of a deployment: one attempt, since `withRetries` repeats, and a limit on how long it may hang, which is
 * far below any function's timeout.
 */
export const clientDefaults = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** For the one client whose answer takes as long as somebody else's function works. */
export const patientDefaults = {
  ...clientDefaults,
  requestHandler: {
    ...clientDefaults.requestHandler,
    requestTimeout: (rotationFunctionSeconds.run + 1) * 1_000,
  },
} as const;

/** The world of a deployed function. `SETTINGS_FILE` names another file than the layer's. */
export function deployedRuntime<Clients>(clients: Clients): Runtime<Clients> {
  const environment: Environment = process.env;

  return {
    clients,
    environment,
    settings: JSON.parse(readFileSync(environment['SETTINGS_FILE'] ?? settingsFile, 'utf8')) as Settings,
    clock: systemClock,
    log: powertoolsLog(environment['AWS_LAMBDA_FUNCTION_NAME'] ?? 'keyturn'),
    random: systemRandom,
  };
}
