import * as z from 'zod';

import { outcomes } from '../../core/outcome.ts';
import { mode, moment, run } from '../shapes.ts';

const event = z.object({
  run,
  startedAt: moment,
  mode,
  requestedBy: z.string().min(1),
  outcome: z.enum(outcomes),
  reasons: z.array(z.string()),
});

export type CloseRunEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): CloseRunEvent => event.parse(given);
