import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { Settings } from '../../core/settings.ts';
import { inPage, overflows, shoot, startBrowser, violationsIn, widths } from './browser.ts';
import { byTwo, chromePayPlan, filledAt, OpenDesk, run } from './open-desk.ts';

/*
 * Goal: people can decide at this page, whatever they look at it with; and their browser keeps others from deciding.
 *
 * Method: a real browser opens the links that approvers got, from a real server before the deployed steps. Pictures of
 * what it showed are left in out/screens.
 */

const started = await startBrowser();
const skip = typeof started === 'string' ? started : false;
const browser = started as Browser;

/** A fresh desk for each test: a decision is made once. */
async function atDesk(
  visit: (desk: OpenDesk, links: { readonly firstApprover: string; readonly secondApprover: string }) => Promise<void>,
  settings: Partial<Omit<Settings, 'signIn'>> = {},
) {
  const desk = await OpenDesk.open(settings);
  try {
    await visit(desk, await desk.ask(chromePayPlan()));
  } finally {
    await desk.close();
  }
}

/** The answers of what was decided, as far as people said them. */
const answersAt = (desk: OpenDesk) =>
  desk.decisionOf(run)?.answers.map(({ answer }) => [answer.decision, answer.approver]);
const heading = (page: Page) => page.locator('h1').textContent();
const approve = async (page: Page, count: string) => {
  await page.getByLabel('Type how many secrets this plan rotates').fill(count);
  await page.getByRole('button', { name: 'Approve this plan' }).click();
};

after(() => (skip === false ? browser.close() : undefined));

for (const [width, screen] of Object.entries(widths)) {
  for (const javaScriptEnabled of [true, false]) {
    describe(`on a ${width}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, { skip }, () => {
      const options = { ...screen, javaScriptEnabled };

      it('an approver approves, and sees how the run goes', () =>
        atDesk((desk, { firstApprover }) =>
          inPage(browser, options, async (page) => {
            await page.goto(firstApprover);
            assert.equal(await heading(page), 'Rotate 38 of 127 secrets in 3 waves, starting 2026-11-19 02:00 UTC');
            assert.equal(await overflows(page), false);
            await approve(page, '38');

            assert.equal(await heading(page), 'Approved by first-approver');
            assert.match((await page.locator('#now').textContent()) ?? '', /The first wave starts/);
            assert.deepEqual(answersAt(desk), [['approved', 'first-approver']]);
            assert.equal(desk.world.told.length, 1);

            desk.world.archive.texts.set(archiveKeys.verdict(run, 1, 'baked'), '{"verdict":"sound","secrets":[]}');
            await page.getByRole('link', { name: 'Look again' }).click();
            await page.waitForURL(/\?$/);
            assert.match((await page.locator('#waves').textContent()) ?? '', /Wave 1\s*ended well/);
            await shoot(page, `approved-${width}`);
          }),
        ));

      it('an approver rejects, and says why', () =>
        atDesk((desk, { secondApprover }) =>
          inPage(browser, options, async (page) => {
            await page.goto(secondApprover);
            await page.getByLabel('Say why, for those who asked').fill('<b>a freeze</b> begins');
            await page.getByRole('button', { name: 'Reject this plan' }).click();

            assert.equal(await heading(page), 'Rejected by second-approver');
            assert.equal(await page.getByText('Reason: <b>a freeze</b> begins').count(), 1);
            assert.deepEqual(answersAt(desk), [['rejected', 'second-approver']]);
            await shoot(page, `rejected-${width}`);
          }),
        ));

      it('a wrong number is said first, and the field that has it is marked', () =>
        atDesk((desk, { firstApprover }) =>
          inPage(browser, options, async (page) => {
            await page.goto(firstApprover);
            await approve(page, '83');

            const alert = page.getByRole('alert');
            assert.match(
              (await alert.textContent()) ?? '',
              /Your answer was not recorded\s*The number typed is not the number/,
            );
            assert.match(await page.title(), /^Not recorded/);
            assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'alert');
            assert.equal(
              await page.evaluate(() => document.querySelector('[aria-invalid]')?.getAttribute('aria-describedby')),
              'count-error',
            );
            await shoot(page, `wrong-count-${width}`);
            assert.equal(answersAt(desk), undefined);

            await alert.getByRole('link').click();
            assert.equal(await page.evaluate(() => document.activeElement?.id), 'count');
            await approve(page, '38');
            assert.equal(await heading(page), 'Approved by first-approver');
          }),
        ));
    });
  }

  for (const javaScriptEnabled of [true, false]) {
    it(
      `two approve on a ${width}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript: the first waits for the second`,
      {
        skip,
      },
      () =>
        atDesk(
          (desk, { firstApprover, secondApprover }) =>
            inPage(browser, { ...screen, javaScriptEnabled }, async (page) => {
              await page.goto(firstApprover);
              await page.getByText('0 of 2 approvals are there').waitFor();
              await approve(page, '38');
              assert.equal(await heading(page), 'Your approval is recorded');
              assert.match((await page.locator('#now').textContent()) ?? '', /^1 more approval is needed before/);
              assert.match(
                (await page.locator('#waves').textContent()) ?? '',
                /first-approver approved, .*second-approver has not answered/,
              );
              assert.equal(await page.getByRole('button').count(), 0);
              assert.equal(await overflows(page), false);
              if (javaScriptEnabled) assert.deepEqual(await violationsIn(page), []);
              await shoot(page, `one-of-two-${width}`);
              assert.deepEqual([answersAt(desk), desk.world.told], [undefined, []]);

              await inPage(browser, { ...screen, javaScriptEnabled }, async (other) => {
                await other.goto(secondApprover);
                await other.getByText('1 of 2 approvals are there').waitFor();
                await shoot(other, `second-of-two-${width}`);
                await approve(other, '38');
                assert.equal(await heading(other), 'Approved by first-approver and second-approver');
                await shoot(other, `two-approved-${width}`);
              });

              if (javaScriptEnabled) await page.waitForFunction(() => document.title.startsWith('Approved'));
              else await page.getByRole('link', { name: 'Look again' }).click();
              await page.getByRole('heading', { name: 'Approved by first-approver and second-approver' }).waitFor();
              assert.equal(desk.world.told.length, 1);
            }),
          byTwo,
        ),
    );
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing on a ${width} when it is ${colorScheme}`, { skip }, () =>
      atDesk((desk, { firstApprover, secondApprover }) =>
        inPage(browser, { ...screen, colorScheme }, async (page) => {
          await page.goto(firstApprover);
          await page.evaluate(() => {
            for (const details of document.querySelectorAll('details')) details.open = true;
          });
          assert.deepEqual(await violationsIn(page), []);
          await page.goto(firstApprover);
          await shoot(page, `plan-${width}-${colorScheme}`);

          await approve(page, '83');
          assert.deepEqual(await violationsIn(page), []);
          await approve(page, '38');
          assert.deepEqual(await violationsIn(page), []);
          await page.goto(secondApprover);
          assert.deepEqual(await violationsIn(page), []);
          await page.goto(`${desk.url}/review/${run}/${'A'.repeat(43)}`);
          assert.deepEqual(await violationsIn(page), []);
        }),
      ),
    );
  }
}

describe('with colours that the reader forces', { skip }, () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`the picture of the waves and its key still have one colour for each tier, when it is ${colorScheme}`, () =>
      atDesk((_desk, { firstApprover }) =>
        inPage(browser, { ...widths.desktop, colorScheme, forcedColors: 'active' }, async (page) => {
          await page.goto(firstApprover);
          const colours = await page.evaluate(() =>
            ['0', '1', '2'].map((tier) => [
              getComputedStyle(document.querySelector(`span.key.tier-${tier}`) as Element, '::before').backgroundColor,
              getComputedStyle(document.querySelector(`rect.tier-${tier}`) as Element).fill,
            ]),
          );
          assert.equal(new Set(colours.map(([key]) => key)).size, 3);
          assert.deepEqual(
            colours.map(([key]) => key),
            colours.map(([, bar]) => bar),
          );
          await shoot(page, `plan-forced-colours-${colorScheme}`);
          // The browser shows its own colours, and tells axe the page's.
          const found = await violationsIn(page);
          assert.deepEqual(
            found.filter((line) => !line.startsWith('color-contrast')),
            [],
          );
        }),
      ));
  }
});

describe('by keyboard only', { skip }, () => {
  const tabTo = async (page: Page, isThere: () => boolean) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(isThere)) return;
    }
    assert.fail('the keyboard does not get there');
  };

  it('an approver jumps to the decision, types the number and approves', () =>
    atDesk((desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        await tabTo(page, () => document.activeElement?.textContent === 'Go to your decision');
        await page.keyboard.press('Enter');
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'count');
        await page.keyboard.type('38');
        await page.keyboard.press('Enter');
        await page.waitForSelector('h1.approved');
        assert.equal(answersAt(desk)?.[0]?.[0], 'approved');
      }),
    ));

  it('what is folded unfolds, and whatever has the focus shows it', () =>
    atDesk((_desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        await tabTo(page, () => document.activeElement?.tagName === 'SUMMARY');
        const outline = await page.evaluate(
          () => getComputedStyle(document.activeElement ?? document.body).outlineWidth,
        );
        assert.equal(outline, '3px');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement?.closest('details')?.open), true);
      }),
    ));
});

describe('with JavaScript', { skip }, () => {
  it('a filter shows what has a word, and says how many', () =>
    atDesk((_desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        await page.getByLabel('Show only secrets or services with').fill('sandbox');
        assert.equal(await page.locator('.filter [role=status]').textContent(), '4 of 38 shown');
        assert.equal(await page.locator('#secrets tr:has(td):visible').count(), 4);
        await page.getByLabel('Show only secrets or services with').fill('');
        await page.locator('#secrets summary').first().waitFor();
        assert.equal(await page.locator('#secrets details:visible').count(), 3);
      }),
    ));

  it('the progress goes on by itself, without a word to anybody else, until the run has ended', () =>
    atDesk((desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        const asked = new Set<string>();
        const complaints: string[] = [];
        page.on('request', (request) => asked.add(new URL(request.url()).origin));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(firstApprover);
        await approve(page, '38');
        const { texts } = desk.world.archive;
        for (const wave of [1, 2, 3])
          texts.set(archiveKeys.verdict(run, wave, 'baked'), '{"verdict":"sound","secrets":[]}');
        await page.getByText('Every wave ended well').waitFor();
        assert.deepEqual([[...asked], complaints], [[desk.url], []]);
      }),
    ));
});

describe('a browser keeps others from deciding', { skip }, () => {
  /** A page of another origin that holds the very form of the approver's page, and sends it at once. */
  async function trap(link: string): Promise<{ url: string; close: () => void }> {
    const fields = [...(await filledAt(link, { decision: 'approved', count: '38' }))];
    const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(
        `<form method="post" action="${link}">${inputs}</form><script>document.forms[0].submit()</script><iframe src="${link}"></iframe>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
  }

  it('a page elsewhere that sends the right form is refused', () =>
    atDesk(async (desk, { firstApprover }) => {
      const { url, close } = await trap(firstApprover);
      try {
        await inPage(browser, widths.desktop, async (page) => {
          await page.goto(url);
          await page.getByText('did not come from this page').waitFor();
        });
        await inPage(browser, widths.desktop, async (page) => {
          await page.goto(url.replace('127.0.0.1', 'localhost'));
          await page.getByText('did not come from this page').waitFor();
        });
      } finally {
        close();
      }
      assert.equal(answersAt(desk), undefined);
      assert.deepEqual(desk.world.warnings.at(-1), { run, fault: 'otherOrigin' });
    }));

  it('a scanner in a browser that clicks every link and submits every form decides nothing', () =>
    atDesk((desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        for (const nth of [0, 1]) {
          await page.evaluate((index) => document.forms[index]?.submit(), nth);
          await page.getByRole('alert').waitFor();
          await page.goto(firstApprover);
        }
        assert.equal(answersAt(desk), undefined);
        assert.equal(desk.world.warnings.length, 2);
      }),
    ));

  it('the link is in no referrer', () =>
    atDesk((_desk, { firstApprover }) =>
      inPage(browser, widths.desktop, async (page) => {
        await page.goto(firstApprover);
        const request = page.waitForRequest('http://elsewhere.invalid/');
        await page.evaluate(() => location.assign('http://elsewhere.invalid/'));
        assert.equal((await request).headers()['referer'], undefined);
      }),
    ));
});
