import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as startTests } from 'node:test';

import { type Breach, breaches } from '../mutation/breaches.ts';
import { readFlags, UsageError } from './command.ts';

const help = `Breaks the promises of the safety case on purpose, one mistake after the other, and looks whether the tests notice that
are called after the promise.

  npm run breach             all of them: some minutes
  npm run breach -- S5 S11   these promises

The tests run in a copy of the project, first as it is and then with each mistake.

Exit code: 0 when every mistake was noticed, 1 when one was not, 2 for wrong usage.`;

const root = join(import.meta.dirname, '..');

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const named = args.filter((arg) => !arg.startsWith('--'));
    if (readFlags(args.slice(named.length), { help: { type: 'boolean' } }).help) return say(help, 0);
    const known = new Set<string>(breaches.map(({ promise }) => promise));
    for (const name of named) {
      if (!known.has(name)) throw new UsageError(`there is no promise ${name}; there are ${[...known].join(', ')}`);
    }
    return await breakAll(breaches.filter(({ promise }) => named.length === 0 || named.includes(promise)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nSee: npm run breach -- --help`);
    return 2;
  }
}

async function breakAll(chosen: readonly Breach[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-breach-'));
  try {
    const copy = copyInto(folder);
    let missed = 0;
    for (const breach of chosen) {
      const noticed = await isNoticed(copy, breach);
      missed += noticed ? 0 : 1;
      say(`${breach.promise.padEnd(4)}${noticed ? 'noticed  ' : 'MISSED   '}${breach.mistake}`, 0);
    }
    return say(`${chosen.length - missed} of ${chosen.length} mistakes were noticed.`, missed === 0 ? 0 : 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The project, and beside it what tests may look for there. What is installed is shared. */
function copyInto(folder: string): string {
  const copy = join(folder, 'project');
  const left = new Set(['node_modules', '.git', 'out', 'cdk.out', '.stryker-tmp']);
  cpSync(root, copy, { recursive: true, filter: (path) => !left.has(path.slice(root.length + 1)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const beside of readdirSync(join(root, '..')).filter((name) => name === 'shared')) {
    symlinkSync(join(root, '..', beside), join(folder, beside));
  }
  return copy;
}

/** Whether the promise's tests hold without the mistake, and one of them fails with it. */
async function isNoticed(copy: string, { promise, mistake, file, from, to, tests }: Breach): Promise<boolean> {
  for (const test of tests) {
    if (!existsSync(join(copy, test))) throw new Error(`${mistake}: there is no ${test}`);
  }
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2)
    throw new Error(`${mistake}: ${file} does not hold its line once; say where it is now`);

  const sound = await run(copy, promise, tests);
  if (sound.passed === 0 || sound.failed > 0) {
    throw new Error(
      `${promise}: of its tests in ${tests.join(', ')} ${sound.passed} hold and ${sound.failed} fail unbroken`,
    );
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    return (await run(copy, promise, tests)).failed > 0;
  } finally {
    writeFileSync(path, text);
  }
}

/** Runs the tests that are called after a promise. A file that cannot even be loaded has no test that noticed anything. */
async function run(
  cwd: string,
  promise: string,
  tests: readonly string[],
): Promise<{ passed: number; failed: number }> {
  const files = tests.map((test) => join(cwd, test));
  const testNamePatterns = [new RegExp(`\\b${promise}\\b`)];
  const count = { passed: 0, failed: 0 };
  for await (const { type, data } of startTests({
    cwd,
    files,
    testNamePatterns,
    execArgv: ['--import', './test/fixed-seed.ts'],
  })) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A suite, or a file, tells again what the tests in it came to.
    if (data.details.type === 'suite' || files.some((file) => file.endsWith(data.name))) continue;
    count[type === 'test:pass' ? 'passed' : 'failed'] += data.skip === undefined ? 1 : 0;
  }
  return count;
}

function say(text: string, exitCode: number): number {
  console.log(text);
  return exitCode;
}
