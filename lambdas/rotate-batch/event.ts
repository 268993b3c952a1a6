import * as z from 'zod';

import { batch } from '../shapes.ts';

/** To rotate is to go forward: what that is to the secrets of the batch, the plan says that was approved. */
const event = z.object({ goal: z.enum(['rotate', 'roll back']), batch });

export type RotateBatchEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): RotateBatchEvent => event.parse(given);
