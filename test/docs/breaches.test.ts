/*
 * Goal: every mistake that the promises are tried with can still be made, so that none is left out of the trial unseen.
 *
 * Method: what each would replace stands in its file once, and the tests that must notice it are there.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { breaches } from '../../mutation/breaches.ts';

const root = new URL('../../', import.meta.url);

describe('a breach', () => {
  for (const { promise, mistake, file, from, tests } of breaches) {
    it(`of ${promise} can be made: ${mistake}`, () => {
      assert.equal(readFileSync(new URL(file, root), 'utf8').split(from).length - 1, 1, `${from} in ${file}`);
      assert.deepEqual(
        tests.filter((test) => !existsSync(new URL(test, root))),
        [],
      );
    });
  }
});
