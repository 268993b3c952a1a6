import type { Random } from '../../core/random.ts';

/** 192 bits as 32 letters, digits, hyphens and underscores: nothing that a URL or SQL would read as anything else. */
export const newPassword = (random: Random): string => base64url(random.bytes(24));

/** 32 bytes, as base64url. */
export const newSigningKey = (random: Random): string => base64url(random.bytes(32));

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
