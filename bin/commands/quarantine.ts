import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';

import { s3Quarantine } from '../../adapters/s3-quarantine.ts';
import { toIso } from '../../core/instant.ts';
import { release as releaseFrom } from '../../core/past-runs/quarantine.ts';
import { type Command, type ExitCode, type Output, readFlags, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { table } from '../table.ts';
import { livingBucket } from './living-bucket.ts';

const flags = { config: { type: 'string' }, json: { type: 'boolean' } } as const;

const common = `  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
`;

const needs = `Calls AWS with the credentials and the Region that the AWS SDK finds. Needs lambda:GetFunctionConfiguration on draft-plan's
function, and on the living bucket s3:ListBucket, s3:GetObject`;

export interface LivingClients {
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
}

const deployed = (): LivingClients => ({ lambda: new LambdaClient({}), s3: new S3Client({}) });

/** Lists what failed in a run and is left alone by later ones. */
export const quarantine = (clients: () => LivingClients = deployed): Command => ({
  summary: 'which secrets failed in a run and are left alone until they are released',
  help: `Lists the secrets that failed in a run. Later runs leave them alone until somebody releases them.

Usage: npm run keyturn -- quarantine [--config FILE] [--json]

${common}  --json         print {stage, quarantined: [{arn, name, run, reason, at}]} instead of text

${needs}.
Exit code: 0 when it could be told.
`,
  async run(args: readonly string[], output: Output): Promise<ExitCode> {
    const given = readFlags(args, flags);
    const { stage } = await loadSettings(given.config);
    const { lambda, s3 } = clients();
    const byArn = await s3Quarantine(s3, await livingBucket(lambda, stage)).read();
    const quarantined = Object.entries(byArn).map(([arn, { at, ...rest }]) => ({ arn, ...rest, at: toIso(at) }));
    if (given.json) output.print(`${JSON.stringify({ stage, quarantined })}\n`);
    else if (quarantined.length === 0) output.print(`Keyturn ${stage}: nothing is quarantined.\n`);
    else output.print(`${table(quarantined.map(({ name, reason, run, at }) => [name, reason, run, at]))}\n`);
    return 0;
  },
});

/** Lets later runs rotate a secret again that failed in one. */
export const release = (clients: () => LivingClients = deployed): Command => ({
  summary: 'let runs rotate a secret again that failed in one',
  help: `Takes a secret out of the quarantine: the next run may select it again.

Usage: npm run keyturn -- release NAME [--config FILE] [--json]

  NAME           the secret's name or ARN, as in prod/low/orders/api-key-1
${common}  --json         print {stage, released} instead of text

${needs} and s3:PutObject.
Exit code: 0 when it is released, 1 when it was not quarantined.
`,
  async run([name, ...args]: readonly string[], output: Output): Promise<ExitCode> {
    if (name === undefined || name.startsWith('--'))
      throw new UsageError('the name of the secret is missing; add it, as in release prod/low/orders/api-key-1');
    const given = readFlags(args, flags);
    const { stage } = await loadSettings(given.config);
    const { lambda, s3 } = clients();
    let isReleased = false;
    await s3Quarantine(s3, await livingBucket(lambda, stage)).change((before) => {
      const after = releaseFrom(before, name);
      isReleased = after !== before;
      return after;
    });

    const said = isReleased ? `${name} is released: the next run may rotate it.` : `${name} is not quarantined.`;
    output.print(given.json ? `${JSON.stringify({ stage, released: isReleased ? [name] : [] })}\n` : `${said}\n`);
    return isReleased ? 0 : 1;
  },
});
