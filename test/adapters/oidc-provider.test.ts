import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { OidcProvider } from '../../adapters/oidc-provider.ts';
import { verifyToken } from '../../adapters/token-signature.ts';
import type { SignInUnderWay } from '../../core/approval/sign-in.ts';
import { ProviderError } from '../../core/approval/sign-in-ports.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import { SecretValue } from '../../core/secret-value.ts';
import type { SignInSettings } from '../../core/settings.ts';
import {
  keyPair,
  publicJwk,
  ReplicaProvider,
  segment,
  signedToken,
  type TokenMaker,
} from '../../rehearsal/targets/identity-provider.ts';
import { SimulatedNetwork } from '../../rehearsal/targets/simulated.ts';

/* Goal: only what the provider signed is believed to be its word. Method: a provider whose signatures are real. */

const issuer = 'https://id.example.com';
const redirectUri = 'https://desk.example.com/signed-in';
const underWay: SignInUnderWay = {
  run: 'run-1' as Run,
  link: 'L'.repeat(43),
  state: 'S'.repeat(43),
  nonce: 'N'.repeat(43),
  verifier: 'V'.repeat(43),
  expiresAt: instant(0),
};

function bench({ secret, alg, settings = {} }: Options = {}) {
  const asked: { readonly url: string; readonly body: string; readonly authorization: string | undefined }[] = [];
  const clock = { at: 1_764_000_000_000, now: () => instant(clock.at) };
  const client = { id: 'keyturn', redirectUri, ...(secret === undefined ? {} : { secret }) };
  const people = [{ name: 'first-approver', claims: { email: 'first-approver@example.com', email_verified: true } }];
  const replica = new ReplicaProvider({ issuer, client, people, clock }, alg);
  const network = new SimulatedNetwork();
  network.openHttp('id.example.com', (request) => {
    const { path, body, headers } = request;
    asked.push({ url: path, body, authorization: headers['authorization'] });
    return replica.target(request);
  });
  const provider = new OidcProvider(
    { issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'], ...settings },
    {
      network,
      clock,
      verify: verifyToken,
      redirectUri,
      ...(secret === undefined ? {} : { secret: { read: async () => new SecretValue(secret) } }),
    },
  );
  /** Signs in as somebody in a browser would, and returns the code that comes back. */
  const codeOf = async (name: string) => {
    const back = replica.signIn(name, await provider.addressFor(underWay, { again: false }));
    return new URL(back).searchParams.get('code') ?? '';
  };
  return { provider, replica, network, asked, clock, codeOf };
}

interface Options {
  readonly secret?: string;
  readonly alg?: 'RS256' | 'ES256';
  readonly settings?: Partial<SignInSettings>;
}

describe('the way to the provider', () => {
  it('asks for a code, with the challenge of this sign-in, and comes back to the desk', async () => {
    const { provider } = bench({ settings: { maxAgeSeconds: 900, scopes: ['email', 'openid', 'profile'] } });
    const address = new URL(await provider.addressFor(underWay, { again: false }));
    assert.equal(address.origin + address.pathname, 'https://id.example.com/authorize');
    assert.deepEqual(Object.fromEntries(address.searchParams), {
      response_type: 'code',
      client_id: 'keyturn',
      redirect_uri: 'https://desk.example.com/signed-in',
      scope: 'openid email profile',
      state: 'S'.repeat(43),
      nonce: 'N'.repeat(43),
      code_challenge: createHash('sha256').update('V'.repeat(43)).digest('base64url'),
      code_challenge_method: 'S256',
      max_age: '900',
    });
    assert.ok(!address.href.includes('L'.repeat(43)) && !address.href.includes('run-1'));
  });

  it('asks to sign in anew when somebody else is signed in there', async () => {
    const { provider } = bench();
    assert.match(await provider.addressFor(underWay, { again: true }), /[?&]prompt=login(&|$)/);
  });

  it('is asked for once an hour', async () => {
    const { provider, asked, clock } = bench();
    for (const passed of [0, 3_599_999, 1]) {
      clock.at += passed;
      await provider.addressFor(underWay, { again: false });
    }
    assert.equal(asked.length, 2);
  });
});

describe('a code', () => {
  for (const alg of ['RS256', 'ES256'] as const) {
    it(`becomes what the provider says of its owner, signed with ${alg}`, async () => {
      const { provider, codeOf, asked } = bench({ alg });
      const redeemed = await provider.redeem(await codeOf('first-approver'), underWay);
      assert.deepEqual(redeemed, {
        kind: 'claims',
        claims: {
          iss: issuer,
          aud: 'keyturn',
          iat: 1_764_000_000,
          exp: 1_764_000_300,
          auth_time: 1_764_000_000,
          nonce: 'N'.repeat(43),
          sub: 'sub-of-first-approver',
          email: 'first-approver@example.com',
          email_verified: true,
        },
      });
      const { body = '', authorization } = asked.find(({ url }) => url === '/token') ?? {};
      assert.equal(authorization, undefined);
      assert.equal(new URLSearchParams(body).get('client_id'), 'keyturn');
    });
  }

  it('is redeemed once', async () => {
    const { provider, codeOf } = bench();
    const code = await codeOf('first-approver');
    await provider.redeem(code, underWay);
    assert.deepEqual(await provider.redeem(code, underWay), { kind: 'refused', reason: 'codeRefused' });
  });

  it('is worth nothing without the verifier of the sign-in that it is of', async () => {
    const { provider, codeOf } = bench();
    const redeemed = await provider.redeem(await codeOf('first-approver'), { ...underWay, verifier: 'W'.repeat(43) });
    assert.deepEqual(redeemed, { kind: 'refused', reason: 'codeRefused' });
  });

  it('is redeemed with the client secret, which stands in a header and nowhere else', async () => {
    const { provider, codeOf, asked } = bench({ secret: 'CANARY-secret' });
    assert.equal((await provider.redeem(await codeOf('first-approver'), underWay)).kind, 'claims');
    assert.ok(asked.every(({ url, body }) => !`${url}${body}`.includes('CANARY')));
  });

  it('is redeemed with the client secret in the body, where the provider takes it nowhere else', async () => {
    const { provider, network, replica, codeOf } = bench({ secret: 'p+s /w' });
    const bodies: URLSearchParams[] = [];
    network.openHttp('id.example.com', (request) => {
      const answer = replica.target(request);
      if (request.path === '/token') bodies.push(new URLSearchParams(request.body));
      const { content } = answer as { content: object };
      return request.path.includes('well-known')
        ? { status: 200, content: { ...content, token_endpoint_auth_methods_supported: ['client_secret_post'] } }
        : answer;
    });
    await assert.rejects(provider.redeem(await codeOf('first-approver'), underWay), /invalid_client/);
    assert.equal(bodies[0]?.get('client_secret'), 'p+s /w');
  });
});

describe('what the provider left out of the ID token', () => {
  const redeemWith = async (said: Readonly<Record<string, unknown>>) => {
    const { provider, network, replica, codeOf } = bench();
    replica.makeTokens(({ email, email_verified, ...claims }, key) => signedToken(claims, key));
    const shown: (string | undefined)[] = [];
    network.openHttp('id.example.com', (request) => {
      if (request.path === '/userinfo') {
        shown.push(request.headers['authorization']);
        return { status: 200, content: said };
      }
      const answer = replica.target(request);
      if (!request.path.includes('well-known')) return answer;
      return { status: 200, content: { ...(answer.content as object), userinfo_endpoint: `${issuer}/userinfo` } };
    });
    const redeemed = await provider.redeem(await codeOf('first-approver'), underWay);
    return { claims: redeemed.kind === 'claims' ? redeemed.claims : {}, shown };
  };

  it('is asked for, of the same person, and changes nothing that was signed', async () => {
    const said = {
      ...{
        sub: 'sub-of-first-approver',
        email: 'first-approver@example.com',
        email_verified: true,
        nonce: 'another',
        exp: 1,
      },
      azp: 'keyturn',
    };
    const { claims, shown } = await redeemWith(said);
    assert.equal(claims['azp'], undefined);
    assert.deepEqual(shown, ['Bearer opens-nothing']);
    assert.deepEqual(
      [claims['email'], claims['email_verified'], claims['nonce'], claims['exp']],
      ['first-approver@example.com', true, 'N'.repeat(43), 1_764_000_300],
    );
  });

  it('is not believed of anybody else', async () => {
    const { claims } = await redeemWith({
      sub: 'sub-of-second-approver',
      email: 'second-approver@example.com',
      email_verified: true,
    });
    assert.deepEqual([claims['sub'], claims['email']], ['sub-of-first-approver', undefined]);
  });

  it('is not asked for when nothing is missing', async () => {
    const { provider, codeOf, asked } = bench();
    await provider.redeem(await codeOf('first-approver'), underWay);
    assert.ok(!asked.some(({ url }) => url === '/userinfo'));
  });
});

describe('an ID token proves nothing', () => {
  const parts = (token: string) => token.split('.') as [string, string, string];
  const forgers: Readonly<Record<string, TokenMaker>> = {
    'that a key signed which is not the provider’s': (claims, { kid, alg }) =>
      signedToken(claims, { ...keyPair(alg), kid }),
    'that another key signed, under a name of its own': (claims, { alg }) => signedToken(claims, keyPair(alg)),
    'that nobody signed': (claims, { kid }) => `${segment({ alg: 'none', kid })}.${segment(claims)}.`,
    'that nobody signed, in other letters': (claims, { kid }) => `${segment({ alg: 'nOnE', kid })}.${segment(claims)}.`,
    'that anybody could sign with the public key': (claims, key) => {
      const content = `${segment({ alg: 'HS256', kid: key.kid })}.${segment(claims)}`;
      const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
      return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`;
    },
    'that brings its own key': (claims) => {
      const own = keyPair('ES256');
      const content = `${segment({ alg: 'ES256', jwk: publicJwk(own) })}.${segment(claims)}`;
      return `${content}.${parts(signedToken(claims, own))[2]}`;
    },
    'whose claims were changed after it was signed': (claims, key) => {
      const [head, , signature] = parts(signedToken(claims, key));
      return `${head}.${segment({ ...claims, sub: 'sub-of-second-approver' })}.${signature}`;
    },
    'whose signature is cut off': (claims, key) => `${parts(signedToken(claims, key)).slice(0, 2).join('.')}.`,
    'with a critical extension that is not understood': (claims, key) => {
      const [, body] = parts(signedToken(claims, key));
      return `${segment({ alg: 'RS256', kid: key.kid, crit: ['exp'], exp: 1 })}.${body}.AAAA`;
    },
    'that is none': () => 'not-a-token',
    'that is empty': () => '',
  };
  for (const [what, forge] of Object.entries(forgers)) {
    it(what, async () => {
      const { provider, replica, codeOf } = bench();
      replica.makeTokens(forge);
      assert.deepEqual(await provider.redeem(await codeOf('first-approver'), underWay), {
        kind: 'refused',
        reason: 'tokenNotGenuine',
      });
    });
  }

  it('and is believed again once the provider signs again', async () => {
    const { provider, replica, codeOf } = bench();
    replica.makeTokens((claims, { alg }) => signedToken(claims, keyPair(alg)));
    await provider.redeem(await codeOf('first-approver'), underWay);
    replica.makeTokens(undefined);
    assert.equal((await provider.redeem(await codeOf('first-approver'), underWay)).kind, 'claims');
  });
});

describe('the provider’s keys', () => {
  it('are looked at again when a token names one that is new, at most once a minute', async () => {
    const { provider, replica, codeOf, asked, clock } = bench();
    const looks = () => asked.filter(({ url }) => url === '/keys').length;
    const kindOf = async () => (await provider.redeem(await codeOf('first-approver'), underWay)).kind;

    assert.deepEqual([await kindOf(), looks()], ['claims', 1]);
    replica.changeKey('ES256');
    clock.at += 59_999;
    assert.deepEqual([await kindOf(), looks()], ['refused', 1]);
    clock.at += 1;
    assert.deepEqual([await kindOf(), looks()], ['claims', 2]);
    assert.deepEqual([await kindOf(), looks()], ['claims', 2]);
  });
});

describe('a provider is of no use', () => {
  const codeOf = async (failing: Promise<unknown>): Promise<string> => {
    const error = await failing.then(
      () => assert.fail('it was of use'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ProviderError);
    return error.code;
  };
  const described = (changed: object) => {
    const { provider, network, replica } = bench();
    network.openHttp('id.example.com', (request) => {
      const { content } = replica.target(request);
      return { status: 200, content: { ...(content as object), ...changed } };
    });
    return codeOf(provider.addressFor(underWay, { again: false }));
  };

  it('that cannot be reached', async () => {
    const { provider, network } = bench();
    network.close('id.example.com');
    assert.equal(await codeOf(provider.addressFor(underWay, { again: false })), 'ECONNREFUSED');
  });

  it('that fails', async () => {
    const { provider, replica, codeOf: codeFrom } = bench();
    const code = await codeFrom('first-approver');
    replica.refuse(500);
    assert.equal(await codeOf(provider.redeem(code, underWay)), 'status 500');
  });

  it('that calls itself by another name', async () => {
    assert.equal(await described({ issuer: `${issuer}/` }), 'another issuer');
  });

  it('that leads to an address without TLS, or to none', async () => {
    assert.equal(await described({ authorization_endpoint: 'http://id.example.com/authorize' }), 'no https');
    assert.equal(await described({ token_endpoint: 'javascript:alert(1)' }), 'no https');
    assert.equal(await described({ jwks_uri: '/keys' }), 'endpoints missing');
    assert.equal(await described({ jwks_uri: undefined }), 'endpoints missing');
  });

  it('that does not know the client, and the error quotes no secret', async () => {
    const { provider, replica, codeOf: codeFrom } = bench({ secret: 'CANARY-secret' });
    const code = await codeFrom('first-approver');
    Object.assign(replica.options.client, { secret: 'another' });
    const error = await provider.redeem(code, underWay).catch((reason: unknown) => reason);
    assert.equal((error as ProviderError).code, 'invalid_client');
    assert.ok(!inspect(error, { depth: 9 }).includes('CANARY'));
    assert.match((error as ProviderError).message, /docs\/channels\/sign-in\.md/);
  });
});
