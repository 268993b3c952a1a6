import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';

import { SfnExecutions } from '../../adapters/sfn-executions.ts';
import { SfnRecoveries } from '../../adapters/sfn-recoveries.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';

const sfn = mockClient(SFNClient);
const client = new SFNClient({ region: 'us-east-1' });
const run = 'run-1' as Run;

beforeEach(() => sfn.reset());

describe('S11 executions of Step Functions', () => {
  const executions = new SfnExecutions(client, 'arn:machine:');

  it('are looked at without their data', async () => {
    sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED', startDate: new Date(5), stopDate: new Date(9) });
    assert.deepEqual(await executions.find(run), { status: 'ABORTED', startedAt: 5, stoppedAt: 9 });
    assert.deepEqual(sfn.commandCalls(DescribeExecutionCommand)[0]?.args[0].input, {
      executionArn: 'arn:machine:run-1',
      includedData: 'METADATA_ONLY',
    });
  });

  it('that there are none of are undefined, and everything else is an error', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    assert.equal(await executions.find(run), undefined);
    sfn.on(DescribeExecutionCommand).rejects(new Error('AccessDenied'));
    await assert.rejects(executions.find(run));
  });
});

describe('S11 runs that died', () => {
  it('are found in every machine, by how they ended and when, page by page', async () => {
    const executions = new SfnExecutions(client, 'arn:execution:runs:,arn:execution:retirements:');
    const listed = (name: string, stopped: number) => ({
      ...{ name, executionArn: name, stateMachineArn: 'arn', status: 'FAILED' as const },
      ...{ startDate: new Date(1), stopDate: new Date(stopped) },
    });
    const of = (machine: string, statusFilter: 'FAILED' | 'TIMED_OUT' | 'ABORTED') => ({
      stateMachineArn: `arn:stateMachine:${machine}`,
      statusFilter,
    });
    sfn.on(ListExecutionsCommand).resolves({ executions: [] });
    sfn
      .on(ListExecutionsCommand, of('runs', 'FAILED'))
      .resolves({ executions: [listed('late', 100), listed('early', 99)], nextToken: 'more' });
    sfn
      .on(ListExecutionsCommand, { ...of('runs', 'FAILED'), nextToken: 'more' })
      .resolves({ executions: [listed('later', 101)] });
    sfn.on(ListExecutionsCommand, of('runs', 'TIMED_OUT')).resolves({ executions: [listed('slow', 100)] });
    sfn.on(ListExecutionsCommand, of('retirements', 'ABORTED')).resolves({ executions: [listed('stopped', 200)] });
    assert.deepEqual(await executions.died(instant(100)), ['late', 'later', 'slow', 'stopped']);
    assert.equal(sfn.commandCalls(ListExecutionsCommand).length, 7);
  });

  it('that cannot be listed are an error', async () => {
    sfn.on(ListExecutionsCommand).rejects(new Error('AccessDenied'));
    await assert.rejects(new SfnExecutions(client, 'arn:execution:runs:').died(instant(0)));
  });
});

describe('S11 recoveries', () => {
  const recoveries = new SfnRecoveries(client, 'arn:recovery');

  it('are started under a name that says which', async () => {
    assert.equal(await recoveries.start('run-1-abc-1', run), 'underWay');
    assert.deepEqual(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input, {
      stateMachineArn: 'arn:recovery',
      name: 'run-1-abc-1',
      input: '{"run":"run-1"}',
    });
  });

  it('that have ended are not started again', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'again', $metadata: {} }));
    assert.equal(await recoveries.start('run-1-abc-1', run), 'ended');
  });
});
