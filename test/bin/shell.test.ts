import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { shellWord } from '../../bin/shell.ts';

describe('a word for the shell', () => {
  it('stays as it is where it can', () => {
    assert.equal(shellWord('/work/keyturn/out/run-1'), '/work/keyturn/out/run-1');
  });

  for (const word of ['my clone/out', "it's", '$HOME', 'a;b', '*', '']) {
    it(`is read by a shell as what it was: ${word}`, () => {
      assert.equal(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }), word);
    });
  }
});
