import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/* A real browser: the Chromium that an npm package carries, or else an installed one. */

const screens = join(import.meta.dirname, '../../out/screens');

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Starts a browser, or says why there is none. */
export async function startBrowser(): Promise<Browser | string> {
  const failures: string[] = [];
  for (const start of [startCarried, ...installed.filter((path) => existsSync(path)).map(startInstalled)]) {
    try {
      return await start();
    } catch (error) {
      failures.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  return `no browser starts here: ${failures.join('; ')}`;
}

async function startCarried(): Promise<Browser> {
  const { default: carried } = await import('@sparticuz/chromium');
  return startAt(await carried.executablePath());
}

/** Without the arguments that the package proposes: they are for Lambda, and switch off what the attacks are held by. */
const startAt = (executablePath: string) =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], chromiumSandbox: false });

const startInstalled = (executablePath: string) => () => startAt(executablePath);

/** The widths that the page is tried at. */
export const widths = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 900 } },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

/** Runs what a person does in a context of its own, and closes it whatever happens. */
export async function inPage<Result>(
  browser: Browser,
  options: BrowserContextOptions,
  visit: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(10_000);
  try {
    return await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

/** What axe finds against WCAG and good practice, as one line each. */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return (found as axe.AxeResults).violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  );
}

/** Leaves a picture of the whole page for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `review-${name}.png`), fullPage: true });
}

/** Whether the page is wider than the screen, which nobody should have to scroll sideways. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
