import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';

import { sha256 } from '../../adapters/sha256.ts';
import type { SignInRefusal } from '../../core/approval/sign-in.ts';
import type { Run } from '../../core/plan.ts';
import { keyPair, segment, signedToken, type TokenMaker } from '../../rehearsal/targets/identity-provider.ts';
import { candidate, filledAt, OpenDesk, ofThisPage, planOf, run, smallPlan } from './open-desk.ts';
import { Visitor } from './open-provider.ts';

/*
 * Goal: a sign-in answer that is forged, replayed, for another audience or another's lets nobody in, and nobody decides
 * who has not signed in as the approver whose link it is (S1).
 *
 * Method: an adversary who has the link talks to a real server, and to a provider that may have been deceived. After each
 * attack the plan still waits, nobody sees it, and the log says what was refused and why.
 */

let desk: OpenDesk;
let firstApprover: string;
let secondApprover: string;
let warnings: number;

const opened = async () => {
  desk = await OpenDesk.open({ signIn: true });
  ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
};

const mark = (text: string) => sha256(text).slice('sha256:'.length, 'sha256:'.length + 12);

/** What the cookie of a session is called that is for a link, and that of a sign-in which leads to an address. */
const sessionOf = (link: string) => `__Host-keyturn-session-${mark(link.split('/').at(-1) ?? '')}`;
const signInOf = (address: string) =>
  `__Host-keyturn-sign-in-${mark(new URL(address).searchParams.get('state') ?? '')}`;

const post = (visitor: Visitor, link: string, form: URLSearchParams | string) =>
  visitor.ask(link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...ofThisPage },
    body: form.toString(),
  });

/** What the desk would take if it came from whom it was asked of. */
const rightForm = (approver = 'first-approver', of = run) => {
  const { digest = '', invitations = [] } = desk.world.pending.get(of) ?? {};
  const nonce = invitations.find((invitation) => invitation.approver === approver)?.nonce ?? '';
  return new URLSearchParams({ decision: 'approved', scope: 'plan', count: '2', digest, nonce });
};

/** Nobody is let in by what this visitor has, and nothing is decided by them. */
async function letsNobodyIn(visitor: Visitor, link = firstApprover): Promise<void> {
  const page = await (await visitor.ask(link)).text();
  assert.match(page, /<h1>Sign in to see the plan<\/h1>/);
  assert.equal((await post(visitor, link, rightForm())).status, 403);
}

const reasonsLogged = () =>
  desk.world.warnings.flatMap((fields) => {
    const { reasons } = (fields ?? {}) as { reasons?: SignInRefusal[] };
    return reasons === undefined ? [] : [reasons];
  });

function stillPending(): void {
  const { world } = desk;
  assert.deepEqual([desk.decisionOf(run), world.sealed, world.told], [undefined, [], []]);
  assert.ok(world.warnings.length > warnings || world.logged.some(({ level }) => level === 'error'), 'not in the log');
  const links = [firstApprover, secondApprover].map((link) => link.split('/').at(-1) ?? '');
  for (const hidden of ['task-token', 'eyJ', ...links]) assert.ok(!desk.logged.includes(hidden), hidden);
}

/** An attack on each of these leaves the plan as it was. */
const attacked = (name: string, attacks: () => void) =>
  describe(name, () => {
    before(opened);
    beforeEach(() => {
      warnings = desk.world.warnings.length;
    });
    afterEach(stillPending);
    after(() => desk.close());
    attacks();
  });

attacked('a plan still waits after an answer', () => {
  it('S1: by the right link, with the right nonce and number, from somebody who has not signed in', async () => {
    const response = await post(new Visitor(), firstApprover, rightForm());
    assert.equal(response.status, 403);
    assert.match(await response.text(), /Your answer was not recorded[\s\S]*Nobody is signed in for this link/);
    assert.deepEqual(reasonsLogged().at(-1), ['notSignedIn']);
  });

  it('by a forwarded link, from another approver who is signed in for their own', async () => {
    const other = new Visitor();
    assert.equal((await other.signIn(desk, secondApprover, 'second-approver')).status, 303);
    await letsNobodyIn(other);
  });

  it('by a forwarded link, from another approver who signs in for it', async () => {
    const other = new Visitor();
    const response = await other.signIn(desk, firstApprover, 'second-approver');
    assert.equal(response.status, 403);
    assert.match(
      await response.text(),
      /You are not the approver whose link this is\.[\s\S]*use the link that was sent to you/,
    );
    assert.deepEqual(desk.world.warnings.at(-1), {
      run,
      approver: 'first-approver',
      reasons: ['otherPerson'],
      subject: 'sub-of-second-approver',
    });
    assert.deepEqual([...other.cookies], []);
    await letsNobodyIn(other);
  });

  it('by an approver’s link of another run, for which they are signed in', async () => {
    const small = [candidate('prod/low/other/key-1'), candidate('prod/low/other/key-2')];
    const others = await desk.ask(planOf(small, [], { secrets: 5, services: 1 }, { run: 'run-b' as Run }));
    const visitor = new Visitor();
    await visitor.signIn(desk, others.firstApprover, 'first-approver');
    await letsNobodyIn(visitor);
  });

  it('with a session that another brought along', async () => {
    const attacker = new Visitor();
    await attacker.signIn(desk, secondApprover, 'second-approver');
    const victim = new Visitor();
    const session = attacker.cookies.get(sessionOf(secondApprover)) ?? '';
    for (const name of [sessionOf(secondApprover), sessionOf(firstApprover)]) victim.cookies.set(name, session);
    assert.notEqual(session, '');
    await letsNobodyIn(victim);
  });

  it('with two sessions, of which one is right', async () => {
    const visitor = new Visitor();
    await visitor.signIn(desk, firstApprover, 'first-approver');
    const session = `${sessionOf(firstApprover)}=${visitor.cookies.get(sessionOf(firstApprover))}`;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...ofThisPage,
      cookie: `${session}; ${session}`,
    };
    const response = await fetch(firstApprover, { method: 'POST', headers, body: rightForm().toString() });
    assert.equal(response.status, 403);
  });
});

attacked('a plan still waits after a session that was tampered with:', () => {
  const tampered: Readonly<Record<string, (session: string) => string>> = {
    'its seal': (session) => session.replace(/.{3}=$/, 'AAA='),
    'its content': (session) => {
      const [text = '', seal] = session.split('.');
      const content = { ...JSON.parse(Buffer.from(text, 'base64url').toString()), subject: 'sub-of-requester' };
      return `${segment(content)}.${seal}`;
    },
    'a seal of the attacker’s own': (session) => {
      const [text = ''] = session.split('.');
      return `${text}.${createHmac('sha256', 'guessed').update(`keyturn session cookie\n${text}`).digest('base64')}`;
    },
    'no seal at all': (session) => session.split('.')[0] ?? '',
    'nothing in it': () => '',
    'far too much in it': (session) => session.replace('.', `${'A'.repeat(4_000)}.`),
  };
  for (const [what, tamper] of Object.entries(tampered)) {
    it(what, async () => {
      const visitor = new Visitor();
      await visitor.signIn(desk, firstApprover, 'first-approver');
      visitor.cookies.set(sessionOf(firstApprover), tamper(visitor.cookies.get(sessionOf(firstApprover)) ?? ''));
      await letsNobodyIn(visitor);
    });
  }

  it('the cookie of a sign-in in the place of a session, and the other way round', async () => {
    const visitor = new Visitor();
    const address = await visitor.begin(firstApprover);
    visitor.cookies.set(sessionOf(firstApprover), visitor.cookies.get(signInOf(address)) ?? '');
    await letsNobodyIn(visitor);

    const signedIn = new Visitor();
    await signedIn.signIn(desk, firstApprover, 'first-approver');
    signedIn.cookies.set(signInOf(address), signedIn.cookies.get(sessionOf(firstApprover)) ?? '');
    signedIn.cookies.delete(sessionOf(firstApprover));
    assert.equal((await signedIn.ask(desk.idp.replica.signIn('first-approver', address))).status, 403);
    await letsNobodyIn(signedIn);
  });

  it('a session of a provider that the settings no longer name', async () => {
    const visitor = new Visitor();
    await visitor.signIn(desk, firstApprover, 'first-approver');
    const [text = ''] = (visitor.cookies.get(sessionOf(firstApprover)) ?? '').split('.');
    const content = JSON.parse(Buffer.from(text, 'base64url').toString());
    const sealed = async (changed: object) => {
      const changedText = segment({ ...content, ...changed });
      const seal = await desk.world.ports.cookieSeal.seal(`keyturn session cookie\n${changedText}`);
      return `${changedText}.${seal}`;
    };
    visitor.cookies.set(sessionOf(firstApprover), await sealed({}));
    assert.match(await (await visitor.ask(firstApprover)).text(), /<h1>Rotate 2 of 5/);
    visitor.cookies.set(sessionOf(firstApprover), await sealed({ issuer: 'https://former.example' }));
    await letsNobodyIn(visitor);
  });

  it('a session from before the approver’s link was replaced', async () => {
    const visitor = new Visitor();
    await visitor.signIn(desk, firstApprover, 'first-approver');
    const fresh = await desk.ask(smallPlan());
    await letsNobodyIn(visitor, fresh.firstApprover);
    ({ firstApprover, secondApprover } = fresh);
  });
});

attacked('nobody is let in who comes back', () => {
  const refusedWith = async (visitor: Visitor, address: string, ...reasons: SignInRefusal[]) => {
    const response = await visitor.ask(address);
    const page = await response.text();
    assert.equal(response.status, 403);
    assert.match(page, /<h1>You are not signed in<\/h1>/);
    assert.equal(response.headers.get('location'), null);
    assert.deepEqual(reasonsLogged().at(-1), reasons);
    await letsNobodyIn(visitor);
  };

  it('in a browser that has begun nothing: somebody else’s way back, sent to a victim', async () => {
    const attacker = new Visitor();
    const back = desk.idp.replica.signIn('second-approver', await attacker.begin(secondApprover));
    await refusedWith(new Visitor(), back, 'notUnderWay');
  });

  it('with the state of another browser', async () => {
    const attacker = new Visitor();
    const victim = new Visitor();
    await victim.begin(firstApprover);
    await refusedWith(
      victim,
      desk.idp.replica.signIn('first-approver', await attacker.begin(firstApprover)),
      'notUnderWay',
    );
  });

  it('without a state, or with an empty one', async () => {
    for (const state of [undefined, '']) {
      const visitor = new Visitor();
      const back = new URL(desk.idp.replica.signIn('first-approver', await visitor.begin(firstApprover)));
      back.searchParams.delete('state');
      if (state !== undefined) back.searchParams.set('state', state);
      await refusedWith(visitor, back.href, 'notUnderWay');
    }
  });

  it('a second time', async () => {
    const visitor = new Visitor();
    const address = await visitor.begin(firstApprover);
    const back = desk.idp.replica.signIn('first-approver', address);
    const kept = visitor.cookies.get(signInOf(address)) ?? '';
    assert.equal((await visitor.ask(back)).status, 303);
    visitor.cookies.clear();
    await refusedWith(visitor, back, 'notUnderWay');

    const replaying = new Visitor();
    replaying.cookies.set(signInOf(address), kept);
    await refusedWith(replaying, back, 'codeRefused');
  });

  it('with a code that was made for another sign-in', async () => {
    const [mine, theirs] = [new Visitor(), new Visitor()];
    const back = new URL(desk.idp.replica.signIn('first-approver', await mine.begin(firstApprover)));
    const stolen = new URL(desk.idp.replica.signIn('first-approver', await theirs.begin(firstApprover)));
    back.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    await refusedWith(mine, back.href, 'codeRefused');
  });

  it('later than ten minutes', async () => {
    const { world } = desk;
    const began = world.now;
    const visitor = new Visitor();
    const back = desk.idp.replica.signIn('first-approver', await visitor.begin(firstApprover));
    world.now = (began + 600_000) as typeof began;
    await refusedWith(visitor, back, 'notUnderWay');
    world.now = began;
  });

  it('with the cookie tampered with, to lead to another’s link', async () => {
    const visitor = new Visitor();
    const address = await visitor.begin(secondApprover);
    const back = desk.idp.replica.signIn('second-approver', address);
    const [text = '', seal] = (visitor.cookies.get(signInOf(address)) ?? '').split('.');
    const underWay = JSON.parse(Buffer.from(text, 'base64url').toString());
    visitor.cookies.set(
      signInOf(address),
      `${segment({ ...underWay, link: firstApprover.split('/').at(-1) })}.${seal}`,
    );
    await refusedWith(visitor, back, 'notUnderWay');
  });

  it('without having signed in, or from another provider', async () => {
    const visitor = new Visitor();
    await refusedWith(visitor, desk.idp.replica.signIn('', await visitor.begin(firstApprover)), 'providerRefused');

    const mixedUp = new Visitor();
    const back = new URL(desk.idp.replica.signIn('first-approver', await mixedUp.begin(firstApprover)));
    back.searchParams.set('iss', 'https://evil.example');
    await refusedWith(mixedUp, back.href, 'otherIssuer');
  });

  it('with a thing said twice', async () => {
    for (const name of ['code', 'state', 'iss']) {
      const visitor = new Visitor();
      const back = new URL(desk.idp.replica.signIn('first-approver', await visitor.begin(firstApprover)));
      back.searchParams.append(name, back.searchParams.get(name) ?? '');
      if (name === 'iss') back.searchParams.delete('code');
      await refusedWith(visitor, back.href, name === 'state' ? 'notUnderWay' : 'providerRefused');
    }
  });

  const tokens: readonly (readonly [string, readonly SignInRefusal[], TokenMaker])[] = [
    [
      'signed by somebody else',
      ['tokenNotGenuine'],
      (claims, { alg, kid }) => signedToken(claims, { ...keyPair(alg), kid }),
    ],
    ['signed by nobody', ['tokenNotGenuine'], (claims) => `${segment({ alg: 'none' })}.${segment(claims)}.`],
    [
      'signed with the public key as if it were a secret',
      ['tokenNotGenuine'],
      (claims, { kid, publicKey }) => {
        const content = `${segment({ alg: 'HS256', kid })}.${segment(claims)}`;
        const secret = publicKey.export({ type: 'spki', format: 'pem' });
        return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
      },
    ],
    ['for another audience', ['otherAudience'], (claims, key) => signedToken({ ...claims, aud: 'payroll' }, key)],
    [
      'of another issuer',
      ['otherIssuer'],
      (claims, key) => signedToken({ ...claims, iss: 'https://evil.example' }, key),
    ],
    ['of another sign-in', ['otherNonce'], (claims, key) => signedToken({ ...claims, nonce: 'N'.repeat(43) }, key)],
    [
      'that has expired',
      ['tokenExpired'],
      (claims, key) => signedToken({ ...claims, exp: Number(claims['iat']) - 61 }, key),
    ],
    [
      'of an address nobody verified',
      ['emailUnverified'],
      (claims, key) => signedToken({ ...claims, email_verified: false }, key),
    ],
  ];
  for (const [what, reasons, make] of tokens) {
    it(`with an ID token ${what}`, async () => {
      const { replica } = desk.idp;
      replica.makeTokens(make);
      const visitor = new Visitor();
      await refusedWith(visitor, replica.signIn('first-approver', await visitor.begin(firstApprover)), ...reasons);
      replica.makeTokens(undefined);
    });
  }

  it('and is sent nowhere but to the link that they began with, whatever the address asks for', async () => {
    const visitor = new Visitor();
    const back = new URL(desk.idp.replica.signIn('second-approver', await visitor.begin(secondApprover)));
    for (const name of ['redirect', 'next', 'link', 'run', 'target_link_uri']) {
      back.searchParams.set(name, 'https://evil.example/');
    }
    assert.equal((await visitor.ask(back.href)).headers.get('location'), secondApprover.replace(desk.url, ''));
    await letsNobodyIn(visitor);
  });
});

attacked('no chance and no malice breaks the desk:', () => {
  it('whatever comes back, with whatever cookies', async () => {
    const visitor = new Visitor();
    const address = await visitor.begin(firstApprover);
    const state = new URL(address).searchParams.get('state') ?? '';
    const cookie = visitor.cookies.get(signInOf(address)) ?? '';
    const name = fc.oneof(fc.constantFrom('code', 'state', 'iss', 'error'), fc.string());
    const value = fc.oneof(fc.constantFrom(state, 'x', '', desk.idp.issuer), fc.string({ unit: 'binary' }));
    const query = fc.oneof(
      fc.array(fc.tuple(name, value)).map((pairs) => new URLSearchParams(pairs).toString()),
      fc.webQueryParameters(),
      fc.constant(`state=${state}&code=${'x'.repeat(9_000)}`),
    );
    const cookies = fc.oneof(fc.constantFrom(cookie, '', `${cookie}x`), fc.base64String());
    await fc.assert(
      fc.asyncProperty(query, cookies, async (said, kept) => {
        const response = await fetch(`${desk.url}/signed-in?${said}`, {
          headers: { cookie: `${signInOf(address)}=${kept}` },
          redirect: 'manual',
        });
        await response.text();
        assert.equal(response.status, 403);
      }),
      { numRuns: 200 },
    );
  });

  it('whatever stands in a session', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.base64String(), fc.string({ unit: 'grapheme-ascii' })), async (kept) => {
        const response = await fetch(firstApprover, {
          headers: { cookie: `${sessionOf(firstApprover)}=${kept.replace(/[\r\n]/g, '')}` },
        });
        assert.match(await response.text(), /Sign in to see the plan/);
        assert.equal(response.status, 200);
      }),
      { numRuns: 100 },
    );
    await letsNobodyIn(new Visitor());
  });

  it('a sign-in for a link that is nobody’s', async () => {
    const response = await fetch(`${firstApprover.replace('/review/', '/sign-in/').slice(0, -4)}AAAA`, {
      redirect: 'manual',
    });
    assert.deepEqual([response.status, response.headers.getSetCookie()], [404, []]);
  });

  it('a scanner that follows everything it finds', async () => {
    const visitor = new Visitor();
    const page = await (await visitor.ask(firstApprover)).text();
    for (const [, href = ''] of page.matchAll(/href="([^"#]*)/g)) await visitor.ask(new URL(href, firstApprover).href);
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE']) {
      await visitor.ask(firstApprover.replace('/review/', '/sign-in/'), { method });
      await visitor.ask(`${desk.url}/signed-in`, { method });
    }
    await assert.rejects(async () => assert.ok((await filledAt(firstApprover, {})).has('digest')));
    await letsNobodyIn(visitor);
  });

  it('a provider that is down, before and after a person has signed in', async () => {
    const { replica } = desk.idp;
    const visitor = new Visitor();
    const back = replica.signIn('first-approver', await visitor.begin(firstApprover));
    replica.refuse(500);
    const response = await visitor.ask(back);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /Nobody can sign in now[\s\S]*Nothing has been decided/);
    assert.deepEqual(desk.world.logged.at(-1)?.fields, { run: undefined, code: 'status 500' });
    replica.refuse(undefined);
    await letsNobodyIn(visitor);
  });
});
