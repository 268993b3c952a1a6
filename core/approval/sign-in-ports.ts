import type { Claims, SignInUnderWay } from './sign-in.ts';

/** What became of a code: what the provider says of who signed in, or why that is nothing. */
export type Redeemed =
  | { readonly kind: 'claims'; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly reason: 'codeRefused' | 'tokenNotGenuine' };

/** Knows people, and lets them prove who they are. */
export interface IdentityProvider {
  /**
   * Where a browser goes to sign in.
   *
   * @throws {ProviderError} when the provider does not answer, or makes no sense.
   */
  addressFor(underWay: SignInUnderWay, options: { readonly again: boolean }): Promise<string>;
  /**
   * Hands in the code that the browser brought back. A code is redeemed once.
   *
   * @throws {ProviderError} when the provider does not answer, or makes no sense.
   */
  redeem(code: string, underWay: SignInUnderWay): Promise<Redeemed>;
}

/**
 * The identity provider does not answer, or makes no sense. Retryable, unless the word is one that only its
 * administrator can mend, such as `invalid_client`. Carries that word, and nothing else of what was said.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: string;

  constructor(issuer: string, code: string, options?: ErrorOptions) {
    super(`the identity provider ${issuer} is of no use: ${code}; see docs/channels/sign-in.md`, options);
    this.code = code;
  }
}
