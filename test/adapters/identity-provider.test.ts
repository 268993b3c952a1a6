/*
 * Goal: somebody who signs in gets an answer in time, however slow the provider is.
 *
 * Method: the deployed composition against a provider that takes so long for every request, by a clock that nobody waits for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { providerOf } from '../../adapters/identity-provider.ts';
import { type HttpInit, TargetError } from '../../adapters/network.ts';
import { Patience } from '../../adapters/retries.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';

const issuer = 'https://id.example.com';
const settings = { issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'] };
const underWay = {
  run: 'run-1' as Run,
  link: 'link',
  state: 'state',
  nonce: 'nonce',
  verifier: 'verifier',
  expiresAt: instant(600_000),
};

const says: Readonly<Record<string, object>> = {
  '/.well-known/openid-configuration': {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/userinfo`,
  },
  '/token': { id_token: 'token', access_token: 'access' },
  '/keys': { keys: [] },
  '/userinfo': { sub: 'first-approver', email: 'first-approver@example.com' },
};

/** What comes of a code that is redeemed 12 seconds long, and after how many seconds, when each request takes so many. */
async function redeemed(secondsEach: number) {
  let now = 0;
  const asked: string[] = [];
  const clock = { now: () => instant(now), sleep: async () => {} };
  const patience = new Patience(clock, 12_000);
  const network = {
    fetch: async (url: string, { timeoutMs }: HttpInit) => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      now += Math.min(secondsEach * 1_000, timeoutMs);
      if (secondsEach * 1_000 >= timeoutMs) throw new TargetError('id.example.com', 'NO_ANSWER');
      return { status: 200, text: async () => JSON.stringify(says[pathname]) };
    },
  };
  const provider = providerOf(settings, {
    secretsManager: new SecretsManagerClient({ region: 'us-east-1' }),
    network,
    clock,
    patience,
    verify: async () => new TextEncoder().encode(JSON.stringify({ sub: 'first-approver' })),
    redirectUri: 'https://desk.example.com/signed-in',
  });
  const outcome = await patience
    .during(() => provider?.redeem('code', underWay) ?? assert.fail('there is no provider'))
    .then(
      ({ kind }) => kind,
      (error: { readonly name: string; readonly code: string }) => `${error.name} ${error.code}`,
    );
  return { outcome, seconds: now / 1_000, asked: asked.length };
}

describe('an identity provider that is slow', () => {
  it('lets people in as long as all that is asked of it is begun within their patience', async () => {
    assert.deepEqual(await redeemed(1), { outcome: 'claims', seconds: 4, asked: 4 });
    assert.deepEqual(await redeemed(3.999), { outcome: 'claims', seconds: 15.996, asked: 4 });
  });

  it('is asked nothing more once that is over, and whoever waits is told before the function is stopped', async () => {
    assert.deepEqual(await redeemed(4), { outcome: 'ProviderError OUT_OF_TIME', seconds: 12, asked: 3 });
    assert.deepEqual(await redeemed(4.999), { outcome: 'ProviderError OUT_OF_TIME', seconds: 14.997, asked: 3 });
  });

  it('is given up at the first request that it does not answer', async () => {
    assert.deepEqual(await redeemed(60), { outcome: 'ProviderError NO_ANSWER', seconds: 5, asked: 1 });
  });
});
