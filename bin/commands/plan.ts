import { InventoryFile, InventoryFileError } from '../../adapters/inventory-file.ts';
import { type Instant, parseInstant } from '../../core/instant.ts';
import { preview } from '../../core/planning/preview.ts';
import { type Command, type ExitCode, type Output, readFlags, required, UsageError } from '../command.ts';
import { loadSettings, pathAsTyped } from '../settings-file.ts';
import { asJson, asText } from './plan-print.ts';

const help = `Judges an exported inventory offline: which secrets a run would rotate, in which waves, and why it would leave
the others alone. No AWS call is made, and no secret value is needed.

Usage: npm run keyturn -- plan --inventory FILE --as-of INSTANT [--config FILE] [--json]

  --inventory FILE  what \`aws secretsmanager list-secrets --output json\` printed, all pages
  --as-of INSTANT   the moment to judge at, with its offset, as in 2026-11-18T19:15:00Z
  --config FILE     the configuration (keyturn.config.ts of this project if left out)
  --json            print {selected, leftAlone, guardrails, verdict} instead of text

Exit code: 0 when a run would be let through or has nothing to do, 1 when it would be refused, 2 for wrong usage or
input that cannot be read.

Example:
  aws secretsmanager list-secrets --output json > fleet.json
  npm run keyturn -- plan --inventory fleet.json --as-of 2026-11-18T19:15:00Z

npm prints a few lines of its own first; \`npm run --silent keyturn -- plan … --json\` prints JSON alone.
`;

const flags = {
  inventory: { type: 'string' },
  'as-of': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function run(args: readonly string[], output: Output): Promise<ExitCode> {
  const given = readFlags(args, flags);
  const file = pathAsTyped(required('inventory', given.inventory, 'fleet.json'));
  const asOf = readInstant(required('as-of', given['as-of'], '2026-11-18T19:15:00Z'));
  const settings = await loadSettings(given.config);
  const entries = await new InventoryFile(file).list().catch((cause: Error) => {
    throw cause instanceof InventoryFileError ? new UsageError(cause.message, { cause }) : cause;
  });

  const judged = preview(entries, settings, asOf);
  output.print(given.json ? asJson(judged) : asText(judged, asOf));
  return judged.verdict === 'refused' ? 1 : 0;
}

function readInstant(text: string): Instant {
  const asOf = parseInstant(text);
  if (asOf === undefined)
    throw new UsageError(
      `--as-of is ${text}, which is no moment; write it with its offset, as in 2026-11-18T19:15:00Z`,
    );
  return asOf;
}

export const plan: Command = {
  summary: 'judge an exported inventory offline: what would be rotated, what left alone, and why',
  help,
  run,
};
