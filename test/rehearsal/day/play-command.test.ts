/*
 * Goal: `npm start` says by its exit code whether a scenario ended as it promises, and tells wrong usage from that.
 *
 * Method: the command as a child process, without a terminal, on the whole fleet and real targets.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../../..');

const start = (...args: string[]) =>
  new Promise<{ code: number | string | null | undefined; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'bin/rehearse.ts'), ...args],
      { cwd: root, maxBuffer: 16_777_216 },
      (error, out, err) => resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });

describe('npm start', () => {
  it('explains itself when asked to', async () => {
    const { code, out, err } = await start('--help');
    assert.deepEqual([code, err], [0, '']);
    for (const flag of ['--scenario', '--seed', '--approve', '--stay', '--json', '--help'])
      assert.ok(out.includes(flag), flag);
  });

  it('ends with 2 and a sentence for wrong usage, and plays nothing', async () => {
    for (const [args, says] of [
      [['--scenario', 'perfect-day'], /there is no such scenario; choose one of good-day, /],
      [['--seed', '1.5'], /give a whole number, 0 or more/],
      [['--seed', '9007199254740992'], /give a whole number, 0 or more/],
      [['--seed='], /--seed needs a value; write it as --seed VALUE/],
      [['--seed', '1', '--seed', '2'], /--seed is given twice; give it once/],
      [['--approve=no'], /--approve takes no value, but got no/],
      [['--aprove'], /there is no flag --aprove; there are --scenario, --approve, /],
      [['good-day'], /good-day is not expected here; flags begin with --/],
    ] as const) {
      const { code, out, err } = await start(...args);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, says);
      assert.match(err, /npm start -- --help/);
    }
  });

  it('stays until somebody presses Enter where it is asked to, and ends as its scenario did', async () => {
    const child = spawn(process.execPath, [join(root, 'bin/rehearse.ts'), '--stay', '--scenario', 'inverted-filter'], {
      cwd: root,
    });
    let out = '';
    for await (const part of child.stdout) {
      out += part;
      if (out.includes('stays open until you press Enter')) child.stdin.end('\n');
    }
    const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
    assert.deepEqual([code, /REFUSED/.test(out), /As promised/.test(out)], [0, true, true], out);
  });

  it('plays a scenario, prints its report as one JSON document and leaves it, and ends with 0', async () => {
    const { code, out, err } = await start('--scenario', 'inverted-filter', '--json');
    assert.equal(code, 0, err);
    const report = JSON.parse(out);
    assert.deepEqual([report.outcome, report.writesToSecrets, report.targets], ['refused', 0, 'real']);
    assert.match(err, /As promised/);
  });

  it('ends at once when it is interrupted, says nothing more, and leaves nothing running or lying about', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'keyturn-interrupted-'));
    // As root, PostgreSQL runs as somebody else, who must get in as well.
    chmodSync(scratch, 0o755);
    try {
      const child = spawn(process.execPath, [join(root, 'bin/rehearse.ts'), '--approve'], {
        cwd: root,
        env: { ...process.env, TMPDIR: scratch },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [said, complained, database] = ['', '', false];
      child.stderr.on('data', (text) => {
        complained += text;
      });
      child.stdout.on('data', (text) => {
        said += text;
        // By then the services live from their secrets, and go on while the run waits.
        if (!said.includes('the rotation window is closed') || child.killed) return;
        database = readdirSync(scratch).some((name) => name.startsWith('keyturn-postgres-'));
        said = '';
        child.kill('SIGINT');
      });
      const [code] = await once(child, 'close');
      assert.deepEqual([code, database, complained], [130, true, '']);
      assert.doesNotMatch(said, /cannot authenticate/);
      assert.deepEqual(readdirSync(scratch), []);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
