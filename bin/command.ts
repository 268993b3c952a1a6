import { parseArgs } from 'node:util';

/** 0: as it should be. 1: not so. 2: wrong usage, or input that cannot be read. 70: a fault of Keyturn's own. */
export type ExitCode = 0 | 1 | 2 | 70;

/** Where a command says what it has to say. */
export interface Output {
  print(text: string): void;
  complain(text: string): void;
}

/** One thing that an operator can ask for. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: usage, flags, an example. */
  readonly help: string;
  /** @throws {UsageError} when it was asked for in a way that makes no sense. */
  run(args: readonly string[], output: Output): Promise<ExitCode>;
}

/** A command was asked for wrongly. The message says what is wrong, which value, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Flags {
  readonly [flag: string]: { readonly type: 'string' | 'boolean' };
}

type Values<Given extends Flags> = {
  readonly [Flag in keyof Given]?: Given[Flag]['type'] extends 'string' ? string : boolean;
};

/**
 * Reads `--flag value` and `--flag` and nothing else.
 *
 * @throws {UsageError} for a flag that there is not, one without its value, one given twice, and a stray word.
 */
export function readFlags<const Given extends Flags>(args: readonly string[], flags: Given): Values<Given> {
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  const values: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`${token.value} is not expected here; flags begin with --`);
    if (token.kind === 'option-terminator') throw new UsageError('-- is not expected here; leave it out');

    const { name, rawName, value } = token;
    const type = Object.hasOwn(flags, name) ? flags[name]?.type : undefined;
    if (type === undefined) throw new UsageError(`there is no flag ${rawName}; there are ${listOf(flags)}`);
    if (Object.hasOwn(values, name)) throw new UsageError(`${rawName} is given twice; give it once`);
    if (type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value, but got ${value}`);
    if (type === 'string' && (value === undefined || value === '' || (!token.inlineValue && value.startsWith('--'))))
      throw new UsageError(`${rawName} needs a value; write it as ${rawName} VALUE`);
    values[name] = value ?? true;
  }
  return values as Values<Given>;
}

/** The value of a flag that cannot be left out. */
export function required(flag: string, value: string | undefined, example: string): string {
  if (value === undefined) throw new UsageError(`--${flag} is missing; add it, as in --${flag} ${example}`);
  return value;
}

const listOf = (flags: Flags): string =>
  Object.keys(flags)
    .map((flag) => `--${flag}`)
    .join(', ');
