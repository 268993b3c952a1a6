/*
 * Goal: a real PostgreSQL server comes in a moment, holds a fleet's logins, and leaves nothing behind.
 *
 * Method: start it here, and in child processes that end in each of the ways in which a rehearsal can end.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, it } from 'node:test';

import { PostgresServer } from '../../../rehearsal/targets/postgres-server.ts';

describe('a PostgreSQL server of a rehearsal', { concurrency: true }, () => {
  it('admits pairs of logins in one go, of which only one half is known', async () => {
    const server = await PostgresServer.start();
    try {
      const logins = Array.from({ length: 30 }, (_, index) => ({ username: `app-${index}`, password: `of ${index}` }));
      await server.admitPairs(logins);
      assert.equal(await server.accepts({ username: 'app-29', password: 'of 29' }), true);
      assert.equal(await server.accepts({ username: 'app-29', password: 'of 28' }), false);
      assert.equal(await server.accepts({ username: 'app-29_clone', password: 'of 29' }), false);
    } finally {
      await server.stop();
    }
    assert.equal(await isListening(server.port), false);
  });

  const endings = [
    { how: 'stops it', ending: 'await server.stop(); process.exitCode = 3', exit: [3, null] },
    { how: 'exits without a word', ending: 'process.exit(4)', exit: [4, null] },
    {
      how: 'is interrupted',
      ending: "process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000)",
      exit: [130, null],
    },
  ];
  for (const { how, ending, exit } of endings) {
    it(`is gone, with its directory, when the process ${how}, and leaves its exit code alone`, async () => {
      const child = startIn(`
        const { PostgresServer } = await import(${JSON.stringify(new URL('../../../rehearsal/targets/postgres-server.ts', import.meta.url).href)});
        const server = await PostgresServer.start();
        console.log(JSON.stringify({ port: server.port, directory: server.directory }));
        ${ending};
      `);
      const [said, ended] = await Promise.all([linesOf(child), endOf(child)]);
      const { port, directory } = JSON.parse(said);

      assert.deepEqual(ended, exit);
      assert.equal(existsSync(directory), false);
      assert.equal(await isListening(port), false);
    });
  }
});

const startIn = (script: string): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'ignore'] });

async function linesOf(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) said += chunk;
  return said;
}

const endOf = (child: ChildProcess) =>
  new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (code, signal) => resolve([code, signal])),
  );

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
