import * as z from 'zod';

import { digest, moment, rotationMode, run } from '../shapes.ts';

const event = z.discriminatedUnion('goal', [
  z.object({
    goal: z.literal('draft'),
    run,
    startedAt: moment,
    mode: rotationMode,
    requestedBy: z.string().min(1),
    why: z.string(),
  }),
  z.object({ goal: z.literal('approval'), run, digest }),
]);

export type ConfirmPlanEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): ConfirmPlanEvent => event.parse(given);
