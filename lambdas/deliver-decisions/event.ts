import * as z from 'zod';

import { run, scope } from '../shapes.ts';

/** On a schedule it looks at all that waits, and nobody tells it at what; a run that stops waiting asks about itself. */
const event = z.union([
  z.object({ sweep: z.literal(true) }).transform(() => ({ kind: 'sweep' as const })),
  z.object({ run, scope }).transform((asked) => ({ kind: 'count' as const, ...asked })),
]);

export const parseEvent = (given: unknown): z.infer<typeof event> => event.parse(given);
