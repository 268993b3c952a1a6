import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import settings from '../chromepay.config.ts';
import { instant } from '../core/instant.ts';
import { scenarios } from '../rehearsal/day/scenarios.ts';
import { readFlags, UsageError } from './command.ts';
import { progressLines } from './rehearsal/progress-lines.ts';
import { readSeed } from './rehearsal/seed-flag.ts';

/** The Wednesday of the incident, 14:15 in New York. */
const asOf = instant(Date.UTC(2026, 10, 18, 19, 15));

const help = `Plays a rotation of the ChromePay fleet: 127 secrets of 50 services, 38 of them expired.

  npm start                              the good day
  npm start -- --scenario NAME           the same day going wrong in one way
  npm start -- --approve                 do not wait for a person at the review page
  npm start -- --stay                    stay after the run: restore it, check its evidence, start another

The deployed stack is synthesised and run in this process: its state machine, its steps, its policies, under virtual
time, against real servers on loopback. In a terminal the run waits for you to approve at the page whose link it prints;
without a terminal it approves by itself, through the same request. Reports are left in out/latest.

With --stay it does not end with the run: it prints an environment with which npm run keyturn works against it from another
terminal (status, halt, resume, start, restore, retire, approve, reject, evidence, quarantine, release, recover), plays what
is started there, and ends when you press Enter. The exit code is about the scenario all the same.

Scenarios:
${Object.values(scenarios)
  .map(({ name, says }) => `  ${name.padEnd(24)}${says}`)
  .join('\n')}

Options:
  --seed N       another order of chances (default 1)
  --json         print the report as JSON, and progress on standard error
  --help         this text

Exit code: 0 when the run ended as its scenario promises, 1 when not, 2 for wrong usage.`;

const flags = {
  scenario: { type: 'string' },
  approve: { type: 'boolean' },
  stay: { type: 'boolean' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

process.exitCode = await main(process.argv.slice(2));
// Keep-alive connections of the review page must not keep a finished rehearsal alive.
process.exit();

async function main(args: string[]): Promise<number> {
  try {
    const given = read(args);
    if (!given.help) return await play(given);
    console.log(help);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nSee: npm start -- --help`);
    return 2;
  }
}

async function play(given: ReturnType<typeof read>): Promise<number> {
  // An Enter of before the stay is not one that ends it.
  if (given.stay) process.stdin.resume();
  // Loaded only now: it brings the CDK along, and whoever asks for help need not wait for that.
  const { exitCodeOf, rehearse } = await import('./rehearsal/rehearse.ts');
  const print = given.json ? console.error : console.log;
  const root = join(import.meta.dirname, '..');
  const report = await rehearse({
    settings,
    inventory: await readFile(join(root, 'rehearsal/chromepay/inventory.json'), 'utf8'),
    asOf,
    seed: given.seed,
    mode: 'rotate',
    scenario: given.scenario,
    targets: 'real',
    person: process.stdin.isTTY === true && process.stdout.isTTY === true && !given.approve,
    watch: progressLines(print),
    ...(given.stay ? { leave: entered } : {}),
    out: join(root, 'out'),
    print,
  });
  if (given.json) console.log(JSON.stringify(report));
  return exitCodeOf(report);
}

/** Waits for Enter, or for the end of what is typed. Ctrl-C ends a rehearsal at once, wherever it is, and leaves no report. */
async function entered(): Promise<void> {
  if (process.stdin.readableEnded) return;
  await new Promise((resolve) => process.stdin.once('data', resolve).once('end', resolve));
}

/**
 * Reads the arguments as every command's are read.
 *
 * @throws {UsageError} saying what is wrong with them.
 */
function read(args: string[]) {
  const { scenario: name = 'good-day', seed, ...given } = readFlags(args, flags);
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (scenario === undefined) {
    throw new UsageError(
      `--scenario ${name}: there is no such scenario; choose one of ${Object.keys(scenarios).join(', ')}`,
    );
  }
  return { ...given, scenario, seed: readSeed(seed) };
}
