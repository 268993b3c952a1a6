import { setTimeout } from 'node:timers/promises';

import { instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  sleep: (milliseconds) => setTimeout(milliseconds),
};
