import type { Instant } from './instant.ts';

/** Tells the time, and waits. The core never asks the machine. */
export interface Clock {
  now(): Instant;
  sleep(milliseconds: number): Promise<void>;
}
