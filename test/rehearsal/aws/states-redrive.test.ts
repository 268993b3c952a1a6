import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ServiceError } from '../../../rehearsal/account/replica.ts';
import type { Json } from '../../../rehearsal/aws/states/json.ts';
import { fail, invoking, only, Rehearsed, roleArn, typesOf } from './states-fixture.ts';

const runArn = 'arn:aws:states:eu-central-1:111111111111:execution:rotation:run';
const day = 86_400_000;

/** Answers once it was called so many times in vain. */
function failing(times: number, answer: (payload: Json) => Json = (payload) => payload) {
  let called = 0;
  return (payload: Json): Json => {
    called += 1;
    return called <= times ? fail('Broken') : answer(payload);
  };
}

const redrive = (machine: Rehearsed) => machine.call('RedriveExecution', { executionArn: runArn });

/** Redrives, and waits for what it comes to. */
function again(machine: Rehearsed) {
  redrive(machine);
  return machine.time.run(machine.replica.execution(runArn)?.finished ?? assert.fail());
}

describe('a redriven execution', () => {
  it('goes on with the state that failed, its input and its variables, and runs nothing twice that succeeded', async () => {
    const machine = new Rehearsed(
      {
        StartAt: 'First',
        States: {
          First: invoking('first', { End: undefined, Next: 'Second', Assign: { seen: 7 } }),
          Second: invoking('second', { Output: '{% [$seen, $states.result.Payload] %}' }),
        },
      },
      { functions: { first: () => 'from the first', second: failing(1) } },
    );
    assert.equal((await machine.run('asked')).status, 'FAILED');
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [7, 'from the first'] });
    assert.deepEqual(
      machine.calls.map(([name]) => name),
      ['first', 'second', 'second'],
    );
    const execution = machine.replica.execution(runArn) ?? assert.fail();
    assert.deepEqual(typesOf(execution).slice(-8), [
      'TaskFailed',
      'ExecutionFailed',
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    assert.deepEqual(
      execution.history.events().find(({ type }) => type === 'ExecutionRedriven')?.['executionRedrivenEventDetails'],
      { redriveCount: 1 },
    );
    assert.deepEqual(
      machine.statuses.map(({ status }) => status),
      ['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED'],
    );
    assert.equal(machine.transitions.at(-1)?.kind, 'redriven');
  });

  it('tries as often as at first, and counts its timeouts anew', async () => {
    const Retry = [{ ErrorEquals: ['Broken'], MaxAttempts: 2, IntervalSeconds: 1 }];
    const machine: Rehearsed = new Rehearsed(
      { ...only(invoking('work', { Retry })), TimeoutSeconds: 60 },
      { functions: { work: failing(5) } },
    );
    assert.equal((await machine.run()).status, 'FAILED');
    await machine.time.run(machine.time.sleep(100_000));
    assert.equal((await again(machine)).status, 'SUCCEEDED');
    assert.equal(machine.calls.length, 6);
  });

  it('knows how often it was redriven, and when', async () => {
    const machine = new Rehearsed(
      only(invoking('work', { Arguments: { FunctionName: 'work', Payload: '{% $states.context.Execution %}' } })),
      { functions: { work: failing(2) } },
    );
    await machine.run();
    await again(machine);
    await machine.time.run(machine.time.sleep(5_000));
    const ended = await again(machine);
    const context = (ended.status === 'SUCCEEDED' ? ended.output : {}) as Record<string, Json>;
    assert.deepEqual(
      [context['RedriveCount'], context['RedriveTime'], context['StartTime']],
      [2, '2026-11-18T12:00:05.000Z', '2026-11-18T12:00:00.000Z'],
    );
  });

  it('that was stopped goes on where it was stopped, under a new task token', async () => {
    const tokens: Json[] = [];
    const machine = new Rehearsed(
      only({
        ...invoking('ask'),
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
        Output: '{% $states.result %}',
      }),
      { functions: { ask: (token) => tokens.push(token) } },
    );
    machine.begin();
    await machine.time.run(machine.time.sleep(1_000));
    machine.call('StopExecution', { executionArn: runArn });
    redrive(machine);
    await machine.time.run(machine.time.sleep(1_000));
    const [first, second] = tokens;
    assert.throws(() => machine.call('SendTaskSuccess', { taskToken: first, output: '1' }), { name: 'TaskTimedOut' });
    machine.call('SendTaskSuccess', { taskToken: second, output: '2' });
    const { finished } = machine.replica.execution(runArn) ?? assert.fail();
    assert.deepEqual(await machine.time.run(finished), { status: 'SUCCEEDED', output: 2 });
  });

  it('that ran out of time waits once more for as many seconds, and not for a moment that is over', async () => {
    const definition = {
      StartAt: 'Moment',
      TimeoutSeconds: 90,
      States: {
        Moment: { Type: 'Wait', Timestamp: '2026-11-18T12:01:00Z', Next: 'Seconds' },
        Seconds: { Type: 'Wait', Seconds: 60, End: true },
      },
    };
    const machine = new Rehearsed(definition);
    assert.equal((await machine.run()).status, 'TIMED_OUT');
    assert.equal((await again(machine)).status, 'SUCCEEDED');
    assert.equal(machine.seconds, 150);

    const early = new Rehearsed({ ...definition, TimeoutSeconds: 30 });
    await early.run();
    await early.time.run(early.time.sleep(60_000));
    redrive(early);
    await early.time.run(early.time.sleep(1));
    assert.equal(early.transitions.at(-1)?.state, 'Seconds');
  });

  it('enters a Fail once more, and evaluates a Choice anew', async () => {
    const failed = new Rehearsed(only({ Type: 'Fail', Error: 'Refused' }));
    await failed.run();
    assert.deepEqual(await again(failed), { status: 'FAILED', error: 'Refused', cause: undefined });
    assert.equal(failed.transitions.filter(({ kind }) => kind === 'entered').length, 2);

    const chosen = new Rehearsed({
      StartAt: 'Choose',
      States: {
        Choose: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.context.Execution.RedriveCount = 1 %}', Next: 'Done' }],
        },
        Done: { Type: 'Succeed' },
      },
    });
    await chosen.run();
    assert.equal((await again(chosen)).status, 'SUCCEEDED');
  });

  it('keeps the definition that it began with', async () => {
    const machine = new Rehearsed(only(invoking('work')), { functions: { work: failing(1) } });
    await machine.run('x');
    const definition = only({ Type: 'Fail' });
    machine.replica.create({
      arn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:rotation',
      roleArn,
      definition,
    });
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: 'x' });
  });

  it('ends by itself, whatever is left of what was stopped', async () => {
    const machine: Rehearsed = new Rehearsed(
      only({ ...invoking('work'), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Only' }] }),
      { functions: { work: () => machine.time.sleep(10_000).then(() => 'late') } },
    );
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(9_000));
    execution.abort();
    redrive(machine);
    assert.deepEqual(await machine.time.run(execution.finished), { status: 'SUCCEEDED', output: 'late' });
    assert.equal(machine.seconds, 19, 'the answer to the first invocation is nobody’s');
  });
});

describe('a redrive of branches and iterations', () => {
  it('runs only those that failed or were aborted', async () => {
    const branch = (name: string) => only(invoking(name));
    const state = { Type: 'Parallel', Branches: ['one', 'two', 'three'].map(branch), End: true };
    const machine: Rehearsed = new Rehearsed(only(state), {
      functions: {
        one: () => 1,
        two: (
          (broken) => (n: Json) =>
            machine.time.sleep(500).then(() => broken(n))
        )(failing(1, () => 2)),
        three: () => machine.time.sleep(1_000).then(() => 3),
      },
    });
    assert.equal((await machine.run()).status, 'FAILED');
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [1, 2, 3] });
    assert.deepEqual(machine.calls.map(([name]) => name).toSorted(), ['one', 'three', 'three', 'two', 'two']);
  });

  it('starts the iterations that were not begun', async () => {
    const ItemProcessor = only(invoking('work'));
    const machine = new Rehearsed(
      only({ Type: 'Map', MaxConcurrency: 1, Items: [1, 2, 3], ItemProcessor, End: true }),
      {
        functions: {
          work: (
            (second) => (n: Json) =>
              n === 2 ? second(n) : n
          )(failing(1)),
        },
      },
    );
    assert.equal((await machine.run()).status, 'FAILED');
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [1, 2, 3] });
    assert.equal(machine.calls.length, 4);
    const execution = machine.replica.execution(runArn) ?? assert.fail();
    assert.equal(typesOf(execution).filter((type) => type === 'MapStateStarted').length, 1);
  });

  it('runs all of a state again whose result was too large', async () => {
    let size = 200_000;
    const branch = only(invoking('work'));
    const machine = new Rehearsed(only({ Type: 'Parallel', Branches: [branch, branch], End: true }), {
      functions: { work: () => 'x'.repeat(size) },
    });
    const first = await machine.run();
    assert.equal(first.status === 'FAILED' && first.error, 'States.DataLimitExceeded');
    size = 1;
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: ['x', 'x'] });
    assert.equal(machine.calls.length, 4);
  });
});

describe('a redrive of a distributed map', () => {
  const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...only(invoking('work')) };
  const ItemReader = {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSONL' },
    Arguments: { Bucket: 'plans', Key: 'wave.jsonl' },
  };
  const map = (more: object = {}) =>
    only({ Type: 'Map', Label: 'Batches', MaxConcurrency: 1, ItemReader, ItemProcessor, End: true, ...more });
  const second = () =>
    (
      (broken) => (n: Json) =>
        n === 2 ? broken(n) : n
    )(failing(1));

  it('redrives the child that failed, keeps what succeeded, and starts what was not started, of the items that it had', async () => {
    const objects = { 'plans/wave.jsonl': '1\n2\n3\n' };
    const machine = new Rehearsed(map(), { objects, functions: { work: second() } });
    assert.equal((await machine.run()).status, 'FAILED');
    objects['plans/wave.jsonl'] = '7\n8\n9\n';
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [1, 2, 3] });

    const execution = machine.replica.execution(runArn) ?? assert.fail();
    const children = machine.replica.executions().filter(({ label }) => label === 'Batches');
    assert.deepEqual(
      children.map(({ status, redrives }) => [status, redrives.count]),
      [
        ['SUCCEEDED', 0],
        ['SUCCEEDED', 1],
        ['SUCCEEDED', 0],
      ],
    );
    const events = execution.history.events();
    const started = events.find(({ type }) => type === 'MapRunStarted')?.['mapRunStartedEventDetails'];
    assert.deepEqual(events.find(({ type }) => type === 'MapRunRedriven')?.['mapRunRedrivenEventDetails'], {
      ...(started as object),
      redriveCount: 1,
    });
  });

  it('reads the items of a map that could not read them', async () => {
    const objects: Record<string, string> = {};
    const machine = new Rehearsed(map(), { objects, functions: { work: (n) => n } });
    const first = await machine.run();
    assert.equal(first.status === 'FAILED' && first.error, 'States.ItemReaderFailed');
    objects['plans/wave.jsonl'] = '1\n';
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [1] });
  });

  it('asks whether the machine’s role may redrive its children, and nobody else’s', async () => {
    const asked: string[] = [];
    const authorise = (_: string, action: string, resource: string) => {
      asked.push(`${action} ${resource.replace(/[^:]*$/, '')}`);
      if (action === 'states:RedriveExecution') throw new ServiceError('AccessDeniedException', 'not you');
    };
    const machine = new Rehearsed(map({ ItemReader: undefined, Items: [2] }), {
      functions: { work: second() },
      authorise,
    });
    await machine.run();
    const ended = await again(machine);
    assert.equal(ended.status === 'FAILED' && ended.error, 'States.Permissions');
    assert.deepEqual(asked, [
      'states:StartExecution arn:aws:states:eu-central-1:111111111111:stateMachine:',
      'states:RedriveExecution arn:aws:states:eu-central-1:111111111111:execution:rotation/Batches:',
    ]);
  });

  it('counts a child as failed that ended too long ago', async () => {
    const state = { Type: 'Wait', Seconds: '{% $states.input = 2 ? 0 : 20 * 86400 %}', Next: 'Work' };
    const States = { Wait: state, Work: invoking('work') };
    const machine = new Rehearsed(
      map({
        ...{ ItemReader: undefined, Items: [1, 2], MaxConcurrency: 2, ToleratedFailurePercentage: 50 },
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'Wait', States },
      }),
      { functions: { work: second() } },
    );
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(15 * day));
    execution.abort();
    assert.deepEqual(await again(machine), { status: 'SUCCEEDED', output: [1] });
    assert.equal(machine.calls.length, 2);
  });
});
