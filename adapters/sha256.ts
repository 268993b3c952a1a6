import { createHash } from 'node:crypto';

import type { Hash } from '../core/ports.ts';

/** SHA-256 of the text's UTF-8 bytes. */
export const sha256: Hash = (text) => `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
