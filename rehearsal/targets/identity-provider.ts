import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

import type { Clock } from '../../core/ports.ts';
import type { HttpRequest, HttpResponse, HttpTarget } from './http-target.ts';

/** Somebody with an account, and what an ID token says of them. */
export interface Person {
  readonly name: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface Client {
  readonly id: string;
  /** Absent: a public client. */
  readonly secret?: string;
  readonly redirectUri: string;
}

export interface ProviderOptions {
  readonly issuer: string;
  readonly client: Client;
  readonly people: readonly Person[];
  readonly clock: Pick<Clock, 'now'>;
}

/** What a code stands for, until it is redeemed. */
interface Grant {
  readonly person: Person;
  readonly asked: URLSearchParams;
  readonly authenticatedAt: number;
}

/** A key that signs ID tokens. */
export interface SigningKeyPair {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Makes a token, as the provider does for what it vouches for. A test may put a forger in its place. */
export type TokenMaker = (claims: Readonly<Record<string, unknown>>, key: SigningKeyPair) => string;

/** An OpenID Connect provider with one client: codes with PKCE, and signatures that are real. See `rehearsal/targets/targets.md`. */
export class ReplicaProvider {
  readonly options: ProviderOptions;
  readonly #codes = new Map<string, Grant>();
  #key: SigningKeyPair;
  #makeToken: TokenMaker = signedToken;
  #refusal: number | undefined;

  constructor(options: ProviderOptions, alg: SigningKeyPair['alg'] = 'RS256') {
    this.options = options;
    this.#key = keyPair(alg);
  }

  /** Below which it answers. Some issuers end with a slash, and some have a path. */
  get #base(): string {
    return this.options.issuer.replace(/\/$/, '');
  }

  get key(): SigningKeyPair {
    return this.#key;
  }

  /** From now on it signs with another key, and publishes that alone. */
  changeKey(alg: SigningKeyPair['alg'] = 'RS256'): void {
    this.#key = keyPair(alg);
  }

  /** From now on tokens are made like this; `undefined` ends it. */
  makeTokens(make: TokenMaker | undefined): void {
    this.#makeToken = make ?? signedToken;
  }

  /** From now on every request is answered with this status; `undefined` ends it. */
  refuse(status: number | undefined): void {
    this.#refusal = status;
  }

  readonly target: HttpTarget = (request) => {
    if (this.#refusal !== undefined) return { status: this.#refusal };
    const { pathname, searchParams } = new URL(request.path, this.options.issuer);
    const base = new URL(this.#base).pathname.replace(/\/$/, '');
    switch (`${request.method} ${pathname.replace(base, '')}`) {
      case 'GET /.well-known/openid-configuration':
        return { status: 200, content: this.#description() };
      case 'GET /keys':
        return { status: 200, content: { keys: [publicJwk(this.#key)] } };
      case 'GET /authorize':
        return this.#faultIn(searchParams) ?? { status: 200, page: this.#signInPage(searchParams) };
      case 'POST /authorize':
        return this.#authorize(new URLSearchParams(request.body));
      case 'POST /token':
        return this.#redeem(request);
      default:
        return { status: 404 };
    }
  };

  /** What happens in the browser of somebody who signs in here: the address that it is sent back to. */
  signIn(name: string, address: string): string {
    const asked = new URL(address).searchParams;
    asked.set('person', name);
    const { location } = this.#authorize(asked);
    if (location === undefined) throw new Error(`nobody can sign in at ${address}`);
    return location;
  }

  #description() {
    const { issuer, client } = this.options;
    return {
      issuer,
      authorization_endpoint: `${this.#base}/authorize`,
      token_endpoint: `${this.#base}/token`,
      jwks_uri: `${this.#base}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [this.#key.alg],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: [client.secret === undefined ? 'none' : 'client_secret_basic'],
    };
  }

  /** Nobody is sent anywhere who comes with a request that is not in order. */
  #faultIn(asked: URLSearchParams): HttpResponse | undefined {
    const { client } = this.options;
    const wrong = [
      asked.get('client_id') !== client.id && 'client_id',
      asked.get('redirect_uri') !== client.redirectUri && 'redirect_uri',
      asked.get('response_type') !== 'code' && 'response_type',
      !(asked.get('scope') ?? '').split(' ').includes('openid') && 'scope',
      asked.get('code_challenge_method') !== 'S256' && 'code_challenge_method',
      !/^[\w-]{43}$/.test(asked.get('code_challenge') ?? '') && 'code_challenge',
    ].filter((field) => field !== false);
    return wrong.length === 0 ? undefined : { status: 400, page: `<h1>Not in order: ${wrong.join(', ')}</h1>` };
  }

  #signInPage(asked: URLSearchParams): string {
    const hidden = [...asked].map(
      ([name, value]) => `<input type="hidden" name="${text(name)}" value="${text(value)}">`,
    );
    const buttons = this.options.people.map(
      ({ name }) => `<p><button name="person" value="${text(name)}">Sign in as ${text(name)}</button></p>`,
    );
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Who are you?</h1>
<form method="post">${hidden.join('')}${buttons.join('')}
<p><button name="person" value="">Nobody, go back</button></p></form></main></body></html>`;
  }

  #authorize(asked: URLSearchParams): HttpResponse {
    const fault = this.#faultIn(asked);
    if (fault !== undefined) return fault;

    const { client, people, issuer, clock } = this.options;
    const back = new URL(client.redirectUri);
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('iss', issuer);
    const person = people.find(({ name }) => name === asked.get('person'));
    if (person === undefined) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(24).toString('base64url');
      this.#codes.set(code, { person, asked, authenticatedAt: clock.now() });
      back.searchParams.set('code', code);
    }
    return { status: 302, location: back.href };
  }

  #redeem({ headers, body }: HttpRequest): HttpResponse {
    const { client } = this.options;
    const form = new URLSearchParams(body);
    const expected = client.secret === undefined ? undefined : `Basic ${btoa(`${client.id}:${client.secret}`)}`;
    if (headers['authorization'] !== expected) return { status: 401, content: { error: 'invalid_client' } };
    if (expected === undefined && form.get('client_id') !== client.id) {
      return { status: 401, content: { error: 'invalid_client' } };
    }

    const code = form.get('code') ?? '';
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      form.get('grant_type') === 'authorization_code' &&
      form.get('redirect_uri') === client.redirectUri &&
      grant?.asked.get('code_challenge') === challenge;
    if (!isRight || grant === undefined) return { status: 400, content: { error: 'invalid_grant' } };

    const token = this.#makeToken(this.#claimsOf(grant), this.#key);
    return { status: 200, content: { token_type: 'Bearer', access_token: 'opens-nothing', id_token: token } };
  }

  #claimsOf({ person, asked, authenticatedAt }: Grant): Readonly<Record<string, unknown>> {
    const { issuer, client, clock } = this.options;
    const now = Math.floor(clock.now() / 1_000);
    return {
      iss: issuer,
      aud: client.id,
      iat: now,
      exp: now + 300,
      auth_time: Math.floor(authenticatedAt / 1_000),
      nonce: asked.get('nonce') ?? undefined,
      sub: `sub-of-${person.name}`,
      ...person.claims,
    };
  }
}

export function keyPair(alg: SigningKeyPair['alg']): SigningKeyPair {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid: randomBytes(8).toString('hex'), alg, ...pair };
}

/** A token with a real signature. */
export const signedToken: TokenMaker = (claims, { kid, alg, privateKey }) => {
  const content = `${segment({ alg, kid, typ: 'JWT' })}.${segment(claims)}`;
  const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
};

/** A part of a token. */
export const segment = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

export const publicJwk = ({ kid, alg, publicKey }: SigningKeyPair) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg,
  use: 'sig',
});

const text = (raw: string): string => raw.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
