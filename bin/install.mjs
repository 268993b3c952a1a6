// Runs under whatever Node the machine has, before anything is installed: installs what the lock file says, once.
import { execSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { lendPostgres, mustLend } from './lend-postgres.mjs';

const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.package-lock.json', import.meta.url);

/** The versions that a lock file names, by place. npm's own record leaves out what is not for this platform. */
const versionsIn = (file) =>
  Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([place]) => place !== '');

function isUpToDate() {
  if (!existsSync(installed)) return false;
  const there = new Map(versionsIn(installed).map(([place, { version }]) => [place, version]));
  return versionsIn(lock).every(([place, { version, optional }]) =>
    there.has(place) ? there.get(place) === version : optional === true,
  );
}

if (!isUpToDate()) {
  console.log('Installing what package-lock.json names (npm ci). This is needed once.');
  execSync('npm ci --no-fund --no-audit --loglevel=error', { cwd: new URL('..', import.meta.url), stdio: 'inherit' });
}

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
if (mustLend(modules)) lendPostgres(modules);
