import * as z from 'zod';

import { moment } from '../shapes.ts';

/** When the look was due: it names the look's report, however often it is delivered. */
const event = z.object({ at: moment });

export type WatchDriftEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): WatchDriftEvent => event.parse(given);
