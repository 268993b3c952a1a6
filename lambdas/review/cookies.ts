import type { Session, SignInUnderWay } from '../../core/approval/sign-in.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { SealChecker, Sealer } from '../../core/ports.ts';

/** What the desk lets a browser keep, each under a seal that is for nothing else. */
interface Contents {
  readonly 'sign-in': SignInUnderWay;
  readonly session: Session;
}

type Purpose = keyof Contents;

/**
 * With this prefix a browser takes the cookie from this very host alone, over TLS, for all of it and no subdomain. A cookie
 * has a name of its own, of the hash of what it is for, so that several tabs of one browser do not take each other's.
 */
const nameOf = (purpose: Purpose, hash: string): string =>
  `__Host-keyturn-${purpose}-${hash.replace('sha256:', '').slice(0, 12)}`;

/** So many of one purpose a browser keeps: together they fit into what an HTTP API lets it send. */
const mostKept = 4;

/** No script sees it, and other sites' requests do not carry it: only a person who comes from one by a link does. */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** It says what it is for: a cookie of one purpose is none of another, and a seal over a decision is neither. */
const messageToSeal = (purpose: Purpose, text: string): string => `keyturn ${purpose} cookie\n${text}`;

/**
 * A cookie that nobody else could have made. Whoever has it can read it: it holds nothing that they do not know.
 *
 * @param hash of what it is for: of a sign-in's state, or of a session's link.
 */
export async function sealedCookie<P extends Purpose>(
  sealer: Sealer,
  purpose: P,
  hash: string,
  content: Contents[P],
  maxAgeSeconds: number,
): Promise<string> {
  const text = Buffer.from(canonicalJson(content)).toString('base64url');
  const seal = await sealer.seal(messageToSeal(purpose, text));
  return `${nameOf(purpose, hash)}=${text}.${seal}; Max-Age=${maxAgeSeconds}; ${attributes}`;
}

/** A cookie that takes the place of another, and is gone. */
export const noCookie = (purpose: Purpose, hash: string): string => gone(nameOf(purpose, hash));

const gone = (name: string): string => `${name}=; Max-Age=0; ${attributes}`;

/** What makes room for one more of this purpose. Browsers send those first that they have had the longest. */
export function makeRoom(purpose: Purpose, hash: string, cookies: readonly string[]): readonly string[] {
  const own = nameOf(purpose, hash);
  const kept = cookies.flatMap((cookie) => {
    const [, name, of] = /^(__Host-keyturn-([a-z-]+)-[0-9a-f]{12})=/.exec(cookie) ?? [];
    return name === undefined || of !== purpose || name === own ? [] : [name];
  });
  return kept.slice(0, Math.max(0, kept.length - mostKept + 1)).map(gone);
}

/** What the browser's one cookie of this name holds, if the desk sealed it. */
export async function contentOf<P extends Purpose>(
  checker: SealChecker,
  purpose: P,
  hash: string,
  cookies: readonly string[],
): Promise<Contents[P] | undefined> {
  const name = `${nameOf(purpose, hash)}=`;
  const [value, ...others] = cookies.filter((cookie) => cookie.startsWith(name));
  const [, text, seal] = /^([\w-]{1,3500})\.([A-Za-z0-9+/]{43}=)$/.exec(value?.slice(name.length) ?? '') ?? [];
  if (text === undefined || seal === undefined || others.length > 0) return undefined;
  if (!(await checker.isGenuine(messageToSeal(purpose, text), seal))) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Contents[P];
}
