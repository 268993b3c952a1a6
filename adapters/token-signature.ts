import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** What a provider publishes for others to check its signatures with. */
export type PublishedKeys = JSONWebKeySet;

/** The bytes that one of these keys signed. Undefined: whatever is wrong with the token or a key, it proves nothing. */
export type VerifyToken = (token: string, keys: PublishedKeys) => Promise<Uint8Array | undefined>;

/** Signatures of the provider's alone: with `none` and with HMAC, anybody who knows its public key could make one. */
const algorithms = ['RS256', 'ES256'];

export const verifyToken: VerifyToken = async (token, keys) => {
  try {
    return (await compactVerify(token, createLocalJWKSet(keys), { algorithms })).payload;
  } catch {
    return undefined;
  }
};
