import * as z from 'zod';

import { run, wave } from '../shapes.ts';

const event = z.object({ run, wave });

export type AdmitWaveEvent = z.infer<typeof event>;

export const parseEvent = (given: unknown): AdmitWaveEvent => event.parse(given);
