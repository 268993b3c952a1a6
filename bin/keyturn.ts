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

// Whoever reads may stop, as head does. What was asked for is done all the same, and the exit code says how it went.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await commandLine(commands, process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
