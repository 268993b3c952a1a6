import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { Run } from '../../core/plan.ts';
import { candidate, formsOf, OpenDesk, ofThisPage, planOf, run, send, smallPlan } from './open-desk.ts';
import { Visitor } from './open-provider.ts';

/*
 * Goal: where a sign-in is asked for, a link opens to the approver it was sent to, once they have signed in, and to nobody
 * else; and the identity that is known of the one who answers is the one signed in.
 *
 * Method: over HTTP, as a browser would, against a provider on loopback whose signatures are real.
 */

let desk: OpenDesk;
let firstApprover: string;

before(async () => {
  desk = await OpenDesk.open({ signIn: true });
  ({ firstApprover } = await desk.ask(smallPlan()));
});
after(() => desk.close());

const logged = (message: string) => desk.world.logged.filter((entry) => entry.message === message).at(-1)?.fields;

describe('a link, before anybody has signed in', () => {
  it('shows the way to the provider, and nothing of the plan', async () => {
    const response = await fetch(firstApprover);
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.match(page, /<h1>Sign in to see the plan<\/h1>/);
    assert.match(
      page,
      new RegExp(`<a class="button" href="${firstApprover.replace(desk.url, '').replace('review', 'sign-in')}">`),
    );
    assert.ok(!/billing|prod\/low|sha256:|nonce/.test(page.replace(/<style>[\s\S]*<\/style>/, '')));
    assert.deepEqual([formsOf(page), response.headers.getSetCookie()], [[], []]);
  });

  it('has a policy as strict as ever: nothing is posted to, or fetched from, anybody else', async () => {
    const policy = (await fetch(firstApprover)).headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self';/);
    assert.ok(!policy.includes('localhost'));
  });
});

describe('the way there', () => {
  it('keeps its secrets in a cookie that scripts, other sites and other hosts do not get', async () => {
    const response = await fetch(firstApprover.replace('/review/', '/sign-in/'), { redirect: 'manual' });
    assert.equal(response.status, 303);
    const [cookie = '', ...others] = response.headers.getSetCookie();
    assert.match(
      cookie,
      /^__Host-keyturn-sign-in-[0-9a-f]{12}=[\w-]+\.[A-Za-z0-9+/]{43}=; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    assert.deepEqual(others, []);
  });

  it('says nothing of link and run to the provider', async () => {
    const address = await new Visitor().begin(firstApprover);
    assert.ok(address.startsWith(`${desk.idp.issuer}/authorize?`));
    assert.ok(!address.includes(run) && !address.includes(firstApprover.split('/').at(-1) ?? ''));
  });

  it('is another each time', async () => {
    const [one, other] = await Promise.all([new Visitor().begin(firstApprover), new Visitor().begin(firstApprover)]);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const [first, second] = [one, other].map((address) => new URL(address).searchParams.get(name) ?? '');
      assert.match(first ?? '', /^[\w-]{43}$/);
      assert.notEqual(first, second);
    }
  });
});

describe('an approver who signs in', () => {
  const browser = new Visitor();

  it('comes back to their link, with a session that lasts an hour', async () => {
    const response = await browser.signIn(desk, firstApprover, 'first-approver');
    assert.deepEqual([response.status, response.headers.get('location')], [303, firstApprover.replace(desk.url, '')]);
    const [session = '', sealed = ''] = response.headers.getSetCookie();
    assert.match(
      session,
      /^__Host-keyturn-session-[0-9a-f]{12}=[\w-]+\.[A-Za-z0-9+/]{43}=; Max-Age=3600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    assert.match(sealed, /^__Host-keyturn-sign-in-[0-9a-f]{12}=; Max-Age=0;/);
    assert.deepEqual([...browser.cookies.keys()], [session.split('=')[0]]);
    assert.deepEqual(logged('signed in'), {
      run,
      approver: 'first-approver',
      issuer: desk.idp.issuer,
      subject: 'sub-of-first-approver',
    });
  });

  it('sees the plan, for as long as the session lasts', async () => {
    const { world } = desk;
    const began = world.now;
    const heading = async () => /<h1[^>]*>([^<]*)/.exec(await (await browser.ask(firstApprover)).text())?.[1];
    assert.match((await heading()) ?? '', /^Rotate 2 of 5 secrets/);
    world.now = (began + 3_599_999) as typeof began;
    assert.match((await heading()) ?? '', /^Rotate 2 of 5 secrets/);
    world.now = (began + 3_600_000) as typeof began;
    assert.equal(await heading(), 'Sign in to see the plan');
    world.now = began;
  });

  it('answers, and is who the provider says they are', async () => {
    const page = await (await browser.ask(firstApprover)).text();
    const form = formsOf(page).find((fields) => fields.get('decision') === 'approved') ?? new URLSearchParams();
    form.set('count', '2');
    const response = await browser.ask(firstApprover, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...ofThisPage },
      body: form.toString(),
    });
    assert.equal(response.status, 200);
    const answer = desk.decisionOf(run)?.answers[0].answer;
    assert.deepEqual([answer?.approver, answer?.provedBy.kind], ['first-approver', 'signIn']);
  });

  it('still needs the session for what is shown afterwards', async () => {
    assert.match(await (await fetch(firstApprover)).text(), /Sign in to see the plan/);
    assert.match(
      await (await browser.ask(firstApprover)).text(),
      /Approved by[\s\S]*<bdi>signed in at http:\/\/localhost:/,
    );
  });
});

describe('two tabs of one browser', () => {
  const headingAt = async (browser: Visitor, link: string) =>
    /<h1[^>]*>([^<]*)/.exec(await (await browser.ask(link)).text())?.[1] ?? '';
  const plan = (name: string) => {
    const secrets = [candidate(`prod/low/${name}/key-1`), candidate(`prod/low/${name}/key-2`)];
    return planOf(secrets, [], { secrets: 5, services: 1 }, { run: name as Run });
  };

  it('may begin to sign in at once, each for its own plan: both come back, in either order, and both are let in', async () => {
    const links = [(await desk.ask(plan('run-b'))).firstApprover, (await desk.ask(plan('run-c'))).firstApprover];
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const browser = new Visitor();
      const ways: string[] = [];
      for (const link of links) ways.push(desk.idp.replica.signIn('first-approver', await browser.begin(link)));
      for (const at of order) {
        const response = await browser.ask(ways[at] ?? '');
        assert.deepEqual([response.status, response.headers.get('location')], [303, links[at]?.replace(desk.url, '')]);
      }
      for (const link of links) assert.match(await headingAt(browser, link), /^Rotate 2 of 5 secrets/);
    }
  });

  it('may do so for one plan, too', async () => {
    const { firstApprover: link } = await desk.ask(plan('run-d'));
    const browser = new Visitor();
    const ways = [await browser.begin(link), await browser.begin(link)];
    for (const way of ways)
      assert.equal((await browser.ask(desk.idp.replica.signIn('first-approver', way))).status, 303);
    assert.match(await headingAt(browser, link), /^Rotate 2 of 5 secrets/);
  });

  it('are up to four: of a fifth the first has to begin again, and no browser keeps more', async () => {
    const { firstApprover: link } = await desk.ask(plan('run-e'));
    const browser = new Visitor();
    const ways: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) ways.push(await browser.begin(link));
    assert.equal(browser.cookies.size, 4);
    const statuses: number[] = [];
    for (const way of ways) statuses.push((await browser.ask(desk.idp.replica.signIn('first-approver', way))).status);
    assert.deepEqual(statuses, [403, 303, 303, 303, 303]);
  });

  it('hold sessions for up to four plans: with a fifth the first is to be signed in for once more', async () => {
    const browser = new Visitor();
    const links: string[] = [];
    for (const name of ['f', 'g', 'h', 'i', 'j']) {
      const { firstApprover: link } = await desk.ask(plan(`run-${name}`));
      await browser.signIn(desk, link, 'first-approver');
      links.push(link);
    }
    assert.equal(browser.cookies.size, 4);
    const headings: boolean[] = [];
    for (const link of links) headings.push((await headingAt(browser, link)).startsWith('Rotate 2 of 5'));
    assert.deepEqual(headings, [false, true, true, true, true]);
  });
});

describe('where no sign-in is asked for', () => {
  it('the way to one leads back to the link, and nothing comes of coming back', async () => {
    const open = await OpenDesk.open();
    try {
      const links = await open.ask(smallPlan());
      const there = await fetch(links.firstApprover.replace('/review/', '/sign-in/'), { redirect: 'manual' });
      assert.deepEqual([there.status, there.headers.get('location')], [303, links.firstApprover.replace(open.url, '')]);
      assert.equal((await fetch(`${open.url}/signed-in?code=1&state=2`)).status, 403);
      const form = { decision: 'approved', count: '2' };
      assert.equal((await send(links.firstApprover, form, {})).status, 403);
    } finally {
      await open.close();
    }
  });
});
