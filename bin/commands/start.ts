import { randomUUID } from 'node:crypto';

import { LambdaClient } from '@aws-sdk/client-lambda';

import { startable } from '../../core/start.ts';
import { type Command, type ExitCode, type Output, readFlags, required, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { type DoorAnswer, DoorClosedError, doorFlags, doorHelp, doorOf, type SignedDoor } from '../signed-door.ts';

const modes = Object.entries(startable).flatMap(([mode, { goesBack }]) => (goesBack ? [] : mode));

/** What every command takes that starts a run and asks nothing else. */
export const startFlags = {
  why: { type: 'string' },
  token: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  ...doorFlags,
} as const;

type Given = Partial<Readonly<Record<'why' | 'token' | 'config' | 'api', string>> & { readonly json: boolean }>;

/** What the help of every such command ends with. */
export const startHelp = `  --token TOKEN  8 to 100 printable characters: the same token starts nothing twice (a new one if left out)
${doorHelp}
  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print {run, mode, requestedBy, why, begun} instead of text

Signs with the credentials and for the Region that the AWS SDK finds. Needs execute-api:Invoke on POST /runs: see
docs/channels/iam.md.
Exit code: 0 when the run is started, 1 when it was refused, 2 for wrong usage.`;

/** Asks for a run, as whom the AWS SDK finds. Whoever starts a run cannot approve it. */
export const start = (client: () => LambdaClient = () => new LambdaClient({})): Command => ({
  summary: 'start a run now: an audit, or a rotation that then waits for its approval',
  help: `Starts a run, in your name: whom AWS says that you are goes on record, and cannot approve it. An audit reports and touches
nothing. A rotation drafts a plan, which waits until somebody else approves it.

Usage: npm run keyturn -- start --why TEXT [--mode MODE] [--token TOKEN] [--api URL] [--config FILE] [--json]

  --why TEXT     why, for those who are to approve it
  --mode MODE    ${modes.join(' or ')} (audit if left out)
${startHelp}

Example:
  npm run keyturn -- start --mode rotate --why 'the key that leaked on Tuesday'
`,
  async run(args: readonly string[], output: Output): Promise<ExitCode> {
    const given = readFlags(args, { ...startFlags, mode: { type: 'string' } });
    const why = required('why', given.why, "'the key that leaked on Tuesday'");
    const { mode = 'audit' } = given;
    if (!modes.includes(mode)) throw new UsageError(`--mode is ${mode}; choose one of ${modes.join(', ')}`);
    return startOf({ mode, why }, given, client, output);
  },
});

/** Starts a run of which nothing more is to be said than its mode and why, and tells what came of it. */
export async function startOf(
  { mode, why }: { readonly mode: string; readonly why: string },
  given: Given,
  client: () => LambdaClient,
  output: Output,
): Promise<ExitCode> {
  const { stage } = await loadSettings(given.config);
  const door = await doorOf(stage, given.api, client());
  const started = await askForRun(door, { mode, why, token: given.token ?? randomUUID() });
  if (started.kind === 'refused') {
    output.complain(`keyturn: ${started.message}\n`);
    return 1;
  }
  output.print(given.json ? `${JSON.stringify(started.content)}\n` : `${started.said}\n`);
  return 0;
}

/** What came of asking for a run. */
export type Asked =
  | { readonly kind: 'started'; readonly content: DoorAnswer['content']; readonly said: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Asks at the door for a run. */
export async function askForRun(door: SignedDoor, wish: object): Promise<Asked> {
  try {
    const { status, content } = await door.ask('POST', '/runs', wish);
    if (status >= 400) {
      return { kind: 'refused', message: String(content['message'] ?? `the door answered ${status}`) };
    }
    const { run, mode, requestedBy, begun } = content;
    const said =
      begun === 'ended'
        ? `Run ${run} was started with this token before, and has ended.`
        : `Run ${run} is under way: ${mode}, asked for by ${requestedBy}.`;
    return { kind: 'started', content, said };
  } catch (error) {
    if (error instanceof DoorClosedError) return { kind: 'refused', message: error.message };
    throw error;
  }
}
