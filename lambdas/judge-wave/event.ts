import * as z from 'zod';

import { run, wave } from '../shapes.ts';

const event = z.object({ run, wave, phase: z.enum(['baked', 'rolledBack', 'recovered', 'verified']) });

export type JudgeWaveEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): JudgeWaveEvent => event.parse(given);
