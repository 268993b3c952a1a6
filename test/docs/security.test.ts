/*
 * Goal: whoever reads a promise in the safety case finds the tests that fail when it is broken.
 *
 * Method: every promise has a section; every test file that it names is there, and has a test of that promise's name.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const promises = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11', 'S12', 'S13', 'S14'];

const sections = new Map(
  read('docs/security.md')
    .split('\n### ')
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section.split('\n## ')[0] ?? '']),
);

describe('the safety case', () => {
  it('has a section of each promise, in their order', () => {
    assert.deepEqual([...sections.keys()].slice(0, promises.length), promises);
  });

  for (const promise of promises) {
    it(`says of ${promise} what holds it, which tests break with it, and what is left to trust`, () => {
      const section = sections.get(promise) ?? '';
      assert.match(section, /\n- \*\*Held by (AWS|code)\*\*: ./);
      assert.match(section, /\n- \*\*Left to trust\*\*: ./);

      const named = [...section.matchAll(/`(test\/[a-z0-9/-]+\.test\.ts)`/g)].map(([, path = '']) => path);
      assert.ok(named.length > 0, 'it names no test');
      const title = new RegExp(`(describe|it)\\(\\s*[\`'][^\`']*\\b${promise}\\b`);
      assert.deepEqual(
        named.filter((path) => !title.test(read(path))),
        [],
        `these have no test called after ${promise}`,
      );
    });
  }
});
