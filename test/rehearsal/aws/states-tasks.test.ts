import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../rehearsal/account/replica.ts';
import { anybody, arnOf, fail, invoking, machineArn, only, Rehearsed, typesOf, type Work } from './states-fixture.ts';

const tokenOf: (payload: unknown) => string = (payload) => (payload as { readonly token: string }).token;

/** A task that waits for whoever has its token. The function hands the token over and is done. */
const waiting = (more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: arnOf('ask'), Payload: { token: '{% $states.context.Task.Token %}' } },
  End: true,
  ...more,
});

/** A machine that waits for an answer, and the tokens that it gave out so far. */
function asking(more: object = {}, rest: object = {}): { machine: Rehearsed; tokens: string[] } {
  const tokens: string[] = [];
  const ask: Work = (payload) => {
    tokens.push(tokenOf(payload));
    return null;
  };
  const machine = new Rehearsed({ StartAt: 'Ask', States: { Ask: waiting(more), ...rest } }, { functions: { ask } });
  return { machine, tokens };
}

describe('a task that invokes a function', () => {
  it('hands over its payload, and gets the response with the payload parsed', async () => {
    const state = invoking('double', { Output: '{% [$states.result.Payload, $states.result.StatusCode] %}' });
    const machine = new Rehearsed(only(state), { functions: { double: (payload) => Number(payload) * 2 } });
    assert.deepEqual(await machine.run(21), { status: 'SUCCEEDED', output: [42, 200] });
  });

  it('gets nothing but the payload when its resource is the function itself', async () => {
    const state = { Type: 'Task', Resource: arnOf('double'), End: true };
    const machine = new Rehearsed(only(state), { functions: { double: (payload) => Number(payload) * 2 } });
    assert.deepEqual(await machine.run(21), { status: 'SUCCEEDED', output: 42 });
  });

  it('finds a function by its name, and a version of it by a qualifier', async () => {
    const Arguments = { FunctionName: 'double', Qualifier: '7', Payload: 2 };
    const machine = new Rehearsed(only(invoking('double', { Arguments })), {
      functions: { double: (payload) => Number(payload) * 2 },
    });
    assert.deepEqual(await machine.run(), { status: 'SUCCEEDED', output: 4 });
  });

  it('succeeds when the answer comes right before its timeout, and fails at the very instant', async () => {
    const after = async (milliseconds: number) => {
      const machine: Rehearsed = new Rehearsed(only(invoking('work', { TimeoutSeconds: 5 })), {
        functions: { work: () => machine.time.sleep(milliseconds).then(() => 'done') },
      });
      return machine.run();
    };
    assert.deepEqual(await after(4_999), { status: 'SUCCEEDED', output: 'done' });
    assert.deepEqual(await after(5_000), { status: 'FAILED', error: 'States.Timeout', cause: undefined });
  });

  it('leaves a function running that outlives its timeout, and does not hear it any more', async () => {
    const finished: number[] = [];
    const machine: Rehearsed = new Rehearsed(only(invoking('work', { TimeoutSeconds: 5 })), {
      functions: {
        work: async () => {
          await machine.time.sleep(60_000);
          finished.push(machine.seconds);
          return 'late';
        },
      },
    });
    const execution = machine.begin();
    await machine.time.run(machine.time.sleep(120_000));

    assert.equal(execution.status, 'FAILED');
    assert.equal(execution.stoppedAt, machine.start + 5_000);
    assert.deepEqual(finished, [60]);
    assert.deepEqual(typesOf(execution).slice(-2), ['TaskTimedOut', 'ExecutionFailed']);
  });
});

describe('a task that waits for its token', () => {
  it('succeeds with what the holder of the token sends', async () => {
    const { machine, tokens } = asking();
    const execution = machine.begin();
    machine.time.after(3_600_000, () =>
      machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '{"by":"requester"}' }),
    );
    assert.deepEqual(await machine.time.run(execution.finished), { status: 'SUCCEEDED', output: { by: 'requester' } });
    assert.deepEqual(typesOf(execution).slice(2, -2), [
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
    ]);
    assert.equal(machine.seconds, 3_600);
  });

  it('fails with what the holder of the token sends', async () => {
    const { machine, tokens } = asking();
    const execution = machine.begin();
    machine.time.after(1_000, () =>
      machine.call('SendTaskFailure', { taskToken: tokens[0], error: 'Rejected', cause: 'no' }),
    );
    assert.deepEqual(await machine.time.run(execution.finished), { status: 'FAILED', error: 'Rejected', cause: 'no' });
  });

  it('takes an answer that comes before the function has answered', async () => {
    const machine: Rehearsed = new Rehearsed(only(waiting()), {
      functions: {
        ask: async (payload) => {
          machine.call('SendTaskSuccess', { taskToken: tokenOf(payload), output: '1' });
          await machine.time.sleep(1_000);
          return null;
        },
      },
    });
    assert.deepEqual(await machine.run(), { status: 'SUCCEEDED', output: 1 });
    assert.equal(machine.seconds, 0);
  });

  it('fails at once when the function that should pass the token on fails', async () => {
    const machine = new Rehearsed(only(waiting()), { functions: { ask: () => fail('NoMail') } });
    const result = await machine.run();
    assert.equal('error' in result && result.error, 'NoMail');
  });

  it('takes an answer until its timeout, and turns a later one away', async () => {
    const answeredAt = async (milliseconds: number) => {
      const { machine, tokens } = asking({ TimeoutSeconds: 10 });
      const execution = machine.begin();
      const errors: string[] = [];
      machine.time.after(milliseconds, () => {
        try {
          machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '1' });
        } catch (thrown) {
          errors.push((thrown as Error).name);
        }
      });
      await machine.time.run(machine.time.sleep(20_000));
      return [execution.status, ...errors];
    };
    assert.deepEqual(await answeredAt(9_999), ['SUCCEEDED']);
    assert.deepEqual(await answeredAt(10_001), ['FAILED', 'TaskTimedOut']);
  });

  it('takes one answer only', async () => {
    const { machine, tokens } = asking();
    const { finished } = machine.begin();
    await machine.time.run(machine.time.sleep(1_000));
    machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '1' });
    assert.throws(
      () => machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '2' }),
      new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'"),
    );
    assert.deepEqual(await machine.time.run(finished), { status: 'SUCCEEDED', output: 1 });
  });

  it('has another token in each attempt, and the old one is spent', async () => {
    const { machine, tokens } = asking({ TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'] }] });
    const { finished } = machine.begin();
    await machine.time.run(machine.time.sleep(6_500));

    assert.equal(new Set(tokens).size, 2);
    assert.throws(() => machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '1' }), {
      name: 'TaskTimedOut',
    });
    machine.call('SendTaskSuccess', { taskToken: tokens[1], output: '2' });
    assert.deepEqual(await machine.time.run(finished), { status: 'SUCCEEDED', output: 2 });
  });

  it('fails when it hears nothing for as long as a heartbeat may take', async () => {
    const { machine, tokens } = asking({ HeartbeatSeconds: 10 });
    const { finished } = machine.begin();
    machine.time.after(9_000, () => machine.call('SendTaskHeartbeat', { taskToken: tokens[0] }));
    assert.deepEqual(await machine.time.run(finished), {
      status: 'FAILED',
      error: 'States.HeartbeatTimeout',
      cause: undefined,
    });
    assert.equal(machine.seconds, 19);
  });

  it('does not get more time from a heartbeat than its timeout', async () => {
    const { machine, tokens } = asking({ HeartbeatSeconds: 10, TimeoutSeconds: 15 });
    const { finished } = machine.begin();
    machine.time.after(9_000, () => machine.call('SendTaskHeartbeat', { taskToken: tokens[0] }));
    const result = await machine.time.run(finished);
    assert.equal('error' in result && result.error, 'States.Timeout');
    assert.equal(machine.seconds, 15);
  });

  for (const name of ['States.HeartbeatTimeout', 'States.Timeout']) {
    it(`is rescued from its silence by a catcher that names ${name}`, async () => {
      const Catch = [{ ErrorEquals: [name], Next: 'Rescued' }];
      const { machine } = asking({ HeartbeatSeconds: 10, Catch }, { Rescued: { Type: 'Succeed' } });
      assert.deepEqual(await machine.run(), {
        status: 'SUCCEEDED',
        output: { Error: 'States.HeartbeatTimeout', Cause: '' },
      });
    });
  }
});

describe('an answer with a token', () => {
  it('is refused when nobody ever gave out that token', () => {
    const { machine } = asking();
    assert.throws(() => machine.call('SendTaskSuccess', { taskToken: 'mine', output: '1' }), { name: 'InvalidToken' });
  });

  it('is refused when it is no JSON, and can then be given again', async () => {
    const { machine, tokens } = asking();
    const { finished } = machine.begin();
    await machine.time.run(machine.time.sleep(1_000));
    assert.throws(() => machine.call('SendTaskSuccess', { taskToken: tokens[0], output: 'yes' }), {
      name: 'InvalidOutput',
    });
    machine.call('SendTaskSuccess', { taskToken: tokens[0], output: '"yes"' });
    assert.deepEqual(await machine.time.run(finished), { status: 'SUCCEEDED', output: 'yes' });
  });

  for (const operation of ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']) {
    it(`needs a permission to ${operation} on the state machine`, async () => {
      const { machine, tokens } = asking();
      machine.begin();
      await machine.time.run(machine.time.sleep(1_000));
      const required: string[][] = [];
      const context = { ...anybody, require: (...asked: string[]) => void required.push(asked.slice(0, 2)) };
      machine.call(operation, { taskToken: tokens[0], output: '1' }, context as never);
      assert.deepEqual(required, [[`states:${operation}`, machineArn]]);
    });
  }
});
