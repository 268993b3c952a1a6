import * as z from 'zod';

import { run } from '../shapes.ts';

/** What EventBridge says of an execution that ended, or nothing: then it is the sweep that asks. */
const event = z.union([
  z.object({ detail: z.object({ name: run }) }).transform(({ detail }) => ({ run: detail.name })),
  z.object({ sweep: z.literal(true) }).transform(() => ({ run: undefined })),
]);

export type WatchRunsEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): WatchRunsEvent => event.parse(given);
