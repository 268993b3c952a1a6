import { inspect } from 'node:util';

import { type Command, type ExitCode, type Output, UsageError } from './command.ts';

/**
 * Runs the command that the arguments name.
 *
 * Help that was asked for goes to the output and is a success; whatever was asked for wrongly is complained of, with the
 * way to the help that fits.
 */
export async function commandLine(
  commands: Readonly<Record<string, Command>>,
  args: readonly string[],
  output: Output,
): Promise<ExitCode> {
  const [name, ...rest] = args[0] === 'help' ? [...args.slice(1, 2), '--help'] : args;
  if (name === undefined) return complain(output, `no command given\n\n${overview(commands)}`);
  if (isHelp(name)) return print(output, overview(commands));

  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    return complain(output, `there is no command ${name}; there are ${Object.keys(commands).join(', ')}\n`);
  if (rest.some(isHelp)) return print(output, command.help);

  try {
    return await command.run(rest, output);
  } catch (error) {
    if (error instanceof UsageError)
      return complain(output, `${error.message}\nSee: npm run keyturn -- ${name} --help\n`);
    const refusal = saidByAws(error);
    if (refusal !== undefined) {
      output.complain(`keyturn: ${refusal}\n`);
      return 1;
    }
    output.complain(`keyturn: this is a fault of Keyturn's own, please report it\n${inspect(error)}\n`);
    return 70;
  }
}

/** What AWS answered, or why it could not be asked. Neither is a fault of Keyturn's. */
function saidByAws(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'CredentialsProviderError' || error.message === 'Region is missing')
    return `AWS could not be asked: ${error.message}; sign in, or set AWS_PROFILE and AWS_REGION`;
  if ('code' in error && '$metadata' in error)
    return `AWS could not be reached: ${error.message}; look at the network, and at AWS_REGION`;
  if ('$metadata' in error) return `AWS refused: ${error.name}: ${error.message}`;
  return saidByAws(error.cause);
}

const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h';

function print(output: Output, text: string): ExitCode {
  output.print(text);
  return 0;
}

function complain(output: Output, text: string): ExitCode {
  output.complain(`keyturn: ${text}`);
  return 2;
}

function overview(commands: Readonly<Record<string, Command>>): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Keyturn: guarded credential rotation for AWS.

Usage: npm run keyturn -- COMMAND [FLAGS]

Commands:
${lines.join('\n')}

What a command takes, with an example: npm run keyturn -- COMMAND --help
`;
}
