import type * as z from 'zod';

import { asked } from '../shapes.ts';

export type DraftPlanEvent = z.infer<typeof asked>;

export const parseEvent = (given: unknown): DraftPlanEvent => asked.parse(given);
