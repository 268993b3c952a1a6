import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { shellWord } from '../../bin/shell.ts';

describe('a word for the shell', () => {
  it('stays as it is where it can', () => {
    assert.equal(shellWord('out/evidence-2/run_1.json'), 'out/evidence-2/run_1.json');
  });

  for (const word of ['my clone/out', "it's", '$HOME', 'a;b', '*', '']) {
    it(`is read by a shell as what it was: ${word}`, () => {
      assert.equal(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }), word);
    });
  }
});
