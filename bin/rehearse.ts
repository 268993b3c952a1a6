import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { instant } from '../core/instant.ts';
import settings from '../keyturn.config.ts';
import { scenarios } from '../rehearsal/scenarios.ts';
import { progressLines } from './rehearsal/progress-lines.ts';
import { exitCodeOf, rehearse } from './rehearsal/rehearse.ts';

/** The Wednesday of the incident, 14:15 in New York. */
const asOf = instant(Date.UTC(2026, 10, 18, 19, 15));

const help = `Plays a rotation of the ChromePay fleet: 127 secrets of 50 services, 38 of them expired.

  npm start                              the good day
  npm start -- --scenario NAME           the same day going wrong in one way
  npm start -- --approve                 do not wait for a person at the review page

The deployed stack is synthesised and run in this process: its state machine, its steps, its policies, under virtual
time, against real servers on loopback. In a terminal the run waits for you to approve at the page whose link it prints;
without a terminal it approves by itself, through the same request. Reports are left in out/latest.

Scenarios:
${Object.values(scenarios)
  .map(({ name, says }) => `  ${name.padEnd(24)}${says}`)
  .join('\n')}

Options:
  --seed N       another order of chances (default 1)
  --json         print the report as JSON, and progress on standard error
  --help         this text

Exit code: 0 when the run ended as its scenario promises, 1 when not, 2 for wrong usage.`;

process.exitCode = await main(process.argv.slice(2));
// Keep-alive connections of the review page must not keep a finished rehearsal alive.
process.exit();

async function main(args: string[]): Promise<number> {
  const given = read(args);
  if (typeof given === 'string') {
    console.error(`${given}\nSee: npm start -- --help`);
    return 2;
  }
  if (given.help) {
    console.log(help);
    return 0;
  }

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
    out: join(root, 'out'),
    print,
  });
  if (given.json) console.log(JSON.stringify(report));
  return exitCodeOf(report);
}

/** Reads the arguments. A text says what is wrong with them. */
function read(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        scenario: { type: 'string', default: 'good-day' },
        approve: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const scenario = Object.hasOwn(scenarios, values.scenario) ? scenarios[values.scenario] : undefined;
    const seed = /^\d+$/.test(values.seed) ? Number(values.seed) : Number.NaN;
    if (scenario === undefined) {
      return `--scenario ${values.scenario}: there is no such scenario; choose one of ${Object.keys(scenarios).join(', ')}`;
    }
    if (!Number.isSafeInteger(seed) || seed < 0) return `--seed ${values.seed}: give a whole number, 0 or more`;
    return { ...values, scenario, seed };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
