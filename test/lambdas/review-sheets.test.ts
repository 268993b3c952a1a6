import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ApprovalWorld, candidate, chromePayPlan, httpEvent, planOf, smallPlan } from './approval-world.ts';

/** A fleet of 10,000, of which 3,000 are due: three tiers, a hundred services. */
function largePlan() {
  const tiers = ['low', 'medium', 'high'];
  const due = Array.from({ length: 3_000 }, (_, nth) => {
    const [tier = '', service] = [tiers[nth % 3], `service-${nth % 100}`];
    return candidate(`prod/${tier}/${service}/key-${nth}`, { tier, service });
  });
  const rest = Array.from({ length: 7_000 }, (_, nth) => {
    const reason = nth < 6_000 ? ('notDue' as const) : ('noRotator' as const);
    return { name: `prod/low/idle/key-${nth}`, arn: `arn:${nth}`, reason, reasons: [reason] as const };
  });
  return planOf(due, rest, { secrets: 10_000, services: 100 });
}

async function arrange(plan = largePlan()) {
  const world = new ApprovalWorld();
  await world.ask(plan);
  const path = world.pathFor('first-approver');
  const page = async (query: string) =>
    (await world.review({ ...httpEvent('GET', path), rawQueryString: query })).body.replace(
      /<style>[\s\S]*<\/style>/,
      '',
    );
  return { world, plan, path, page };
}

const namesOn = (body: string): string[] =>
  [...body.matchAll(/<bdi>(prod\/[^<]*)<\/bdi>/g)].map(([, name = '']) => name);

describe('the page of 10,000 secrets', () => {
  it('names every secret on one of its pages, and none twice', async () => {
    const { plan, page } = await arrange();
    const pages = await Promise.all(Array.from({ length: 50 }, (_, index) => page(`page=${index + 1}`)));
    const planned = plan.waves.flat().flatMap(({ secrets }) => secrets.map(({ name }) => name));

    assert.deepEqual(pages.flatMap(namesOn).sort(), [...planned, ...plan.leftAlone.map(({ name }) => name)].sort());
  });

  it('stays as small as a page of few, on each of its pages', async () => {
    const { page } = await arrange();
    for (const number of [1, 2, 15, 16, 50]) {
      const body = await page(`page=${number}`);
      assert.ok(Buffer.byteLength(body) < 100_000, `page ${number}: ${Buffer.byteLength(body)} bytes`);
    }
  });

  it('decides on its first page only, where the whole plan is summed up', async () => {
    const { page } = await arrange();
    const [first, second] = [await page(''), await page('page=2')];

    assert.match(first, /200 of 3000 on this page/);
    assert.match(first, /6000 secrets: it has not expired <a href="\?page=16#left-alone-title">named from page 16 on/);
    assert.match(first, /name="nonce"/);
    assert.ok(!second.includes('name="nonce"'));
    assert.match(
      second,
      /<h1>Rotate 3000 of 10000 secrets[\s\S]*href="\?page=1">Back to your decision, and the whole plan/,
    );
  });

  it('orders by tier, service and name, from page to page', async () => {
    const { page } = await arrange();
    const keys = (await Promise.all([1, 2, 3, 4, 5, 6].map((number) => page(`page=${number}`)))).flatMap(namesOn);
    const inTiers = keys.map((name) => ['low', 'medium', 'high'].indexOf(name.split('/')[1] ?? ''));
    assert.deepEqual(inTiers, inTiers.toSorted());
    const low = keys.filter((name) => name.startsWith('prod/low/'));
    assert.deepEqual(low, low.toSorted());
  });

  it('is the nearest page there is, whatever is asked for', async () => {
    const { page } = await arrange();
    for (const [query, shown] of [
      ['page=0', 1],
      ['page=51', 50],
      ['page=99999', 50],
      ['page=999999', 1],
      ['page=-1', 1],
      ['page=1.5', 1],
      ['page=', 1],
      ['page=2&page=3', 2],
      ['page=%3Cb%3E', 1],
      ['%00=&%', 1],
    ] as const) {
      assert.match(await page(query), new RegExp(`aria-current="page">Page ${shown} of 50`), query);
    }
  });

  it('comes back with its first page when an answer is wrong, wherever it was sent from', async () => {
    const { world, path } = await arrange(smallPlan());
    const { statusCode, body } = await world.post(path, { decision: 'approved', count: '9' });
    assert.equal(statusCode, 422);
    assert.match(body, /name="nonce"/);
  });
});

describe('the page of a plan that fits', () => {
  it('has no other pages', async () => {
    const { page } = await arrange(chromePayPlan());
    const body = await page('page=7');
    assert.ok(!body.includes('<nav'));
    assert.equal(new Set(namesOn(body)).size, 127);
  });

  it('shows the tier of the highest risk unfolded, and says what is unusual', async () => {
    const { page } = await arrange(chromePayPlan());
    const body = await page('');
    assert.equal(body.split('<details class="tier" open>').length, 2);
    assert.match(body, /<details class="tier" open><summary><span class="key tier-2">high</);
    assert.match(body, /more than one secret in this run<\/strong> <bdi>sandbox-gateway \(4\)/);
  });

  it('says of what is left alone everything that speaks against it', async () => {
    const alone = { name: 'prod/low/a', arn: 'arn:a', reason: 'noTier', reasons: ['noTier', 'notDue'] } as const;
    const { page } = await arrange(planOf([candidate('prod/low/b')], [alone], { secrets: 2, services: 1 }));
    assert.match(await page(''), /1 secret: it has no tier tag[\s\S]*prod\/low\/a<\/bdi><small>and it has not expired/);
  });
});
