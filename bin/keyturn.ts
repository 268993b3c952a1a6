import { commandLine } from './command-line.ts';
import { plan } from './commands/plan.ts';
import { rehearse } from './commands/rehearse.ts';

/** Every command there is, in the order in which help lists them. */
const commands = { plan, rehearse };

process.exitCode = await commandLine(commands, process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
