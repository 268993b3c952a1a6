import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { goText, readSwitch } from '../../core/limits/flags.ts';
import { switchName } from '../../core/settings.ts';
import { type Command, type Output, readFlags } from '../command.ts';
import { loadSettings } from '../settings-file.ts';

const flags = { config: { type: 'string' }, json: { type: 'boolean' } } as const;

const helpOf = (name: string, does: string, right: string): string => `${does}

Usage: npm run keyturn -- ${name} [--config FILE] [--json]

  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print {stage, parameter, position} instead of text

Calls AWS with the credentials and the Region that the AWS SDK finds. Needs ${right} on the parameter.
Exit code: 0 when it is so now.
`;

async function turnTo(position: 'go' | 'stop', args: readonly string[], output: Output, ssm: SSMClient): Promise<0> {
  const given = readFlags(args, flags);
  const { stage } = await loadSettings(given.config);
  const parameter = switchName(stage);
  if (position === 'go') {
    await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: goText, Overwrite: true }));
  } else {
    await ssm.send(new DeleteParameterCommand({ Name: parameter })).catch(ignoreAbsence);
  }
  const said =
    position === 'go'
      ? `Keyturn ${stage} may go: the switch ${parameter} says go.`
      : `Keyturn ${stage} is halted: no new batch starts, and a wave under way goes back. Ways back go on.`;
  output.print(given.json ? `${JSON.stringify({ stage, parameter, position })}\n` : `${said}\n`);
  return 0;
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'ParameterNotFound') throw error;
}

/** Reads where the switch stands, for whoever asks how things are. */
export async function switchPosition(ssm: SSMClient, stage: string) {
  const { Parameter } = await ssm
    .send(new GetParameterCommand({ Name: switchName(stage) }))
    .catch((error: unknown) => ({ Parameter: ignoreAbsence(error) as undefined }));
  return readSwitch(Parameter?.Value);
}

/** Stops everything at once: what stands in a runbook's first line must not need a second thought. */
export const halt = (ssm: () => SSMClient = () => new SSMClient({})): Command => ({
  summary: 'stop: no new batch starts, and a wave under way goes back',
  help: helpOf(
    'halt',
    'Deletes the kill switch of a deployment: no new wave and no new batch starts, and a wave under way goes back.',
    'ssm:DeleteParameter',
  ),
  run: (args, output) => turnTo('stop', args, output, ssm()),
});

export const resume = (ssm: () => SSMClient = () => new SSMClient({})): Command => ({
  summary: 'go on: lets runs start waves again',
  help: helpOf(
    'resume',
    'Puts the kill switch of a deployment to go. A new deployment is halted until somebody does this.',
    'ssm:PutParameter',
  ),
  run: (args, output) => turnTo('go', args, output, ssm()),
});
