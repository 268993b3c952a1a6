import * as z from 'zod';

import { goals } from '../../core/rotation.ts';
import { batch } from '../shapes.ts';

const event = z.object({ goal: z.enum(goals), batch });

export type RotateBatchEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): RotateBatchEvent => event.parse(given);
