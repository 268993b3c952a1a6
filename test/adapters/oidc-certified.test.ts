import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
// @ts-expect-error It comes without types.
import Provider from 'oidc-provider';

import { fetchOnce } from '../../adapters/network.ts';
import { OidcProvider } from '../../adapters/oidc-provider.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { verifyToken } from '../../adapters/token-signature.ts';
import { judgeSignIn } from '../../core/approval/sign-in.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { Visitor } from '../../rehearsal/day/visitor.ts';

/*
 * Goal: what works with our own replica works with a provider that others wrote, and that is certified.
 *
 * Method: the package oidc-provider on loopback, as it comes: it leaves what scopes ask for out of the ID token.
 */

const redirectUri = 'https://desk.example.com/signed-in';
const secret = 'a client secret, with /+ and %';
const underWay = {
  run: 'run-1' as Run,
  link: 'L'.repeat(43),
  state: 'S'.repeat(43),
  nonce: 'N'.repeat(43),
  verifier: 'V'.repeat(43),
  expiresAt: instant(0),
};

let server: Server;
let issuer: string;

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Signs in at the package's own pages, and returns the address that it sends browsers back to. */
async function signIn(address: string, name: string): Promise<URL> {
  const browser = new Visitor();
  let response = await browser.ask(address);
  for (let steps = 0; steps < 12; steps += 1) {
    const location = response.headers.get('location');
    if (location?.startsWith(redirectUri)) return new URL(location);
    if (location !== null) {
      response = await browser.ask(new URL(location, issuer).href);
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? assert.fail(page);
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const body = new URLSearchParams({ prompt, login: name, password: 'any' }).toString();
    response = await browser.ask(new URL(action, issuer).href, { method: 'POST', headers: form, body });
  }
  return assert.fail('it leads nowhere');
}

describe('a certified provider', () => {
  const settings = () => ({ issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'], maxAgeSeconds: 600 });
  const approver = (name: string) => ({ name, email: `${name}@example.com` });
  const desk = (clientSecret = secret) =>
    new OidcProvider(settings(), {
      network: { fetch: fetchOnce },
      clock: systemClock,
      verify: verifyToken,
      redirectUri,
      secret: { read: async () => new SecretValue(clientSecret) },
    });

  before(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      clients: [{ client_id: 'keyturn', client_secret: secret, redirect_uris: [redirectUri] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      findAccount: (_context: unknown, sub: string) => ({
        accountId: sub,
        claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true }),
      }),
      cookies: { keys: ['a key for the cookies of a test'] },
    });
    server.on('request', provider.callback());
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('lets an approver sign in, who is known by the address that it left out of the ID token', async () => {
    const provider = desk();
    const back = await signIn(await provider.addressFor(underWay, { again: false }), 'first-approver');
    assert.equal(back.searchParams.get('state'), underWay.state);
    assert.equal(back.searchParams.get('iss'), issuer);

    const code = back.searchParams.get('code') ?? '';
    const redeemed = await provider.redeem(code, underWay);
    assert.ok(redeemed.kind === 'claims');
    const judged = (name: string) =>
      judgeSignIn(
        redeemed.claims,
        { settings: settings(), nonce: underWay.nonce, approver: approver(name) },
        systemClock.now(),
      );
    assert.deepEqual(judged('first-approver'), { kind: 'signedIn', identity: { issuer, subject: 'first-approver' } });
    assert.deepEqual(judged('second-approver'), { kind: 'refused', reasons: ['otherPerson'] });
    assert.deepEqual(await provider.redeem(code, underWay), { kind: 'refused', reason: 'codeRefused' });
  });

  it('takes no code without the verifier, and no client with another secret', async () => {
    const codeOf = async () =>
      (await signIn(await desk().addressFor(underWay, { again: true }), 'first-approver')).searchParams.get('code') ??
      '';
    assert.deepEqual(await desk().redeem(await codeOf(), { ...underWay, verifier: 'W'.repeat(43) }), {
      kind: 'refused',
      reason: 'codeRefused',
    });
    await assert.rejects(desk('another').redeem(await codeOf(), underWay), { code: 'invalid_client' });
  });
});
