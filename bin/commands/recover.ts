import { SFNClient } from '@aws-sdk/client-sfn';

import { SfnRecoveries } from '../../adapters/sfn-recoveries.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { recoveryName } from '../../core/past-runs/recovery.ts';
import type { Run } from '../../core/plan.ts';
import { type Command, type ExitCode, type Output, readFlags, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { findMachine } from './status.ts';

const flags = { config: { type: 'string' }, json: { type: 'boolean' } } as const;

/** So often the watchdog itself begins anew; a person gets one more turn. */
const mostAttempts = 6;

/** Starts the settling of a run by hand, if no event and no sweep did. A run that lives is never touched by it. */
export const recover = (client: () => SFNClient = () => new SFNClient({})): Command => ({
  summary: 'settle a run that died: what the watchdog does, started by hand',
  help: `Settles a run that ended FAILED, TIMED_OUT or ABORTED: what was half-way goes back, and the lock is freed. A run
that lives it leaves alone, and of one that ended by itself it frees the lock and nothing else. Started twice it is the same as once.

Usage: npm run keyturn -- recover RUN [--config FILE] [--json]

  RUN            the name of the execution
  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print {stage, run, recovery} instead of text

Calls AWS with the credentials and the Region that the AWS SDK finds. Needs states:ListStateMachines, and
states:StartExecution on the recovery's state machine.
Exit code: 0 when the recovery is under way, 1 when it was begun as often as is allowed.
`,
  async run([run, ...args]: readonly string[], output: Output): Promise<ExitCode> {
    if (run === undefined || !/^[A-Za-z0-9_-]{1,80}$/.test(run))
      throw new UsageError('the run is missing; add the name of its execution, as in recover 2026-11-18-a');
    const given = readFlags(args, flags);
    const { stage } = await loadSettings(given.config);
    const sfn = client();
    const recoveries = new SfnRecoveries(sfn, await findMachine(sfn, `keyturn-${stage}-recovery`));

    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const recovery = recoveryName(run as Run, attempt, sha256);
      if ((await recoveries.start(recovery, run as Run)) === 'ended') continue;
      const said = `The recovery of ${run} is under way as ${recovery}. It waits five minutes before it settles anything.`;
      output.print(given.json ? `${JSON.stringify({ stage, run, recovery })}\n` : `${said}\n`);
      return 0;
    }
    output.complain(`keyturn: ${run} was recovered ${mostAttempts} times; see docs/operations.md#recovery-failed\n`);
    return 1;
  },
});
