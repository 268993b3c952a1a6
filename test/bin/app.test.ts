/*
 * Goal: a wrong value fails the synthesis with the field, the value and what to do, and nothing beside it.
 *
 * Method: the app as the CDK's command line starts it, with its context.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'keyturn-app-'));
after(() => rmSync(folder, { recursive: true }));

function synthesise(config: string) {
  const file = join(folder, 'keyturn.config.ts');
  writeFileSync(file, config);
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ config: file }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/app.ts')], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { file, status, stdout, stderr };
}

describe('the CDK app', () => {
  it('says what is wrong with the settings, and no more', () => {
    const { file, status, stdout, stderr } = synthesise(
      `import { defineSettings } from '${join(root, 'lib/settings.ts')}';
       const { default: settings } = await import('${join(root, 'chromepay.config.ts')}');
       export default defineSettings({ ...settings, batchSize: 21 });`,
    );
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(
      stderr,
      `${file} cannot be loaded: the settings have a problem:\n  batchSize (21) is not a whole number from 1 to 20; one call reads at most 20 secret values\n`,
    );
  });

  it('takes nothing that is no settings', () => {
    const { file, status, stderr } = synthesise('export default {};');
    assert.deepEqual(
      [status, stderr],
      [2, `${file} exports no settings; write: export default defineSettings({ … })\n`],
    );
  });
});
