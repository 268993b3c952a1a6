import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../rehearsal/account/replica.ts';
import { anybody, invoking, machineArn, only, Rehearsed, typesOf } from './states-fixture.ts';

const waiting = only({ Type: 'Wait', Seconds: 3_600, End: true });
const runArn = 'arn:aws:states:eu-central-1:111111111111:execution:rotation:run';

describe('StartExecution', () => {
  const start = (machine: Rehearsed, more: object = {}) =>
    machine.call('StartExecution', { stateMachineArn: machineArn, name: 'run', input: '{"n":1}', ...more });

  it('answers when it is repeated while the execution runs, and starts nothing', () => {
    const machine = new Rehearsed(waiting);
    const first = start(machine);
    assert.deepEqual(first, { executionArn: runArn, startDate: new Date('2026-11-18T12:00:00Z') });
    assert.deepEqual(start(machine, { input: '{ "n": 1 }' }), first);
    assert.equal(machine.transitions.length, 1);
  });

  it('refuses the same name with another input', () => {
    const machine = new Rehearsed(waiting);
    start(machine);
    assert.throws(
      () => start(machine, { input: '{"n":2}' }),
      new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${runArn}'`),
    );
  });

  it('refuses the name of an execution that has ended, for 90 days', async () => {
    const machine = new Rehearsed(waiting);
    start(machine);
    await machine.time.run(machine.time.sleep(3_600_000 + 90 * 86_400_000 - 1));
    assert.throws(() => start(machine), { name: 'ExecutionAlreadyExists' });

    await machine.time.run(machine.time.sleep(1));
    start(machine);
    assert.equal(machine.transitions.length, 2);
  });

  for (const [name, input] of [
    ['StateMachineDoesNotExist', { stateMachineArn: `${machineArn}s` }],
    ['InvalidExecutionInput', { input: 'n=1' }],
    ['InvalidName', { name: 'a b' }],
    ['InvalidName', { name: 'x'.repeat(81) }],
    ['ValidationException', { input: `"${'x'.repeat(262_143)}"` }],
  ] as const) {
    it(`answers ${name} to ${JSON.stringify(input).slice(0, 60)}`, () => {
      assert.throws(() => start(new Rehearsed(waiting), input), { name });
    });
  }

  it('takes an input of 256 KiB', () => {
    start(new Rehearsed(waiting), { input: `"${'x'.repeat(262_142)}"` });
  });
});

describe('StopExecution', () => {
  it('ends the execution at once, with the error and cause that it gives', async () => {
    const machine = new Rehearsed(waiting);
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(60_000));
    assert.deepEqual(machine.call('StopExecution', { executionArn: runArn, error: 'Halted', cause: 'by requester' }), {
      stopDate: new Date('2026-11-18T12:01:00Z'),
    });
    assert.deepEqual(await execution.finished, { status: 'ABORTED', error: 'Halted', cause: 'by requester' });
    assert.deepEqual(typesOf(execution), ['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted']);
  });

  it('leaves no timer behind that could still wake somebody', async () => {
    const machine = new Rehearsed({ ...waiting, TimeoutSeconds: 7_200 });
    machine.begin();
    machine.call('StopExecution', { executionArn: runArn });
    await assert.rejects(machine.time.run(new Promise(() => {})), /no timer is set/);
    assert.equal(machine.seconds, 0);
  });

  it('lets a function run on whose answer nobody waits for any more', async () => {
    const finished: number[] = [];
    const machine: Rehearsed = new Rehearsed(
      {
        StartAt: 'Work',
        States: { Work: invoking('work', { End: undefined, Next: 'After' }), After: { Type: 'Succeed' } },
      },
      { functions: { work: () => machine.time.sleep(10_000).then(() => finished.push(machine.seconds)) } },
    );
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(1_000));
    machine.call('StopExecution', { executionArn: runArn });
    await machine.time.run(machine.time.sleep(20_000));
    assert.deepEqual(finished, [10]);
    assert.equal(execution.status, 'ABORTED');
    assert.equal(machine.transitions.length, 1);
  });

  it('stops the child executions of a map as well', async () => {
    const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...waiting };
    const machine = new Rehearsed(only({ Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor, End: true }));
    const { finished } = machine.begin();
    await machine.time.run(machine.time.sleep(60_000));
    machine.call('StopExecution', { executionArn: runArn });
    await machine.time.run(finished);
    assert.deepEqual(
      machine.statuses.map(({ status, execution }) => [status, execution === 'run' ? 'parent' : 'child']),
      [
        ['RUNNING', 'parent'],
        ['RUNNING', 'child'],
        ['ABORTED', 'child'],
        ['ABORTED', 'parent'],
      ],
    );
  });

  it('changes nothing about an execution that has ended', async () => {
    const machine = new Rehearsed(waiting);
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(4_000_000));
    assert.deepEqual(machine.call('StopExecution', { executionArn: runArn }), {
      stopDate: new Date('2026-11-18T13:00:00Z'),
    });
    assert.equal(execution.status, 'SUCCEEDED');
  });

  it('knows no execution that never was', () => {
    assert.throws(() => new Rehearsed(waiting).call('StopExecution', { executionArn: runArn }), {
      name: 'ExecutionDoesNotExist',
    });
  });
});

describe('a state machine with a timeout', () => {
  it('ends an execution that takes as long, and no catcher hears of it', async () => {
    const state = invoking('work', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Only' }] });
    const machine: Rehearsed = new Rehearsed(
      { ...only(state), TimeoutSeconds: 60 },
      { functions: { work: () => machine.time.sleep(90_000).then(() => 1) } },
    );
    const execution = machine.begin();
    assert.deepEqual(await machine.time.run(execution.finished), {
      status: 'TIMED_OUT',
      error: undefined,
      cause: undefined,
    });
    assert.equal(machine.seconds, 60);
    assert.equal(typesOf(execution).at(-1), 'ExecutionTimedOut');
  });
});

describe('DescribeExecution', () => {
  it('tells how an execution ended', async () => {
    const machine = new Rehearsed(only({ Type: 'Pass', Output: [1], End: true }));
    await machine.run({ n: 1 });
    assert.deepEqual(machine.call('DescribeExecution', { executionArn: runArn }), {
      executionArn: runArn,
      stateMachineArn: machineArn,
      name: 'run',
      status: 'SUCCEEDED',
      startDate: new Date('2026-11-18T12:00:00Z'),
      stopDate: new Date('2026-11-18T12:00:00Z'),
      redriveCount: 0,
      input: '{"n":1}',
      inputDetails: { included: true },
      output: '[1]',
      outputDetails: { included: true },
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('tells error and cause of one that failed', async () => {
    const machine = new Rehearsed(only({ Type: 'Fail', Error: 'Refused', Cause: "{% 'by ' & $states.input %}" }));
    await machine.run('requester');
    const { status, error, cause } = machine.call('DescribeExecution', { executionArn: runArn });
    assert.deepEqual({ status, error, cause }, { status: 'FAILED', error: 'Refused', cause: 'by requester' });
  });
});

describe('ListExecutions', () => {
  it('lists the newest first, by status and page by page', async () => {
    const machine = new Rehearsed(only({ Type: 'Wait', Seconds: '{% $states.input %}', End: true }));
    for (const [index, seconds] of [1, 100, 100].entries()) machine.begin(seconds, `run-${index}`);
    await machine.time.run(machine.time.sleep(2_000));

    const list = (more: object) => {
      const listed = machine.call<{ executions: { name: string }[]; nextToken?: string }>('ListExecutions', {
        stateMachineArn: machineArn,
        ...more,
      });
      return [listed.executions.map(({ name }) => name), listed.nextToken];
    };
    assert.deepEqual(list({}), [['run-2', 'run-1', 'run-0'], undefined]);
    assert.deepEqual(list({ statusFilter: 'SUCCEEDED' }), [['run-0'], undefined]);
    assert.deepEqual(list({ maxResults: 2 }), [['run-2', 'run-1'], '2']);
    assert.deepEqual(list({ maxResults: 2, nextToken: '2' }), [['run-0'], undefined]);
  });
});

describe('GetExecutionHistory', () => {
  it('tells what happened, with data as JSON text', async () => {
    const machine = new Rehearsed(only({ Type: 'Pass', Assign: { n: 2 }, Output: [1], End: true }));
    await machine.run();
    const { events } = machine.call<{ events: object[] }>('GetExecutionHistory', {
      executionArn: runArn,
      maxResults: 3,
    });
    const timestamp = new Date('2026-11-18T12:00:00Z');
    assert.deepEqual(events.slice(1), [
      {
        id: 2,
        previousEventId: 1,
        timestamp,
        type: 'PassStateEntered',
        stateEnteredEventDetails: { name: 'Only', input: '{}' },
      },
      {
        id: 3,
        previousEventId: 2,
        timestamp,
        type: 'PassStateExited',
        stateExitedEventDetails: { name: 'Only', output: '[1]', assignedVariables: { n: '2' } },
      },
    ]);
  });

  it('ends with the event that has no room for another', async () => {
    const Loop = { Type: 'Pass', Next: 'Loop' };
    const machine = new Rehearsed({ StartAt: 'Loop', States: { Loop } });
    const execution = machine.begin();
    assert.deepEqual(await machine.time.run(execution.finished), {
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    assert.equal(execution.history.events().length, 25_000);
  });
});

describe('the API', () => {
  it('asks IAM about the state machine or the execution', async () => {
    const machine = new Rehearsed(waiting);
    machine.begin();
    const asked: string[] = [];
    const context = {
      ...anybody,
      require: (action: string, resource: string) => void asked.push(`${action} ${resource}`),
    };
    machine.call('StartExecution', { stateMachineArn: machineArn }, context);
    machine.call('ListExecutions', { stateMachineArn: machineArn }, context);
    for (const operation of ['DescribeExecution', 'GetExecutionHistory', 'StopExecution']) {
      machine.call(operation, { executionArn: runArn }, context);
    }
    assert.deepEqual(asked, [
      `states:StartExecution ${machineArn}`,
      `states:ListExecutions ${machineArn}`,
      `states:DescribeExecution ${runArn}`,
      `states:GetExecutionHistory ${runArn}`,
      `states:StopExecution ${runArn}`,
    ]);
  });

  it('does not pretend to know other operations', () => {
    assert.throws(() => new Rehearsed(waiting).call('ListMapRuns', {}), { name: 'UnknownOperationException' });
  });
});

describe('a new definition', () => {
  it('does not change an execution under way', async () => {
    const machine = new Rehearsed(waiting);
    const execution = machine.begin();
    machine.replica.create({ arn: machineArn, roleArn: 'another', definition: only({ Type: 'Fail' }) });
    assert.equal((await machine.time.run(execution.finished)).status, 'SUCCEEDED');
  });
});
