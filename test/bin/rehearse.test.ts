import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { commandLine } from '../../bin/command-line.ts';
import { rehearse } from '../../bin/commands/rehearse.ts';

const root = join(import.meta.dirname, '../..');

async function keyturn(...args: string[]) {
  let [printed, complained] = ['', ''];
  const output = {
    print: (text: string) => {
      printed += text;
    },
    complain: (text: string) => {
      complained += text;
    },
  };
  const exitCode = await commandLine({ rehearse }, ['rehearse', ...args], output);
  return { exitCode, printed, complained };
}

const fleet = [
  ...['--inventory', join(root, 'rehearsal/chromepay/inventory.json')],
  ...['--as-of', '2026-11-18T19:15:00Z'],
];

describe('rehearsing a fleet whose approvers nobody can reach', () => {
  it('is refused at once, saying what to set: the run would wait in vain and expire', async () => {
    const config = join(root, 'test/fixtures/silent.config.ts');
    const { exitCode, printed, complained } = await keyturn(...fleet, '--config', config);
    assert.deepEqual([exitCode, printed], [2, '']);
    assert.match(complained, /reaches no approver by mail or Slack.*set channels\.email, or channels\.slack/s);
  });
});
