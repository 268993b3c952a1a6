import type { Instant } from '../instant.ts';
import type { Run } from '../plan.ts';
import type { Approver, SignInSettings } from '../settings.ts';

/** What an ID token says, once its signature is known to be the provider's. Nothing in it has been believed yet. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who signed in, as their provider knows them: a subject is never given to somebody else. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** A sign-in that has begun in one browser, and how its end will be recognised. */
export interface SignInUnderWay {
  readonly run: Run;
  /** Whose page the browser goes back to. Nothing that comes back says where to. */
  readonly link: string;
  /** Comes back with the browser: who did not begin the sign-in does not have it. */
  readonly state: string;
  /** Comes back in the ID token: a token of another sign-in does not have it. */
  readonly nonce: string;
  /** Redeems the code: who saw the code alone does not have it. */
  readonly verifier: string;
  readonly expiresAt: Instant;
}

/** An approver who signed in, in one browser, for one link. */
export interface Session extends Identity {
  /** Of the link, which is one approver's for one run. */
  readonly linkHash: string;
  readonly expiresAt: Instant;
}

/** What the ID token must be about. None of it comes from the provider. */
export interface ExpectedSignIn {
  readonly settings: SignInSettings;
  readonly nonce: string;
  /** Whose link it is. */
  readonly approver: Approver;
}

/**
 * Every reason to refuse a sign-in, and the sentence that whoever tried reads.
 *
 * The keys outlive the code: logs and tests quote them.
 */
export const signInRefusals = {
  notUnderWay: 'This browser has begun no such sign-in, or too long ago.',
  notSignedIn: 'Nobody is signed in for this link in this browser.',
  providerRefused: 'The identity provider did not sign you in.',
  codeRefused: 'The identity provider did not accept the code that came back: it was used before, or is another’s.',
  tokenNotGenuine: 'The ID token is not one that the identity provider signed.',
  otherIssuer: 'The ID token is another provider’s.',
  otherAudience: 'The ID token was made for another application.',
  otherNonce: 'The ID token belongs to another sign-in.',
  tokenExpired: 'The ID token has expired.',
  tokenNotYetValid: 'The ID token is from the future.',
  signedInTooLongAgo: 'You signed in at your provider longer ago than is allowed here.',
  subjectMissing: 'The ID token does not say who signed in.',
  claimMissing: 'The ID token lacks the claim that approvers are known by.',
  emailUnverified: 'The identity provider has not verified your address.',
  otherPerson: 'You are not the approver whose link this is.',
} as const;

export type SignInRefusal = keyof typeof signInRefusals;

export type SignInVerdict =
  | { readonly kind: 'signedIn'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly reasons: readonly [SignInRefusal, ...SignInRefusal[]] };

/** How far the provider's clock may be from ours. */
const leewayMs = 60_000;

/**
 * Judges whether an ID token of the provider says that the approver whose link it is has just signed in.
 *
 * Lists every reason to refuse, not just the first. The signature is checked before: these are its claims.
 */
export function judgeSignIn(claims: Claims, expected: ExpectedSignIn, now: Instant): SignInVerdict {
  const [first, ...rest] = reasonsToRefuse(claims, expected, now);
  if (first !== undefined) return { kind: 'refused', reasons: [first, ...rest] };
  return { kind: 'signedIn', identity: { issuer: expected.settings.issuer, subject: String(claims['sub']) } };
}

function* reasonsToRefuse(
  claims: Claims,
  { settings, nonce, approver }: ExpectedSignIn,
  now: Instant,
): Generator<SignInRefusal> {
  const { issuer, clientId, claim, maxAgeSeconds } = settings;

  if (claims['iss'] !== issuer) yield 'otherIssuer';
  if (!isFor(clientId, claims)) yield 'otherAudience';
  if (claims['nonce'] !== nonce) yield 'otherNonce';

  const expires = momentOf(claims['exp']);
  const issued = momentOf(claims['iat']);
  if (expires === undefined || now >= expires + leewayMs) yield 'tokenExpired';
  if (issued === undefined || Math.max(issued, momentOf(claims['nbf']) ?? 0) > now + leewayMs) yield 'tokenNotYetValid';
  if (maxAgeSeconds !== undefined) {
    const authenticated = momentOf(claims['auth_time']);
    if (authenticated === undefined || now > authenticated + maxAgeSeconds * 1_000 + leewayMs) {
      yield 'signedInTooLongAgo';
    }
  }

  // OpenID Connect allows a subject no other characters, and no more of them.
  if (typeof claims['sub'] !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(claims['sub'])) yield 'subjectMissing';
  const name = claims[claim];
  if (!isText(name)) yield 'claimMissing';
  else if (!isNameOf(approver, claim, name)) yield 'otherPerson';
  // Anybody may write any address into a profile. Only one that the provider has verified says who somebody is.
  if (claim === 'email' && claims['email_verified'] !== true) yield 'emailUnverified';
}

/** What the claim holds when this approver signs in. */
export const nameAtProvider = ({ signIn, email }: Approver): string => signIn ?? email;

/**
 * Addresses may be written in any case, other names may not. Only plain letters are folded: some others become plain ones
 * when they are, so that a stranger's address would be taken for an approver's.
 */
const isNameOf = (approver: Approver, claim: string, name: string): boolean =>
  claim === 'email' ? folded(name) === folded(nameAtProvider(approver)) : name === nameAtProvider(approver);

const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A token may be for several; then it must say that we are the one who asked for it. */
function isFor(clientId: string, { aud, azp }: Claims): boolean {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(clientId)) return false;
  return azp === undefined ? audiences.length === 1 : azp === clientId;
}

/** Tokens count in seconds. */
const momentOf = (claim: unknown): number | undefined => (Number.isFinite(claim) ? Number(claim) * 1_000 : undefined);

const isText = (claim: unknown): claim is string => typeof claim === 'string' && claim !== '';
