import * as z from 'zod';

/** It is asked on a schedule alone: nobody tells it which run to look at. */
const event = z.object({ sweep: z.literal(true) });

export const parseEvent = (given: unknown): z.infer<typeof event> => event.parse(given);
