import { LambdaClient } from '@aws-sdk/client-lambda';

import { type Command, type ExitCode, type Output, readFlags, required } from '../command.ts';
import { startFlags, startHelp, startOf } from './start.ts';

/** Asks for a retirement, as whom the AWS SDK finds. Whoever asks for it cannot approve it. */
export const retire = (client: () => LambdaClient = () => new LambdaClient({})): Command => ({
  summary: 'deactivate, or delete much later, what finished rotations replaced and nobody uses',
  help: `Asks for a retirement: a run that takes out of use the old credentials that finished rotations replaced. It deactivates what
was replaced, and unused, for the grace period (retirement.graceDays), which can be undone; and it deletes what it
deactivated a second grace period ago (retirement.deleteAfterDays), which cannot. Its plan says of each secret which of the
two it is, and waits until somebody else approves it. Whatever is unclear is kept, and reported with why.

Usage: npm run keyturn -- retire --why TEXT [--token TOKEN] [--api URL] [--config FILE] [--json]

  --why TEXT     why, for those who are to approve it
${startHelp}

Example:
  npm run keyturn -- retire --why 'the old keys of the November rotation'
`,
  async run(args: readonly string[], output: Output): Promise<ExitCode> {
    const given = readFlags(args, startFlags);
    const why = required('why', given.why, "'the old keys of the November rotation'");
    return startOf({ mode: 'retire', why }, given, client, output);
  },
});
