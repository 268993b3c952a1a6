/*
 * Goal: the command line as it is called: what goes wrong with its output is no fault of its own.
 *
 * Method: the command as a child process.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');

describe('npm run keyturn', () => {
  it('ends as it would have, and says nothing, when whoever reads it has stopped reading', async () => {
    const child = spawn(process.execPath, [join(root, 'bin/keyturn.ts'), 'help'], { cwd: root });
    child.stdout.destroy();
    let complained = '';
    child.stderr.on('data', (text) => {
      complained += text;
    });
    const [code] = await once(child, 'close');
    assert.deepEqual([code, complained], [0, '']);
  });
});
