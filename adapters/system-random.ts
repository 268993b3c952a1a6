import { randomBytes, randomUUID } from 'node:crypto';

import type { Random } from '../core/random.ts';

/** The machine's generator, fit for keys. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length), uuid: () => randomUUID() };
