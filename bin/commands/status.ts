import {
  GetExecutionHistoryCommand,
  paginateListExecutions,
  paginateListStateMachines,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';

import { type Command, type ExitCode, type Output, readFlags, UsageError } from '../command.ts';
import { loadSettings } from '../settings-file.ts';
import { switchPosition } from './switch.ts';

const help = `Says whether a deployment may go, what is running, be it a retirement or another run, and in which state each run is.

Usage: npm run keyturn -- status [--config FILE] [--json]

  --config FILE  the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json         print {stage, switch, running: [{run, since, state}]} instead of text

Calls AWS with the credentials and the Region that the AWS SDK finds. Needs ssm:GetParameter, states:ListStateMachines,
states:ListExecutions and states:GetExecutionHistory. Reads no data of a run, only which states it entered.
Exit code: 0 when it could be told, 2 when there is no such deployment.
`;

const flags = { config: { type: 'string' }, json: { type: 'boolean' } } as const;

interface Running {
  readonly run: string;
  readonly since: string;
  /** The state it is in. */
  readonly state: string;
}

export const status = (
  clients: () => { readonly ssm: SSMClient; readonly stepFunctions: SFNClient } = () => ({
    ssm: new SSMClient({}),
    stepFunctions: new SFNClient({}),
  }),
): Command => ({
  summary: 'what is running, where it stands, and whether it may go',
  help,
  async run(args: readonly string[], output: Output): Promise<ExitCode> {
    const given = readFlags(args, flags);
    const { stage } = await loadSettings(given.config);
    const { ssm, stepFunctions } = clients();
    const position = await switchPosition(ssm, stage);
    const running: Running[] = [];
    for (const name of [`keyturn-${stage}`, `keyturn-${stage}-retirement`]) {
      running.push(...(await runningOn(stepFunctions, await findMachine(stepFunctions, name))));
    }

    if (given.json) {
      output.print(`${JSON.stringify({ stage, switch: position, running })}\n`);
      return 0;
    }
    const may = position.kind === 'go' ? 'may go' : `is halted (${position.reason})`;
    const lines = running.map(({ run, since, state }) => `  ${run}  ${state}, since ${since}`);
    output.print(
      [`Keyturn ${stage} ${may}.`, ...(lines.length === 0 ? ['Nothing is running.'] : lines), ''].join('\n'),
    );
    return 0;
  },
});

/** @throws {UsageError} when there is none of this name. */
export async function findMachine(stepFunctions: SFNClient, name: string): Promise<string> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: stepFunctions }, {})) {
    const found = stateMachines.find((machine) => machine.name === name)?.stateMachineArn;
    if (found !== undefined) return found;
  }
  throw new UsageError(`there is no state machine ${name} here; check stage, account and Region, or deploy it first`);
}

async function runningOn(stepFunctions: SFNClient, stateMachineArn: string): Promise<Running[]> {
  const running: Running[] = [];
  const pages = paginateListExecutions({ client: stepFunctions }, { stateMachineArn, statusFilter: 'RUNNING' });
  for await (const { executions = [] } of pages) {
    for (const { executionArn = '', name = '', startDate } of executions) {
      const state = await stateOf(stepFunctions, executionArn);
      running.push({ run: name, since: startDate?.toISOString() ?? 'unknown', state });
    }
  }
  return running;
}

/** The last state that was entered. The newest events come first, and none of their data is asked for. */
async function stateOf(stepFunctions: SFNClient, executionArn: string): Promise<string> {
  const { events = [] } = await stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, includeExecutionData: false, maxResults: 100 }),
  );
  return (
    events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails)?.stateEnteredEventDetails?.name ??
    'starting'
  );
}
