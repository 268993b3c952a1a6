import { parseArgs } from 'node:util';

import settings from '../chromepay.config.ts';
import { defects, firstBroken } from '../simulation/defects.ts';
import { prepare } from '../simulation/ground.ts';
import { shrink } from '../simulation/shrink.ts';
import { simulate } from '../simulation/simulate.ts';
import { Tally, tell } from '../simulation/tell.ts';

const help = `Plays whole runs on small random fleets, with random faults at Keyturn's own calls, and checks every promise after each.

  npm run simulate                         100 runs from a fresh seed
  npm run simulate -- --runs N --seed S    N runs, the first of seed S, the next of S + 1, and so on
  npm run simulate -- --missed             tells which fault points were not hit, too
  npm run simulate -- --defects            tells how each defect that is put in on purpose is found

The same seed is the same run.
Exit code: 0 when every promise held, 1 when one was broken, 2 for wrong usage.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    missed: { type: 'boolean', default: false },
    defects: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) return say(help, 0);
    const [runs, seed] = [values.runs, values.seed].map((text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined));
    if (!runs || seed === undefined) return say(help, 2);
    if (values.defects) return await tellDefects();
    return await simulateAll(runs, seed, values.missed);
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!isUsage) throw error;
    return say(`${error.message}\n\n${help}`, 2);
  }
}

async function simulateAll(runs: number, first: number, tellsMissed: boolean): Promise<number> {
  say(`${runs} runs from seed ${first}`, 0);
  const ground = prepare(settings);
  const tally = new Tally();
  try {
    for (let seed = first; seed < first + runs; seed += 1) {
      const simulated = await simulate(ground, seed);
      tally.add(simulated);
      if (simulated.broken.length > 0) say(`\n${tell(await shrink(ground, simulated))}\n`, 1);
    }
    if (tellsMissed) say(`not hit: ${tally.missed.join(', ') || 'none'}`, 0);
    return say(tally.summary(), tally.failed === 0 ? 0 : 1);
  } finally {
    ground.leave();
  }
}

/** Plays runs with each defect until one breaks the promise that it should. */
async function tellDefects(): Promise<number> {
  const ground = prepare(settings);
  let missed = 0;
  try {
    for (const defect of defects) {
      const found = await firstBroken(ground, defect);
      missed += found === undefined ? 1 : 0;
      say(`${defect.name}: ${found === undefined ? 'NOT FOUND' : tell(await shrink(ground, found, defect))}\n`, 0);
    }
  } finally {
    ground.leave();
  }
  return say(`${defects.length - missed} of ${defects.length} defects were found.`, missed === 0 ? 0 : 1);
}

function say(text: string, exitCode: number): number {
  console.log(text);
  return exitCode;
}
