import { readFile } from 'node:fs/promises';

import { InventoryFileError, parseInventory } from '../../adapters/inventory-file.ts';
import { parseInstant } from '../../core/instant.ts';
import { select } from '../../core/selection/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { type Rule, ruled } from '../../rehearsal/account/faults.ts';
import type { Scenario } from '../../rehearsal/day/scenario.ts';
import { type Command, type ExitCode, type Output, readFlags, required, UsageError } from '../command.ts';
import { readFaults, sayFault } from '../rehearsal/fault-flag.ts';
import { progressBar } from '../rehearsal/progress-bar.ts';
import { readSeed } from '../rehearsal/seed-flag.ts';
import { loadSettings, pathAsTyped } from '../settings-file.ts';

const help = `Rehearses a whole run over an exported fleet: the synthesised state machine, the deployed steps and their policies,
against simulated targets, in virtual time. No AWS call is made, and no secret value is needed.

Usage: npm run keyturn -- rehearse --inventory FILE --as-of INSTANT [--config FILE] [--mode MODE] [--seed N]
                                   [--fault FAULTS] [--out FOLDER] [--json]

  --inventory FILE  what \`aws secretsmanager list-secrets --output json\` printed, all pages
  --as-of INSTANT   when the run starts, with its offset, as in 2026-11-18T19:15:00Z
  --config FILE     the configuration (keyturn.config.ts of this project if left out)
  --mode MODE       rotate (if left out), or audit, which touches nothing
  --seed N          another order of chances (1 if left out): the same seed plays the same run
  --fault FAULTS    calls that fail, separated by commas: SERVICE:OPERATION=FATE, with @N for the Nth one alone.
                    Fates are requestLost, responseLost and throttled
  --out FOLDER      where the report is left (out if left out)
  --json            print the report as JSON, and progress on standard error

Exit code: 0 when the run completed (or audited), every claim was confirmed, no client failed and each fault struck a call;
1 when not; 2 for wrong usage or input that cannot be read.

Example:
  aws secretsmanager list-secrets --output json > fleet.json
  npm run keyturn -- rehearse --inventory fleet.json --as-of 2026-11-18T19:15:00Z \\
    --fault 'secretsmanager:PutSecretValue=responseLost@3'
`;

const flags = {
  inventory: { type: 'string' },
  'as-of': { type: 'string' },
  config: { type: 'string' },
  mode: { type: 'string' },
  seed: { type: 'string' },
  fault: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const rehearsable = ['audit', 'rotate'] as const;

async function run(args: readonly string[], output: Output): Promise<ExitCode> {
  const given = readFlags(args, flags);
  const file = pathAsTyped(required('inventory', given.inventory, 'fleet.json'));
  const asOfText = required('as-of', given['as-of'], '2026-11-18T19:15:00Z');
  const asOf = parseInstant(asOfText);
  if (asOf === undefined) {
    throw new UsageError(`--as-of is ${asOfText}, which is no moment; write it as in 2026-11-18T19:15:00Z`);
  }
  const mode = rehearsable.find((known) => known === (given.mode ?? 'rotate'));
  if (mode === undefined) throw new UsageError(`--mode is ${given.mode}; choose one of ${rehearsable.join(', ')}`);
  const seed = readSeed(given.seed);
  const rules = readFaults(given.fault);
  // Loaded only now: it brings the CDK along, which no other command needs.
  const { exitCodeOf, rehearse: play } = await import('../rehearsal/rehearse.ts');
  const settings = await loadSettings(given.config);
  if (mode === 'rotate' && !isAnybodyReached(settings)) throw new UsageError(nobodyReached);
  const inventory = await readInventory(file);
  const expected = select(parseInventory(inventory, file), settings, asOf).selected.length;

  const struck = new Set<Rule>();
  const scenario: Scenario = {
    name: 'rehearse',
    says: 'the run ends as it should, every claim is confirmed, and no client notices',
    outcome: mode === 'audit' ? 'audited' : 'completed',
    begin: async () => ({ fateOf: ruled(rules, (rule) => struck.add(rule)) }),
    broken: ({ verification, rotated, denied }) => [
      ...(verification.confirmed === rotated ? [] : [`${verification.confirmed} of ${rotated} claims were confirmed`]),
      ...(denied.length === 0 ? [] : [`${denied.length} calls were denied`]),
      ...rules.filter((rule) => !struck.has(rule)).map((rule) => `no call was struck by the fault ${sayFault(rule)}`),
    ],
  };
  const print = (line: string) => (given.json ? output.complain(`${line}\n`) : output.print(`${line}\n`));
  const report = await play({
    settings,
    inventory,
    asOf,
    seed,
    mode,
    scenario,
    targets: 'simulated',
    person: false,
    watch: progressBar(mode === 'audit' ? 0 : expected, process.stderr),
    out: pathAsTyped(given.out ?? 'out'),
    print,
  });
  if (given.json) output.print(`${JSON.stringify(report)}\n`);
  return exitCodeOf(report);
}

/** Whether a personal link reaches an approver: the rehearsal approves by one, as a person would. */
const isAnybodyReached = ({ approvers, channels: { email, slack } }: Settings): boolean =>
  approvers.some(({ slackUser }) => email !== undefined || (slack !== undefined && slackUser !== undefined));

const nobodyReached =
  'the configuration reaches no approver by mail or Slack, so nobody would be sent a link, and the run would expire; ' +
  'set channels.email, or channels.slack and an approver’s slackUser, or rehearse with --mode audit';

async function readInventory(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    parseInventory(text, file);
    return text;
  } catch (cause) {
    if (cause instanceof InventoryFileError) throw new UsageError(cause.message, { cause });
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read (${code}); give the path of an exported inventory`, { cause });
  }
}

export const rehearse: Command = {
  summary: 'rehearse a whole run over an exported fleet, with simulated targets in virtual time',
  help,
  run,
};
