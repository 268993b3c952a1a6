import type { Settings } from '../settings.ts';

/** What a rotation writes of one secret in Secrets Manager: a version, and both labels. */
const writesPerSecret = 3;

/** Milliseconds between two writes of one function, when as many as the settings allow are at work at the same time. */
export const millisecondsPerWrite = ({
  concurrency,
  writesPerSecond,
}: Pick<Settings, 'concurrency' | 'writesPerSecond'>): number => Math.ceil((1_000 * concurrency) / writesPerSecond);

/** How long all writes of the largest batch take at that pace, in seconds. */
export const secondsPerBatch = (settings: Pick<Settings, 'batchSize' | 'concurrency' | 'writesPerSecond'>): number =>
  (settings.batchSize * writesPerSecret * millisecondsPerWrite(settings)) / 1_000;
