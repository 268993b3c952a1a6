import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import type { Run } from '../../core/plan.ts';
import { html } from '../../lambdas/review/html.ts';
import { script } from '../../lambdas/review/script.ts';
import { ApprovalWorld, candidate, chromePayPlan, planOf, retirementPlan, smallPlan } from './approval-world.ts';

async function pageOf(plan = smallPlan()) {
  const world = new ApprovalWorld();
  const digest = await world.ask(plan);
  const response = await world.get(world.pathFor('first-approver'));
  return { world, digest, ...response };
}

const textOf = (body: string) =>
  body
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('who asked for a run', () => {
  const warned = async (requestedBy: string) =>
    (await pageOf(smallPlan({ requestedBy }))).body.includes('The settings do not know who this is');

  it('is shown with a warning where the settings do not know who it is, and without one where they do', async () => {
    assert.equal(await warned('arn:aws:sts::111122223333:assumed-role/Visitor/first-approver@example.com'), true);
    assert.equal(await warned('requester'), false);
    assert.equal(await warned('schedule:rotation'), false);
  });
});

describe('the page of a restore', () => {
  const before = { version: 'version-0', expirationDate: '2026-11-13' };
  const restored = candidate('prod/low/billing/key-1', { expirationDate: '2027-02-16', daysOverdue: -90, before });
  const left = { name: 'prod/low/billing/db', arn: 'arn:db', reason: 'forgotten', reasons: ['forgotten'] } as const;
  const undoes = 'rotation-of-november' as Run;
  const plan = () => planOf([restored], [left], { secrets: 127, services: 50 }, { undoes });

  it('says what is undone, and asks how many secrets are restored', async () => {
    const { body } = await pageOf(plan());
    assert.match(
      body,
      /<h1>Restore 1 of 127 secrets to what they were before run rotation-of-november in 1 wave, starting/,
    );
    assert.match(body, /Type how many secrets this plan restores/);
    assert.match(body, /What is restored/);
  });

  it('says of each secret when it expires again, why others are left alone, and how it goes back', async () => {
    const text = textOf((await pageOf(plan())).body);
    assert.match(
      text,
      /Secret Age Expires again Wave billing prod\/low\/billing\/key-1 .*overlap; rotated .* 2026-11-13 1 /,
    );
    assert.match(text, /1 secret: its target has one password, and forgot the old one when the new one was set/);
    assert.match(text, /A restore changes nothing at a target: both credentials keep working\./);
    assert.doesNotMatch(text, /overdue/i);
  });
});

describe('the page of a retirement', () => {
  it('says how many old credentials are deactivated and how many deleted, and asks for the number of secrets', async () => {
    const { body, world } = await pageOf(retirementPlan());
    assert.match(body, /<h1>Deactivate 2 and delete 1 old credentials of 3 of 127 secrets in 1 wave, starting/);
    assert.match(body, /Type how many secrets this plan retires old credentials of/);
    const path = world.pathFor('first-approver');
    assert.match((await world.post(path, { decision: 'approved', count: '1' })).body, /not the number of secrets/);
    assert.match((await world.post(path, { decision: 'approved', count: '3' })).body, /Approved by/);
  });

  it('says of each secret whether its old credential is deactivated or deleted, and what was with it', async () => {
    const text = textOf((await pageOf(retirementPlan())).body);
    assert.match(text, /Secret Age Old credential Wave/);
    assert.match(
      text,
      /key-1 http-api-key, overlap; old credential replaced 2026-11-09, last used 2026-11-09 95 d deactivated \(reversible\) 1/,
    );
    assert.match(
      text,
      /key-2 http-api-key, overlap; old credential replaced 2026-10-20, never used, deactivated 2026-11-01 95 d deleted \(final\) 1/,
    );
    assert.match(text, /1 secret: its old credential was replaced less than the grace period ago/);
    assert.doesNotMatch(text, /overdue/i);
  });

  it('says that a deactivation goes back, and that a deletion does not', async () => {
    const text = textOf((await pageOf(retirementPlan())).body);
    assert.match(text, /A deactivation is reversed: the old credential is made active again, and probed\./);
    assert.match(text, /A deletion cannot be reversed: an old credential that is deleted is gone for good\./);
    assert.doesNotMatch(text, /Going back|goes back to the versions/);
  });
});

describe('the page of the ChromePay plan', () => {
  it('says first what will happen, and then who asked, why and until when to answer', async () => {
    const { body } = await pageOf(chromePayPlan());
    assert.match(
      body,
      /<h1>Rotate 38 of 127 secrets in 3 waves, starting <span class="whole">2026-11-19 02:00 UTC<\/span><\/h1>/,
    );
    assert.match(
      textOf(body),
      /Asked for by requester Why The keys of the quarter are due Answer by 2026-11-19 01:15 UTC \(6 h 0 min left\)/,
    );
  });

  it('stays under 100 KB', async () => {
    const { body } = await pageOf(chromePayPlan());
    assert.ok(Buffer.byteLength(body) < 100_000, `${Buffer.byteLength(body)} bytes`);
  });

  it('shows how near each cap is, and every wave', async () => {
    const text = textOf((await pageOf(chromePayPlan())).body);
    assert.match(text, /Secrets in one run 38 of at most 60 secrets/);
    assert.match(text, /Share of the fleet 29.93 of at most 40 % of the fleet/);
    assert.match(text, /Wave 1 5 secrets, low, in 1 batch/);
    assert.match(text, /Wave 2 20 secrets, low and medium, in 5 batches/);
    assert.match(text, /Wave 3 13 secrets, medium and high, in 4 batches/);
  });

  it('names each secret that is rotated and each that is left alone, once', async () => {
    const plan = chromePayPlan();
    const { body } = await pageOf(plan);
    const names = [
      ...plan.waves.flat().flatMap(({ secrets }) => secrets.map(({ name }) => name)),
      ...plan.leftAlone.map(({ name }) => name),
    ];
    assert.equal(names.length, 127);
    for (const name of names) assert.equal(body.split(`<bdi>${name}</bdi>`).length, 2, name);
  });

  it('groups secrets by tier, the lowest risk first, and says what is left alone and why', async () => {
    const text = textOf((await pageOf(chromePayPlan())).body);
    assert.match(text, /low 11 secrets of 6 services.*medium 15 secrets of 9 services.*high 12 secrets of 11 services/);
    assert.match(text, /89 secrets will not be touched. 89 secrets: it has not expired/);
  });

  it('says of each secret how it is rotated, when it was last, when it expired, and in which wave', async () => {
    const { body } = await pageOf();
    assert.match(
      textOf(body),
      /billing prod\/low\/billing\/key-1 http-api-key, overlap; last rotated 2026-08-15, expired 2026-11-13 95 d 5 d 1 prod/,
    );
  });

  it('says how it goes back for the strategies that are used, and no other', async () => {
    const text = textOf((await pageOf(chromePayPlan())).body);
    assert.match(text, /overlap The old key keeps working.*alternate The old account keeps its password/);
    assert.ok(!text.includes('replace'));
  });

  it('ends with the digest, and the two ways to answer', async () => {
    const { body, digest } = await pageOf();
    assert.match(
      textOf(body),
      new RegExp(`${digest} Your decision, first-approver .* Approve this plan .* Reject this plan`),
    );
  });
});

describe('the page', () => {
  it('shows as text whatever others have written (HTML in names, reasons and services)', async () => {
    const attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
    const plan = planOf(
      [candidate(`prod/low/${attack}`, { service: attack, rotator: attack, expirationDate: attack })],
      [{ name: attack, arn: attack, reason: 'notDue', reasons: ['notDue'] }],
      { secrets: 5, services: 1 },
      { why: attack, requestedBy: attack },
    );
    const { body } = await pageOf(plan);

    assert.ok(body.includes('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.ok(!/<script>alert|<img/.test(body));
  });

  it('shows a reason as text, on the page that refuses it too', async () => {
    const { world } = await pageOf();
    const reason = '"><b>no</b>';
    const path = world.pathFor('first-approver');
    const refused = await world.post(path, { decision: 'rejected', reason: reason + 'x'.repeat(500) });
    const recorded = await world.post(path, { decision: 'rejected', reason });

    for (const { body } of [refused, recorded, await world.get(path)]) {
      assert.ok(body.includes('&quot;&gt;&lt;b&gt;no&lt;/b&gt;'));
      assert.ok(!body.includes('<b>'));
    }
  });

  it('asks nobody else for anything, and has no script but its own', async () => {
    const { body } = await pageOf(chromePayPlan());
    const markup = body.replace(String(script.element), '');
    assert.ok(!/\b(src|href)="(?![#?])/.test(markup));
    assert.ok(!/<(script|link|iframe|object)|\son\w+=|style="|@import|url\(/.test(markup));
  });

  it('allows only its own style and script, by their hashes, and keeps its link to itself', async () => {
    const { headers, body } = await pageOf();
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
    const own = /<script>([\s\S]*)<\/script>/.exec(body)?.[1] ?? '';
    const hash = (text: string) => createHash('sha256').update(text).digest('base64');

    assert.equal(
      headers['content-security-policy'],
      `default-src 'none'; style-src 'sha256-${hash(style)}'; script-src 'sha256-${hash(own)}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(headers['strict-transport-security'] ?? '', /max-age=\d{8}/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  it('has the same guards when there is nothing to show', async () => {
    const { world, headers } = await pageOf();
    assert.deepEqual((await world.get('/review')).headers, headers);
  });

  it('names every field, and ties what is wrong with one to it', async () => {
    const { world } = await pageOf();
    const response = await world.post(world.pathFor('first-approver'), { decision: 'approved', count: '3' });
    const body = response.body.replace(String(script.element), '');

    const visible = [...body.matchAll(/<input (?!type="hidden")(?:[^>]* )?id="(\w+)"/g)].map(([, id]) => id);
    assert.deepEqual(visible, ['count', 'reason']);
    for (const id of visible) assert.ok(body.includes(`<label for="${id}">`));
    assert.match(body, /aria-invalid="true" aria-describedby="count-error"/);
    assert.match(body, /<p class="error" id="count-error">/);
    assert.match(body, /<title>Not recorded: /);
  });
});

describe('markup', () => {
  it('escapes whatever it did not make', () => {
    const name = `<a href='x'>"&"</a>`;
    assert.equal(
      String(html`<p title="${name}">${[name, html`<br>`, undefined, 7]}</p>`),
      '<p title="&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;">&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;<br>7</p>',
    );
  });
});
