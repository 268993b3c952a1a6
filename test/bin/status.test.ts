/*
 * Goal: keyturn status lists whatever is running, whichever machine conducts it.
 *
 * Method: the command over clients whose every answer is given.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

import { commandLine } from '../../bin/command-line.ts';
import { status } from '../../bin/commands/status.ts';
import { goText } from '../../core/limits/flags.ts';

const config = join(import.meta.dirname, '..', 'fixtures', 'chromepay.config.ts');
const arnOf = (machine: string) => `arn:aws:states:us-east-1:111122223333:stateMachine:${machine}`;
const since = new Date('2026-11-19T02:00:00Z');

/** Says what runs: the names of the executions of each machine. */
async function keyturn(running: Readonly<Record<string, readonly string[]>>, ...args: string[]) {
  const [ssm, stepFunctions] = [mockClient(SSMClient), mockClient(SFNClient)];
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: goText } });
  stepFunctions.on(ListStateMachinesCommand).resolves({
    stateMachines: Object.keys(running).map((name) => ({
      ...{ name, stateMachineArn: arnOf(name), type: 'STANDARD', creationDate: since },
    })),
  });
  for (const [machine, runs] of Object.entries(running)) {
    stepFunctions.on(ListExecutionsCommand, { stateMachineArn: arnOf(machine), statusFilter: 'RUNNING' }).resolves({
      executions: runs.map((name) => ({
        ...{ name, executionArn: `execution:${name}`, stateMachineArn: arnOf(machine), status: 'RUNNING' },
        startDate: since,
      })),
    });
  }
  stepFunctions.on(GetExecutionHistoryCommand).callsFake(({ executionArn }) => ({
    events: [{ stateEnteredEventDetails: { name: `Where ${executionArn} is` } }],
  }));
  let [printed, complained] = ['', ''];
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-key' };
  const region = { region: 'us-east-1', credentials };
  const clients = () => ({ ssm: new SSMClient(region), stepFunctions: new SFNClient(region) });
  const exitCode = await commandLine({ status: status(clients) }, ['status', ...args, '--config', config], {
    print: (text) => {
      printed += text;
    },
    complain: (text) => {
      complained += text;
    },
  });
  return { exitCode, printed, complained };
}

describe('keyturn status', () => {
  it('lists the runs of both machines, and where each is', async () => {
    const { exitCode, printed } = await keyturn({
      'keyturn-prod': ['rotate-1'],
      'keyturn-prod-retirement': ['retire-1'],
      'keyturn-prod-recovery': ['none-of-them'],
      'keyturn-dev': ['none-of-them'],
    });
    assert.equal(exitCode, 0);
    assert.match(printed, /^Keyturn prod may go\.\n/);
    assert.match(printed, /\n {2}rotate-1 {2}Where execution:rotate-1 is, since 2026-11-19T02:00:00\.000Z\n/);
    assert.match(printed, /\n {2}retire-1 {2}Where execution:retire-1 is, since 2026-11-19T02:00:00\.000Z\n/);
    assert.doesNotMatch(printed, /none-of-them/);
  });

  it('says it to programs in one list', async () => {
    const { printed } = await keyturn({ 'keyturn-prod': [], 'keyturn-prod-retirement': ['retire-1'] }, '--json');
    assert.deepEqual(JSON.parse(printed).running, [
      { run: 'retire-1', since: '2026-11-19T02:00:00.000Z', state: 'Where execution:retire-1 is' },
    ]);
  });

  it('says when nothing runs, and when there is no such deployment', async () => {
    const idle = await keyturn({ 'keyturn-prod': [], 'keyturn-prod-retirement': [] });
    assert.match(idle.printed, /Nothing is running\./);
    const nowhere = await keyturn({ 'keyturn-dev': [] });
    assert.equal(nowhere.exitCode, 2);
    assert.match(nowhere.complained, /there is no state machine keyturn-prod here/);
  });
});
