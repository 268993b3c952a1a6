import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

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

describe('rehearsing a fleet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-rehearse-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is refused at once where no report can be left', async () => {
    const out = join(folder, 'a-file');
    writeFileSync(out, '');
    const { exitCode, printed, complained } = await keyturn(...fleet, '--out', out);
    assert.deepEqual([exitCode, printed], [2, '']);
    assert.match(complained, /^keyturn: no report can be left in .*a-file \(EEXIST\); free it, or give a folder/);
  });

  it('is refused at once with a seed that is no whole number', async () => {
    for (const seed of ['1e3', '0x10', ' 7']) {
      const { exitCode, complained } = await keyturn(...fleet, '--seed', seed);
      assert.equal(exitCode, 2);
      assert.ok(complained.includes(`--seed is ${seed}; give a whole number, 0 or more`), complained);
    }
  });

  it('says of a fault that it struck no call, and ends with 1: nothing was learnt of it', async () => {
    const inventory = join(folder, 'empty.json');
    writeFileSync(inventory, '{"SecretList":[]}');
    const { exitCode, printed } = await keyturn(
      ...['--inventory', inventory, '--as-of', '2026-11-18T19:15:00Z', '--out', join(folder, 'out')],
      ...['--fault', 'secretsmanager:PutSecretValeu=throttled@2,secretsmanager:ListSecrets=throttled@1'],
    );
    assert.equal(exitCode, 1);
    assert.match(printed, /no call was struck by the fault secretsmanager:PutSecretValeu=throttled@2\n/);
    assert.doesNotMatch(printed, /struck by the fault secretsmanager:ListSecrets/);
  });
});
