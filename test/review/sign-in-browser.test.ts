import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';

import { inPage, overflows, shoot, startBrowser, violationsIn, widths } from './browser.ts';
import { chromePayPlan, OpenDesk, run } from './open-desk.ts';

/*
 * Goal: people sign in at their provider and decide, whatever they look at it with; and a forwarded link is of no use to
 * whoever has it.
 *
 * Method: a real browser, and a provider under another site's name. Pictures of what it showed are left in out/screens.
 */

const started = await startBrowser();
const skip = typeof started === 'string' ? started : false;
const browser = started as Browser;

after(() => (skip === false ? browser.close() : undefined));

async function atDesk(
  visit: (desk: OpenDesk, links: { readonly firstApprover: string; readonly secondApprover: string }) => Promise<void>,
) {
  const desk = await OpenDesk.open({ signIn: true });
  try {
    await visit(desk, await desk.ask(chromePayPlan()));
  } finally {
    await desk.close();
  }
}

const heading = (page: Page) => page.locator('h1').textContent();
const answerAt = (desk: OpenDesk) => desk.decisionOf(run)?.answers[0].answer;

const signIn = async (page: Page, name: string) => {
  await page.getByRole('link', { name: /^Sign in/ }).click();
  await page.getByRole('button', { name: `Sign in as ${name}` }).click();
};

const approve = async (page: Page) => {
  await page.getByLabel('Type how many secrets this plan rotates').fill('38');
  await page.getByRole('button', { name: 'Approve this plan' }).click();
};

for (const [width, screen] of Object.entries(widths)) {
  for (const javaScriptEnabled of [true, false]) {
    describe(`on a ${width}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, { skip }, () => {
      it('an approver signs in, sees the plan and approves', () =>
        atDesk((desk, { firstApprover }) =>
          inPage(browser, { ...screen, javaScriptEnabled }, async (page) => {
            await page.goto(firstApprover);
            assert.equal(await heading(page), 'Sign in to see the plan');
            assert.equal(await overflows(page), false);
            await shoot(page, `sign-in-${width}`);

            await signIn(page, 'first-approver');
            assert.equal(page.url(), firstApprover);
            assert.match((await heading(page)) ?? '', /^Rotate 38 of 127 secrets/);
            await approve(page);
            assert.equal(await heading(page), 'Approved by first-approver');
            assert.equal(answerAt(desk)?.approver, 'first-approver');
          }),
        ));

      it('somebody with a forwarded link signs in as who they are, and is told that it is not theirs', () =>
        atDesk((desk, { firstApprover, secondApprover }) =>
          inPage(browser, { ...screen, javaScriptEnabled }, async (page) => {
            await page.goto(firstApprover);
            await signIn(page, 'second-approver');
            assert.equal(await heading(page), 'You are not signed in');
            assert.match(
              (await page.getByRole('alert').textContent()) ?? '',
              /You are not the approver whose link this is/,
            );
            assert.equal(await overflows(page), false);
            await shoot(page, `sign-in-refused-${width}`);

            await page.goto(secondApprover);
            await signIn(page, 'second-approver');
            assert.match((await heading(page)) ?? '', /^Rotate 38 of 127 secrets/);
            await page.goto(firstApprover);
            assert.equal(await heading(page), 'Sign in to see the plan');
            assert.equal(answerAt(desk), undefined);
          }),
        ));
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing on a ${width} when it is ${colorScheme}`, { skip }, () =>
      atDesk((desk, { firstApprover }) =>
        inPage(browser, { ...screen, colorScheme }, async (page) => {
          await page.goto(firstApprover);
          assert.deepEqual(await violationsIn(page), []);
          await signIn(page, 'second-approver');
          assert.deepEqual(await violationsIn(page), []);
          await page.goto(`${desk.url}/signed-in?code=1&state=2`);
          assert.deepEqual(await violationsIn(page), []);
          await shoot(page, `sign-in-not-begun-${width}-${colorScheme}`);
        }),
      ),
    );
  }
}

describe('two people, each in a browser of their own', { skip }, () => {
  it('sign in and see the plan; the first answer counts, and the other is told by whom', () =>
    atDesk((desk, { firstApprover, secondApprover }) =>
      inPage(browser, widths.desktop, (first) =>
        inPage(browser, widths.phone, async (second) => {
          for (const [page, link, name] of [
            [first, firstApprover, 'first-approver'],
            [second, secondApprover, 'second-approver'],
          ] as const) {
            await page.goto(link);
            await signIn(page, name);
          }
          await approve(first);
          await approve(second);
          assert.equal(await heading(first), 'Approved by first-approver');
          assert.equal(await heading(second), 'Approved by first-approver');
          assert.equal(answerAt(desk)?.approver, 'first-approver');
        }),
      ),
    ));
});

describe('by keyboard only', { skip }, () => {
  it('an approver signs in', () =>
    atDesk((_desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Sign in');
        assert.equal(
          await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth),
          '3px',
        );
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Sign in as first-approver' }).focus();
        await page.keyboard.press('Enter');
        await page.waitForURL(firstApprover);
        assert.match((await heading(page)) ?? '', /^Rotate 38/);
      }),
    ));
});

describe('a browser keeps the session to itself', { skip }, () => {
  it('out of reach of scripts, and of other sites’ forms and frames', () =>
    atDesk((desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        await signIn(page, 'first-approver');
        assert.equal(await page.evaluate(() => document.cookie), '');
        const [cookie, ...others] = await page.context().cookies(desk.url);
        assert.deepEqual(others, []);
        assert.deepEqual(
          [
            cookie?.name.replace(/-[0-9a-f]{12}$/, ''),
            cookie?.httpOnly,
            cookie?.secure,
            cookie?.sameSite,
            cookie?.path,
          ],
          ['__Host-keyturn-session', true, true, 'Lax', '/'],
        );

        // The provider's page is another site. Its form carries no session, and says where it comes from.
        await page.goto(`${desk.idp.issuer}/`);
        const answered = page.waitForResponse((response) => response.url() === firstApprover);
        await page.setContent(
          `<form method="post" action="${firstApprover}"><input name="decision" value="approved"></form>`,
        );
        await page.evaluate(() => document.forms[0]?.submit());
        const response = await answered;
        assert.equal(response.status(), 403);
        assert.equal((await response.request().allHeaders())['cookie'], undefined);
        assert.equal(answerAt(desk), undefined);
      }),
    ));
});
