import { Logger } from '@aws-lambda-powertools/logger';

import type { Log } from '../core/ports.ts';

/**
 * Writes JSON lines with Powertools.
 *
 * Without its decorator and middleware, it never sees an event: a line holds the message and the fields it was given.
 */
export function powertoolsLog(serviceName: string): Log {
  const logger = new Logger({ serviceName, logLevel: 'INFO' });
  return {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
