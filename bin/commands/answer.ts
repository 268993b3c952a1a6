import { LambdaClient } from '@aws-sdk/client-lambda';

import { secretsAsked } from '../../core/approval/approval-answer.ts';
import { longestReason } from '../../core/approval/decision.ts';
import type { PlanShown, Shown } from '../../lambdas/review/shown.ts';
import { askAt } from '../ask.ts';
import { type Command, type ExitCode, type Output, readFlags, required, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { DoorClosedError, doorFlags, doorHelp, doorOf, type SignedDoor } from '../signed-door.ts';
import { planText, standingText } from './approval-print.ts';

/** What a command that answers needs of the machine. */
export interface Answering {
  readonly client: () => LambdaClient;
  /** Asks the person at the terminal, who may leave without a word. Undefined: there is none. */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
}

const machine: Answering = {
  client: () => new LambdaClient({}),
  ask:
    process.stdin.isTTY === true && process.stdout.isTTY === true
      ? (question) => askAt({ input: process.stdin, output: process.stdout }, question)
      : undefined,
};

const flags = { config: { type: 'string' }, json: { type: 'boolean' }, ...doorFlags } as const;

const commonHelp = `${doorHelp}
  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print the door's last answer instead of text

Signs with the credentials and for the Region that the AWS SDK finds; they must be those of an approver's principal. Needs
execute-api:Invoke on GET and POST /runs/*/approval: see docs/channels/iam.md.
Exit code: 0 when your answer is on record, 1 when it is not, 2 for wrong usage.
`;

export const approve = ({ client, ask }: Answering = machine): Command => ({
  summary: 'see the plan that waits, and approve it by typing its number of secrets',
  help: `Shows the plan of a run that waits for an approval, as the page does, asks for the number of secrets in it, and approves
exactly that plan. Whoever asked for the run cannot approve it.

Usage: npm run keyturn -- approve RUN [--count N] [--api URL] [--config FILE] [--json]

  RUN            the name of the run
  --count N      the number of secrets, where nobody can be asked at a terminal
${commonHelp}`,
  run: (args, output) =>
    answering(args, output, { ...flags, count: { type: 'string' } }, client, (given) => async (plan) => {
      const asked = secretsAsked(plan.header, plan);
      if (given['count'] === undefined && ask === undefined) {
        throw new UsageError(
          'nobody can be asked at a terminal; look at the plan, and give its number of secrets by --count',
        );
      }
      const count =
        given['count'] ?? (await ask?.(`To approve ${asked === 1 ? 'it' : 'all of it'}, type the number of secrets: `));
      return count === undefined ? undefined : { decision: 'approved', count: count.trim() };
    }),
});

export const reject = ({ client }: Answering = machine): Command => ({
  summary: 'reject the plan that waits, with a reason: the run ends, and nothing is touched',
  help: `Rejects the plan of a run that waits for an approval. One rejection is enough: the run ends, and nothing is touched.

Usage: npm run keyturn -- reject RUN --reason TEXT [--api URL] [--config FILE] [--json]

  RUN            the name of the run
  --reason TEXT  why, for those who asked and were asked, in up to ${longestReason} characters
${commonHelp}`,
  run: (args, output) =>
    answering(args, output, { ...flags, reason: { type: 'string' } }, client, (given) => {
      const reason = required('reason', given['reason'], "'not before the release'");
      return async () => ({ decision: 'rejected', reason });
    }),
});

type Given = Readonly<Record<string, string | undefined>>;

/** What somebody answers to a plan that they have been shown. Undefined: nothing. */
type AnswerTo = (plan: PlanShown) => Promise<Readonly<Record<string, string>> | undefined>;

/** Shows what waits, asks how to answer it, and answers. What is wrong with the flags is said before anybody is asked. */
async function answering(
  [run, ...args]: readonly string[],
  output: Output,
  allFlags: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
  client: () => LambdaClient,
  answerAs: (given: Given) => AnswerTo,
): Promise<ExitCode> {
  if (run === undefined || !/^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/.test(run))
    throw new UsageError('the run is missing; add its name, as the notice says it');
  const given = readFlags(args, allFlags);
  const answerTo = answerAs(given as Given);
  const { config, api } = given as Given;
  const { stage } = await loadSettings(config);
  const door = await doorOf(stage, api, client());
  try {
    return await answerAt(door, `/runs/${run}/approval`, output, given['json'] === true, answerTo);
  } catch (error) {
    if (error instanceof DoorClosedError) return complain(output, error.message);
    throw error;
  }
}

async function answerAt(
  door: SignedDoor,
  path: string,
  output: Output,
  isJson: boolean,
  answerTo: AnswerTo,
): Promise<ExitCode> {
  const looked = await door.ask('GET', path);
  const shown = looked.content as unknown as Shown;
  const { plan } = shown;
  if (looked.status !== 200 || shown.kind !== 'open' || plan === undefined) {
    if (isJson) output.print(`${JSON.stringify(shown)}\n`);
    return complain(output, shown.message ?? standingText(shown));
  }
  if (!isJson) output.print(planText(plan));

  const answer = await answerTo(plan);
  if (answer === undefined) return complain(output, 'you have not answered, and nothing is on record.');
  const { digest, scope } = plan;
  const { status, content } = await door.ask('POST', path, { digest, scope, ...answer });
  const answered = content as unknown as Shown;
  if (isJson) output.print(`${JSON.stringify(answered)}\n`);
  if (status >= 300) {
    const standing = answered.decision === undefined ? '' : ` ${standingText(answered)}`;
    return complain(
      output,
      `your answer was not recorded. ${answered.message ?? `The door answered ${status}.`}${standing}`,
    );
  }
  const untold =
    answered.delivery === 'lost' ? ' The run has not been told yet, and will be within a few minutes.' : '';
  if (!isJson) output.print(`\nYour answer is on record. ${standingText(answered)}${untold}\n`);
  return 0;
}

function complain(output: Output, message: string): ExitCode {
  output.complain(`keyturn: ${message}\n`);
  return 1;
}
