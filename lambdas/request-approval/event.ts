import * as z from 'zod';

import { SecretValue } from '../../core/secret-value.ts';
import { digest, run, scope } from '../shapes.ts';

const event = z.object({
  /** Whether people are asked for the first time, or reminded that they were. */
  goal: z.enum(['ask', 'remind']).default('ask'),
  run,
  digest,
  /** The whole plan, or the wave that waits for an approval of its own. */
  scope: scope.default('plan'),
  requestedBy: z.string().min(1),
  taskToken: z
    .string()
    .min(1)
    .transform((token) => new SecretValue(token)),
});

export type RequestApprovalEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): RequestApprovalEvent => event.parse(given);
