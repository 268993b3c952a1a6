/*
 * Goal: the bench says what it takes, rather than measuring for minutes what nobody asked for.
 *
 * Method: the command as a child process.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'bench/bench.ts'), ...args], { cwd: root, encoding: 'utf8' });

describe('npm run bench', () => {
  it('explains itself when asked to', () => {
    const { status, stdout, stderr } = bench('--help');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /npm run bench -- 1000/);
  });

  for (const size of ['--bogus', '0', '1e3', '1000000']) {
    it(`measures no fleet of ${size} secrets`, () => {
      const { status, stdout, stderr } = bench('1000', size);
      assert.deepEqual([status, stdout], [2, '']);
      assert.ok(stderr.startsWith(`${size} is no size of a fleet; give a whole number, up to 999999\n`), stderr);
    });
  }
});
