import { constants } from 'node:os';

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

const exit = (signal: NodeJS.Signals): never => process.exit(128 + constants.signals[signal]);

/**
 * Ends this process at once when a signal arrives, by its exit hooks, in which whoever holds something outside of it lets go.
 * Nothing else is run any more: a rehearsal whose database is gone would only tell of clients that fail.
 */
export function exitWhenInterrupted(): void {
  for (const signal of signals) {
    process.off(signal, exit);
    process.prependListener(signal, exit);
  }
}
