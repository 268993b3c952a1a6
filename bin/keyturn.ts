import { commandLine } from './command-line.ts';
import { plan } from './commands/plan.ts';
import { rehearse } from './commands/rehearse.ts';
import { status } from './commands/status.ts';
import { halt, resume } from './commands/switch.ts';

/** Every command there is, in the order in which help lists them. */
const commands = { plan, rehearse, status: status(), halt: halt(), resume: resume() };

process.exitCode = await commandLine(commands, process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
