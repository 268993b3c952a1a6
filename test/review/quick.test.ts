import assert from 'node:assert/strict';
import { it } from 'node:test';

import { openPages } from '../../bench/page.ts';

/*
 * Goal: the page opens at once, for a fleet of a hundred as for one of ten thousand.
 *
 * Method: bytes are held to the promise. Times depend on the machine: they are said in the test's report, and hold nothing up.
 */

it('over HTTP, every page of a plan is under 100 KB, however many secrets it is about', async (test) => {
  const opened = await openPages(5);
  assert.deepEqual(
    opened.map(({ fleet, selected, page }) => [fleet, selected, page]),
    [
      [127, 38, 1],
      [10_000, 3_000, 1],
      [10_000, 3_000, 2],
      [10_000, 3_000, 25],
      [10_000, 3_000, 50],
    ],
  );
  for (const { fleet, page, status, firstByteMillis, bytes } of opened) {
    test.diagnostic(
      `${fleet} secrets, page ${page}: first byte after ${firstByteMillis.toFixed(1)} ms, ${bytes} bytes`,
    );
    assert.equal(status, 200);
    assert.ok(bytes < 100_000, `${bytes} bytes`);
  }
});
