import * as z from 'zod';

import { digest, mode, moment, run } from '../shapes.ts';

const event = z.discriminatedUnion('goal', [
  z.object({ goal: z.literal('draft'), run, startedAt: moment, mode, requestedBy: z.string().min(1), why: z.string() }),
  z.object({ goal: z.literal('approval'), run, digest }),
]);

export type ConfirmPlanEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): ConfirmPlanEvent => event.parse(given);
