import { statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join, relative } from 'node:path';

import { Stryker } from '@stryker-mutator/core';

import { readFlags, UsageError } from './command.ts';
import { pathAsTyped } from './settings-file.ts';

const help = `Changes the core in one small way after the other, and looks whether a test notices.

  npm run mutate                                all of core/: within an hour on one processor
  npm run mutate -- core/rotation/rotation.ts   these files or folders

What no test noticed is printed at once, and left in out/mutation/report.html. What did not change since the last time is
not tried again. Runs at the lowest priority.

Exit code: 0 when it ran to its end, whatever survived; 2 for wrong usage.`;

const root = join(import.meta.dirname, '..');

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const paths = args.filter((arg) => !arg.startsWith('--'));
    if (readFlags(args.slice(paths.length), { help: { type: 'boolean' } }).help) {
      console.log(help);
      return 0;
    }
    const mutate = paths.length === 0 ? ['core/**/*.ts'] : paths.map(patternOf);
    setPriority(19);
    process.chdir(root);
    await new Stryker({ configFile: 'mutation/stryker.config.json', mutate }).runMutationTest();
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nSee: npm run mutate -- --help`);
    return 2;
  }
}

/** Only the core is worth it: what translates and sequences is held by tests of its own kind. */
function patternOf(path: string): string {
  const absolute = pathAsTyped(path);
  const inside = relative(root, absolute);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined || !/^core(\/|$)/.test(inside)) {
    throw new UsageError(`${path} is no file or folder of core/; name one, as in core/rotation/rotation.ts`);
  }
  return found.isDirectory() ? `${inside}/**/*.ts` : inside;
}
