import * as z from 'zod';

import { run } from '../shapes.ts';

const event = z.discriminatedUnion('goal', [
  z.object({ goal: z.literal('settle'), run }),
  z.object({ goal: z.literal('close'), run, troubles: z.array(z.string()) }),
]);

export type RecoverRunEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): RecoverRunEvent => event.parse(given);
