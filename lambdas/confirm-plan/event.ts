import * as z from 'zod';

import { asked, digest, run } from '../shapes.ts';

const event = z.union([
  z.object({ goal: z.literal('approval'), run, digest }),
  z.object({ goal: z.literal('draft') }).and(asked),
]);

export type ConfirmPlanEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): ConfirmPlanEvent => event.parse(given);
