import { commandLine } from './command-line.ts';
import { approve, reject } from './commands/answer.ts';
import { evidence } from './commands/evidence.ts';
import { plan } from './commands/plan.ts';
import { quarantine, release } from './commands/quarantine.ts';
import { recover } from './commands/recover.ts';
import { rehearse } from './commands/rehearse.ts';
import { restore } from './commands/restore.ts';
import { retire } from './commands/retire.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { halt, resume } from './commands/switch.ts';

/** Every command there is, in the order in which help lists them. */
const commands = {
  plan,
  rehearse,
  start: start(),
  approve: approve(),
  reject: reject(),
  status: status(),
  halt: halt(),
  resume: resume(),
  restore: restore(),
  retire: retire(),
  recover: recover(),
  evidence: evidence(),
  quarantine: quarantine(),
  release: release(),
};

process.exitCode = await commandLine(commands, process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
