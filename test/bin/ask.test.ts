import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import { askAt } from '../../bin/ask.ts';

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return { input, output, said: () => String(output.read() ?? '') };
}

describe('asking at a terminal', () => {
  it('shows the question, and takes the line that is typed', async () => {
    const { said, ...streams } = terminal();
    const answer = askAt(streams, 'How many? ');
    streams.input.write('38\r');
    assert.equal(await answer, '38');
    assert.match(said(), /How many\? /);
  });

  for (const [keys, typed] of [
    ['Ctrl-C', '\x03'],
    ['Ctrl-C in the middle of an answer', '3\x03'],
    ['Ctrl-D', '\x04'],
  ] as const) {
    it(`takes ${keys} for no answer, and leaves the line`, async () => {
      const { said, ...streams } = terminal();
      const answer = askAt(streams, 'How many? ');
      streams.input.write(typed);
      assert.equal(await answer, undefined);
      assert.match(said(), /\n$/);
    });
  }
});
