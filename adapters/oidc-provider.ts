import { createHash } from 'node:crypto';
import type { Claims, SignInUnderWay } from '../core/approval/sign-in.ts';
import { type IdentityProvider, ProviderError, type Redeemed } from '../core/approval/sign-in-ports.ts';
import type { Instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import type { SecretValue } from '../core/secret-value.ts';
import { recordFrom } from '../core/selection/credential.ts';
import type { SignInSettings } from '../core/settings.ts';
import { type HttpAnswer, type HttpInit, type Network, TargetError } from './network.ts';
import type { PublishedKeys, VerifyToken } from './token-signature.ts';

/** How long the provider may take to answer one request: a person waits, and an HTTP API for 30 seconds at most. */
const timeoutMs = 5_000;

/** How long what the provider says of itself counts, and how soon after one look at its keys there may be another. */
const freshMs = 3_600_000;
const betweenLooksMs = 60_000;

/** Reads the client secret, each time that it is needed: one that was replaced counts at once. */
export interface ClientSecret {
  read(): Promise<SecretValue>;
}

export interface OidcTools {
  readonly network: Pick<Network, 'fetch'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly verify: VerifyToken;
  /** Where the provider sends browsers back to. It must know this address, to the letter. */
  readonly redirectUri: string;
  /** Absent: the provider has given none, and PKCE alone proves that who redeems a code has asked for it. */
  readonly secret?: ClientSecret | undefined;
}

/** What a provider says of itself, as far as it is used. */
interface Metadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly keysAddress: string;
  /** Where a provider says what it left out of the ID token, if it leaves anything out. */
  readonly userInfoEndpoint: string | undefined;
  readonly takesSecretInHeader: boolean;
}

interface Known<Content> {
  readonly content: Content;
  readonly at: Instant;
}

/** Any provider that speaks OpenID Connect: authorization code with PKCE, discovery, and signed ID tokens. */
export class OidcProvider implements IdentityProvider {
  readonly #settings: SignInSettings;
  readonly #tools: OidcTools;
  #metadata: Known<Metadata> | undefined;
  #keys: Known<PublishedKeys> | undefined;

  constructor(settings: SignInSettings, tools: OidcTools) {
    this.#settings = settings;
    this.#tools = tools;
  }

  async addressFor(
    { state, nonce, verifier }: SignInUnderWay,
    { again }: { readonly again: boolean },
  ): Promise<string> {
    const { clientId, scopes, maxAgeSeconds } = this.#settings;
    const address = new URL((await this.#describe()).authorizationEndpoint);
    const asked = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: this.#tools.redirectUri,
      scope: [...new Set(['openid', ...scopes])].join(' '),
      state,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }),
      ...(again ? { prompt: 'login' } : {}),
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    return address.href;
  }

  async redeem(code: string, { verifier }: SignInUnderWay): Promise<Redeemed> {
    const { tokenEndpoint, takesSecretInHeader } = await this.#describe();
    const { clientId } = this.#settings;
    const secret = await this.#tools.secret?.read();
    const inHeader = secret !== undefined && takesSecretInHeader;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.#tools.redirectUri,
      code_verifier: verifier,
      ...(inHeader ? {} : { client_id: clientId }),
      ...(secret === undefined || inHeader ? {} : { client_secret: secret.reveal() }),
    });
    const answer = await this.#ask(tokenEndpoint, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(inHeader ? { authorization: basic(clientId, secret) } : {}),
      },
      body: body.toString(),
      timeoutMs,
    });

    const { id_token: token, access_token: access, error } = recordFrom(await answer.text()) ?? {};
    if (answer.status !== 200) {
      if (error === 'invalid_grant') return { kind: 'refused', reason: 'codeRefused' };
      throw this.#useless(
        typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : `status ${answer.status}`,
      );
    }
    const claims = typeof token === 'string' ? await this.#claimsIn(token) : undefined;
    if (claims === undefined) return { kind: 'refused', reason: 'tokenNotGenuine' };
    return { kind: 'claims', claims: { ...(await this.#leftOut(claims, access)), ...claims } };
  }

  /**
   * By what approvers are known, where the provider left it out of the ID token, as some do with all that a scope asks for.
   * It is said of nobody but the token's subject, over the provider's own TLS. Of how and when somebody signed in, the signed
   * token alone says anything: what is said here may hold whatever they wrote into their profile.
   */
  async #leftOut(claims: Claims, access: unknown): Promise<Claims> {
    const { userInfoEndpoint } = await this.#describe();
    const isComplete = claims[this.#settings.claim] !== undefined;
    if (isComplete || userInfoEndpoint === undefined || typeof access !== 'string') return {};
    const headers = { accept: 'application/json', authorization: `Bearer ${access}` };
    const said = await this.#look(userInfoEndpoint, headers);
    if (said['sub'] !== claims['sub']) return {};
    const names = [this.#settings.claim, 'email_verified'];
    return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(said, name) ? [[name, said[name]]] : [])));
  }

  /** What a token says whose signature is made with a key of the provider's. */
  async #claimsIn(token: string): Promise<Claims | undefined> {
    const verified = (await this.#tools.verify(token, await this.#keySet())) ?? (await this.#verifyOnceMore(token));
    return verified === undefined ? undefined : recordFrom(new TextDecoder().decode(verified));
  }

  /** A provider may have got new keys since. Whoever sends forgeries cannot make this ask for them all the time. */
  async #verifyOnceMore(token: string): Promise<Uint8Array | undefined> {
    if (this.#keys !== undefined && this.#now() < this.#keys.at + betweenLooksMs) return undefined;
    this.#keys = undefined;
    return this.#tools.verify(token, await this.#keySet());
  }

  async #keySet(): Promise<PublishedKeys> {
    if (this.#isFresh(this.#keys)) return this.#keys.content;
    const { keysAddress } = await this.#describe();
    const keys = await this.#look(keysAddress);
    if (!Array.isArray(keys['keys'])) throw this.#useless('no keys');
    const content = { keys: keys['keys'] } as PublishedKeys;
    this.#keys = { content, at: this.#now() };
    return content;
  }

  async #describe(): Promise<Metadata> {
    if (this.#isFresh(this.#metadata)) return this.#metadata.content;
    const { issuer } = this.#settings;
    const said = await this.#look(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (said['issuer'] !== issuer) throw this.#useless('another issuer');

    const methods = said['token_endpoint_auth_methods_supported'];
    const content = {
      authorizationEndpoint: this.#endpoint(said['authorization_endpoint']),
      tokenEndpoint: this.#endpoint(said['token_endpoint']),
      keysAddress: this.#endpoint(said['jwks_uri']),
      userInfoEndpoint: said['userinfo_endpoint'] === undefined ? undefined : this.#endpoint(said['userinfo_endpoint']),
      takesSecretInHeader: !Array.isArray(methods) || methods.includes('client_secret_basic'),
    };
    this.#metadata = { content, at: this.#now() };
    return content;
  }

  /** Nothing is asked of, and nobody sent to, an address that is neither https nor the issuer's own. */
  #endpoint(address: unknown): string {
    if (typeof address !== 'string' || !URL.canParse(address)) throw this.#useless('endpoints missing');
    const { protocol, origin } = new URL(address);
    if (protocol !== 'https:' && origin !== new URL(this.#settings.issuer).origin) throw this.#useless('no https');
    return address;
  }

  async #look(
    address: string,
    headers: Readonly<Record<string, string>> = { accept: 'application/json' },
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#ask(address, { method: 'GET', headers, timeoutMs });
    const record = answer.status === 200 ? recordFrom(await answer.text()) : undefined;
    if (record === undefined) throw this.#useless(`status ${answer.status}`);
    return record;
  }

  async #ask(address: string, init: HttpInit): Promise<HttpAnswer> {
    try {
      return await this.#tools.network.fetch(address, init);
    } catch (error) {
      throw this.#useless(error instanceof TargetError ? error.code : 'NO_ANSWER');
    }
  }

  #isFresh<Content>(known: Known<Content> | undefined): known is Known<Content> {
    return known !== undefined && this.#now() < known.at + freshMs;
  }

  #now(): Instant {
    return this.#tools.clock.now();
  }

  #useless(code: string): ProviderError {
    return new ProviderError(this.#settings.issuer, code);
  }
}

/** As RFC 6749 has it: both are encoded as in a form, then joined. */
function basic(clientId: string, secret: SecretValue): string {
  const encoded = [clientId, secret.reveal()].map((text) => new URLSearchParams({ text }).toString().slice(5));
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}
