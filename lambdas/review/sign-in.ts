import { isSameText } from '../../core/approval/approval-desk.ts';
import { type Identity, judgeSignIn, type SignInRefusal, type SignInUnderWay } from '../../core/approval/sign-in.ts';
import type { IdentityProvider } from '../../core/approval/sign-in-ports.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import type { Clock, Hash, Log, SealChecker, Sealer } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import type { Settings, SignInSettings } from '../../core/settings.ts';
import { contentOf, makeRoom, noCookie, sealedCookie } from './cookies.ts';
import type { LinkRequest, Return } from './event.ts';
import { guestAt, type VisitPorts } from './visit.ts';

export interface SignInPorts extends Pick<VisitPorts, 'desk'> {
  readonly settings: Pick<Settings, 'approvers' | 'signIn'>;
  /** Absent where the settings ask nobody to sign in. */
  readonly identityProvider: IdentityProvider | undefined;
  /** Of a key that seals nothing but cookies. */
  readonly cookieSeal: Sealer & SealChecker;
  readonly random: Pick<Random, 'bytes'>;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a person may take at the provider, and how long a session lasts. */
const signInSeconds = 600;
const sessionSeconds = 3_600;

/** What a browser is told: to go somewhere, that a sign-in does not count, or that its link is nobody's. */
export type SignInAnswer =
  | { readonly kind: 'goTo'; readonly address: string; readonly cookies: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly reasons: readonly SignInRefusal[];
      readonly cookies: readonly string[];
      /** Where to sign in again, when it is known for which link. */
      readonly retry: string | undefined;
    }
  | { readonly kind: 'nothing' };

/** A sign-in that the settings ask for, and the provider it is at. */
interface Configured {
  readonly settings: SignInSettings;
  readonly provider: IdentityProvider;
}

/** Undefined: a link is enough. A deployment that asks for a sign-in and has no provider lets nobody in. */
function configured({ settings: { signIn }, identityProvider }: SignInPorts): Configured | undefined {
  if (signIn === undefined) return undefined;
  if (identityProvider === undefined) throw new Error('a sign-in is asked for, and there is no provider: wire one');
  return { settings: signIn, provider: identityProvider };
}

/**
 * How whoever is at a link is known: by the link alone where that is enough, else as who is signed in. Undefined: they
 * must sign in first.
 */
export async function proofOf(
  ports: SignInPorts,
  { cookies, link }: LinkRequest,
): Promise<{ readonly kind: 'link' } | ({ readonly kind: 'signIn' } & Identity) | undefined> {
  const signIn = configured(ports);
  if (signIn === undefined) return { kind: 'link' };

  const linkHash = ports.hash(link);
  const session = await contentOf(ports.cookieSeal, 'session', linkHash, cookies);
  const counts =
    session !== undefined &&
    session.linkHash === linkHash &&
    session.issuer === signIn.settings.issuer &&
    ports.clock.now() < session.expiresAt;
  return counts ? { kind: 'signIn', issuer: session.issuer, subject: session.subject } : undefined;
}

/** Sends the owner of a link to the provider. What its end is recognised by stays in this very browser. */
export async function startSignIn(
  ports: SignInPorts,
  { run, link, again, cookies }: LinkRequest,
): Promise<SignInAnswer> {
  const signIn = configured(ports);
  const guest = await guestAt(ports, { run, link });
  if (guest === undefined) return nobodys(ports, run);
  if (signIn === undefined) return { kind: 'goTo', address: pageOf({ run, link }), cookies: [] };

  const { random, clock, cookieSeal, log } = ports;
  const secret = () => Buffer.from(random.bytes(32)).toString('base64url');
  const underWay: SignInUnderWay = {
    run,
    link,
    state: secret(),
    nonce: secret(),
    verifier: secret(),
    expiresAt: after(clock.now(), signInSeconds),
  };
  const address = await signIn.provider.addressFor(underWay, { again });
  log.info('sign-in begun', { run, approver: guest.invitation.approver });
  const hash = ports.hash(underWay.state);
  const cookie = await sealedCookie(cookieSeal, 'sign-in', hash, underWay, signInSeconds);
  return { kind: 'goTo', address, cookies: [cookie, ...makeRoom('sign-in', hash, cookies)] };
}

/**
 * Lets in whoever comes back from the provider, if that is the approver whose link this browser began with.
 *
 * Where they go then is what the desk sealed at the beginning. A code without the browser that asked for it is worth
 * nothing, so nobody can be signed in as somebody else.
 */
export async function finishSignIn(ports: SignInPorts, returned: Return): Promise<SignInAnswer> {
  const { clock, cookieSeal, log, hash } = ports;
  const signIn = configured(ports);
  const ofState = hash(returned.state);
  const underWay = await contentOf(cookieSeal, 'sign-in', ofState, returned.cookies);
  if (
    signIn === undefined ||
    underWay === undefined ||
    clock.now() >= underWay.expiresAt ||
    !isSameText(returned.state, underWay.state)
  ) {
    log.warn('sign-in refused', { reasons: ['notUnderWay'] });
    return { kind: 'refused', reasons: ['notUnderWay'], cookies: [], retry: undefined };
  }

  const { run, link } = underWay;
  const guest = await guestAt(ports, underWay);
  if (guest === undefined) return nobodys(ports, run);

  const { approver } = guest.invitation;
  const verdict = await judgeReturn(ports, signIn, { returned, underWay, approver });
  if (verdict.kind === 'refused') {
    const { reasons, subject } = verdict;
    log.warn('sign-in refused', { run, approver, reasons, subject });
    const retry = `/sign-in/${run}/${link}?again`;
    return { kind: 'refused', reasons, cookies: [noCookie('sign-in', ofState)], retry };
  }

  const linkHash = hash(link);
  const session = { linkHash, ...verdict.identity, expiresAt: after(clock.now(), sessionSeconds) };
  log.info('signed in', { run, approver, ...verdict.identity });
  return {
    kind: 'goTo',
    address: pageOf(underWay),
    cookies: [
      await sealedCookie(cookieSeal, 'session', linkHash, session, sessionSeconds),
      noCookie('sign-in', ofState),
      ...makeRoom('session', linkHash, returned.cookies),
    ],
  };
}

interface Refused {
  readonly kind: 'refused';
  readonly reasons: readonly SignInRefusal[];
  /** Who tried, as far as the provider vouches for it. */
  readonly subject?: string;
}

async function judgeReturn(
  { settings, clock }: SignInPorts,
  { settings: signIn, provider }: Configured,
  given: { readonly returned: Return; readonly underWay: SignInUnderWay; readonly approver: string },
): Promise<{ kind: 'signedIn'; identity: Identity } | Refused> {
  const { code, issuer } = given.returned;
  if (issuer !== '' && issuer !== signIn.issuer) return { kind: 'refused', reasons: ['otherIssuer'] };
  if (code === '') return { kind: 'refused', reasons: ['providerRefused'] };

  const approver = settings.approvers.find(({ name }) => name === given.approver);
  if (approver === undefined) return { kind: 'refused', reasons: ['otherPerson'] };

  const redeemed = await provider.redeem(code, given.underWay);
  if (redeemed.kind === 'refused') return { kind: 'refused', reasons: [redeemed.reason] };
  const { claims } = redeemed;
  const verdict = judgeSignIn(claims, { settings: signIn, nonce: given.underWay.nonce, approver }, clock.now());
  return verdict.kind === 'refused' ? { ...verdict, subject: String(claims['sub']).slice(0, 255) } : verdict;
}

function nobodys({ log }: SignInPorts, run: Run): SignInAnswer {
  log.warn('a link is nobody’s', { run });
  return { kind: 'nothing' };
}

const pageOf = ({ run, link }: Pick<SignInUnderWay, 'run' | 'link'>): string => `/review/${run}/${link}`;

const after = (now: Instant, seconds: number): Instant => instant(now + seconds * 1_000);
