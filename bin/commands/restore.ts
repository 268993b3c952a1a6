import { randomUUID } from 'node:crypto';

import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { S3Archive } from '../../adapters/s3-archive.ts';
import { s3Ledger } from '../../adapters/s3-ledger.ts';
import { s3Quarantine } from '../../adapters/s3-quarantine.ts';
import { SecretsManagerInventory } from '../../adapters/secrets-manager-inventory.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import type { Instant } from '../../core/instant.ts';
import { type NotUndoable, restoreRefusals } from '../../core/past-runs/restore.ts';
import { previewRestore, type RestorePreview } from '../../core/past-runs/restore-preview.ts';
import { counted } from '../../core/plain-text.ts';
import type { Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import type { RestoreAsked } from '../../core/start.ts';
import { type Command, type ExitCode, type Output, readFlags, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { doorFlags, doorHelp, doorOf } from '../signed-door.ts';
import { table } from '../table.ts';
import { livingBucket, variableOf } from './living-bucket.ts';
import { guardrailText, leftAloneText, verdictText, waveTexts } from './plan-print.ts';
import { askForRun } from './start.ts';

const help = `Shows what it would come to if a finished run were undone: which secrets go back to the versions that its plan recorded,
in which waves, and why others are left alone. With --why it then asks for it: a run of its own, with a plan that somebody
else must approve, probes and waves. Nothing is changed before that.

Usage: npm run keyturn -- restore RUN [--secret NAME]... [--why TEXT] [--token TOKEN] [--api URL] [--config FILE] [--json]

  RUN            the name of the run that is undone
  --secret NAME  only this secret; again for each other (all that the run rotated, if left out)
  --why TEXT     start it, and say why, for those who are to approve it (only a preview if left out)
  --token TOKEN  8 to 100 printable characters: the same token starts nothing twice (a new one if left out)
${doorHelp}
  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print {run, selected, leftAlone, guardrails, verdict, started} instead of text

Left alone and reported is what was rotated again since, and what its target no longer accepts: with strategy replace the old
password is gone. Targets are asked after the start and before anybody is; the preview reads no value.

Calls AWS with the credentials and the Region that the AWS SDK finds. Needs lambda:GetFunctionConfiguration on draft-plan's
function, secretsmanager:ListSecrets, s3:GetObject on the archive and on the living bucket, s3:ListBucket on the latter; to
start, execute-api:Invoke on POST /runs: see docs/channels/iam.md.
Exit code: 0 when it would be let through, is started, or has nothing to do, 1 when it is refused, 2 for wrong usage.

Example:
  npm run keyturn -- restore scheduled-rotation-2026-11-18-1915
  npm run keyturn -- restore scheduled-rotation-2026-11-18-1915 --secret prod/low/orders/api-key-1 --why 'orders fails'
`;

const flags = {
  why: { type: 'string' },
  token: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  ...doorFlags,
} as const;

export interface RestoreClients {
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
  readonly now: () => Instant;
}

const deployed = (): RestoreClients => ({
  lambda: new LambdaClient({}),
  s3: new S3Client({}),
  secretsManager: new SecretsManagerClient({}),
  now: () => systemClock.now(),
});

/** Previews the restore of a run, and asks for it. */
export const restore = (clients: () => RestoreClients = deployed): Command => ({
  summary: 'what it would come to if a finished run were undone; with --why, ask for it',
  help,
  async run([of, ...args]: readonly string[], output: Output): Promise<ExitCode> {
    if (of === undefined || !/^[A-Za-z0-9_-]{1,80}$/.test(of) || of.startsWith('--'))
      throw new UsageError('the run is missing; add its name, as in restore scheduled-rotation-2026-11-18-1915');
    const { secrets, rest } = secretsIn(args);
    const given = readFlags(rest, flags);
    const settings = await loadSettings(given.config);
    const aws = clients();
    const asked: RestoreAsked = { of: of as Run, secrets };

    const judged = await previewOn(aws, settings, asked);
    if (judged.kind === 'not') return refuse(judged, output);
    const mayStart = given.why !== undefined && judged.verdict === 'confirmed';
    if (!given.json) output.print(asText(judged, asked));
    if (!mayStart) {
      if (given.json) output.print(asJson(judged, asked, undefined));
      else if (judged.verdict === 'confirmed') output.print('\nNothing is started. To ask for it, add --why TEXT.\n');
      return judged.verdict === 'refused' ? 1 : 0;
    }

    const door = await doorOf(settings.stage, given.api, aws.lambda);
    const wish = { mode: 'restore', of, ...(secrets === undefined ? {} : { secrets }), why: given.why };
    const started = await askForRun(door, { ...wish, token: given.token ?? randomUUID() });
    if (started.kind === 'refused') {
      output.complain(`keyturn: ${started.message}\n`);
      return 1;
    }
    output.print(given.json ? asJson(judged, asked, started.content) : `\n${started.said}\n`);
    return 0;
  },
});

/** `--secret` is the one flag that may be given again. */
function secretsIn(args: readonly string[]): { secrets: readonly string[] | undefined; rest: readonly string[] } {
  const left = [...args];
  const secrets: string[] = [];
  const rest: string[] = [];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (arg !== '--secret' && !arg.startsWith('--secret=')) {
      rest.push(arg);
      continue;
    }
    const name = arg === '--secret' ? left.shift() : arg.slice('--secret='.length);
    if (name === undefined || name === '' || name.startsWith('--'))
      throw new UsageError('--secret needs a value; write it as --secret NAME');
    if (secrets.includes(name)) throw new UsageError(`--secret ${name} is given twice; give it once`);
    secrets.push(name);
  }
  return { secrets: secrets.length === 0 ? undefined : secrets, rest };
}

async function previewOn(
  { lambda, s3, secretsManager, now }: RestoreClients,
  settings: Settings,
  asked: RestoreAsked,
): Promise<RestorePreview | NotUndoable> {
  const draftPlan = `keyturn-${settings.stage}-draft-plan`;
  const living = await livingBucket(lambda, settings.stage);
  return previewRestore(asked, {
    archive: new S3Archive(s3, await variableOf(lambda, draftPlan, 'ARCHIVE_BUCKET')),
    hash: sha256,
    entries: await new SecretsManagerInventory(secretsManager).list(),
    quarantine: await s3Quarantine(s3, living).read(),
    ledger: await s3Ledger(s3, living).read(),
    settings,
    asOf: now(),
  });
}

/** A name that nothing has is wrong usage; a run that cannot be undone is not. */
function refuse({ refusal, which }: NotUndoable, output: Output): ExitCode {
  const sentence = `${which} cannot be restored: ${restoreRefusals[refusal]}`;
  if (refusal === 'unknownRun' || refusal === 'unknownSecret') throw new UsageError(sentence);
  output.complain(`keyturn: ${sentence}\n`);
  return 1;
}

/** The shape that scripts rely on. Fields may be added; none is ever renamed. */
function asJson(
  { waves, leftAlone, guardrails, contradicted, verdict }: RestorePreview,
  { of }: RestoreAsked,
  started: unknown,
) {
  const printed = {
    run: of,
    selected: waves.flatMap((wave, index) => wave.map((secret) => ({ wave: index + 1, ...secret }))),
    leftAlone,
    guardrails: guardrails.map((one) => (one.name === 'secondJudgement' ? { ...one, contradicted } : one)),
    verdict,
    ...(started === undefined ? {} : { started }),
  };
  return `${JSON.stringify(printed, undefined, 2)}\n`;
}

function asText(judged: RestorePreview, { of }: RestoreAsked): string {
  const { fleet, waves, leftAlone } = judged;
  const selected = waves.flat().length;
  const summary = table([
    ['Undoes', of],
    ['Fleet', `${counted(fleet.secrets, 'secret')}, ${counted(fleet.services, 'service')}`],
    ['Restored', selected === 0 ? 'none' : `${counted(selected, 'secret')} in ${counted(waves.length, 'wave')}`],
    ['Left alone', counted(leftAlone.length, 'secret')],
  ]);
  const columns = {
    'back to version': ({ before }: { before?: { version: string } }) => before?.version ?? '',
    'expires again': ({ before }: { before?: { expirationDate: string } }) => before?.expirationDate ?? '',
  };
  const parts = [summary, ...waveTexts(waves, columns), leftAloneText(leftAlone), guardrailText(judged)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n${verdictText(judged)}\n`;
}
