import * as z from 'zod';

import { run, wave } from '../shapes.ts';

const event = z.object({ goal: z.enum(['renew', 'put back']).default('renew'), run, wave });

export type RenewExpiryEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): RenewExpiryEvent => event.parse(given);
