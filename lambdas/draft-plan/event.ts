import * as z from 'zod';

import { moment, rotationMode, run } from '../shapes.ts';

const event = z.object({ run, startedAt: moment, mode: rotationMode, requestedBy: z.string().min(1), why: z.string() });

export type DraftPlanEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): DraftPlanEvent => event.parse(given);
