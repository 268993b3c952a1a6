import * as z from 'zod';

import { batch, batchAnswer, candidateBatch, run } from '../shapes.ts';

const event = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('preflight'), run, batch: candidateBatch }),
  z.object({ phase: z.literal('rotated'), run, batch, answer: batchAnswer }),
  z.object({ phase: z.enum(['baked', 'verified']), run, batch }),
  z.object({ phase: z.literal('drift'), batch }),
  z.object({ phase: z.enum(['rolledBack', 'recovered']), run, batch, answer: batchAnswer }),
]);

export type ProbeBatchEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): ProbeBatchEvent => event.parse(given);
