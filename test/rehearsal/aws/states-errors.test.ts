import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../rehearsal/account/replica.ts';
import { arnOf, fail, invoking, only, Rehearsed } from './states-fixture.ts';

const rescued = { Type: 'Pass', End: true };
const catching = (...ErrorEquals: string[]) => [{ ErrorEquals, Next: 'Rescued' }];

/** A machine whose first state may be rescued. */
const withRescue = (state: object) => ({ StartAt: 'Try', States: { Try: state, Rescued: rescued } });

const timesOf = ({ calls }: Rehearsed): number[] => calls.map(([, seconds]) => seconds);

describe('a retrier', () => {
  const failing = { functions: { work: () => fail('Busy') } };

  it('tries three times more, after 1, 2 and 4 seconds, unless it says otherwise', async () => {
    const machine = new Rehearsed(only(invoking('work', { Retry: [{ ErrorEquals: ['Busy'] }] })), failing);
    const { status } = await machine.run();
    assert.equal(status, 'FAILED');
    assert.deepEqual(timesOf(machine), [0, 1, 3, 7]);
  });

  it('multiplies the interval by its backoff rate, and waits no longer than its maximum', async () => {
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 4, MaxDelaySeconds: 5 }];
    const machine = new Rehearsed(only(invoking('work', { Retry })), failing);
    await machine.run();
    assert.deepEqual(timesOf(machine), [0, 3, 7.5, 12.5, 17.5]);
  });

  it('with full jitter waits some part of the interval, by the seed', async () => {
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 100, MaxAttempts: 1, JitterStrategy: 'FULL' }];
    const waits = async () => {
      const machine = new Rehearsed(only(invoking('work', { Retry })), failing);
      await machine.run();
      return timesOf(machine)[1] as number;
    };
    const waited = await waits();
    assert.ok(waited > 0 && waited < 100, String(waited));
    assert.equal(await waits(), waited);
  });

  it('never tries again when its maximum is zero', async () => {
    const machine = new Rehearsed(
      only(invoking('work', { Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 0 }] })),
      failing,
    );
    await machine.run();
    assert.deepEqual(timesOf(machine), [0]);
  });

  it('decides alone when it takes the error first, and counts for itself', async () => {
    const Retry = [
      { ErrorEquals: ['Busy'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 1, IntervalSeconds: 10 },
    ];
    const errors = ['Busy', 'Odd', 'Busy'];
    const machine = new Rehearsed(only(invoking('work', { Retry })), {
      functions: { work: () => fail(errors.shift() ?? 'TooOften') },
    });
    const result = await machine.run();
    assert.equal('error' in result && result.error, 'Busy');
    assert.deepEqual(timesOf(machine), [0, 1, 11]);
  });

  it('tells the task how often it has been tried again', async () => {
    const payloads: unknown[] = [];
    const state = invoking('work', {
      Arguments: { FunctionName: arnOf('work'), Payload: '{% $states.context.State.RetryCount %}' },
      Retry: [{ ErrorEquals: ['Busy'] }],
    });
    const machine = new Rehearsed(only(state), {
      functions: { work: (payload) => (payloads.push(payload) < 3 ? fail('Busy') : 'done') },
    });
    assert.deepEqual(await machine.run(), { status: 'SUCCEEDED', output: 'done' });
    assert.deepEqual(payloads, [0, 1, 2]);
    assert.deepEqual(
      machine.transitions.map(({ kind }) => kind),
      ['entered', 'retried', 'retried'],
    );
  });
});

describe('a catcher', () => {
  it('hands on error and cause, once the retries are spent', async () => {
    const state = invoking('work', { Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }], Catch: catching('Busy') });
    const machine = new Rehearsed(withRescue(state), { functions: { work: () => fail('Busy', 'come back later') } });
    assert.deepEqual(await machine.run(), {
      status: 'SUCCEEDED',
      output: { Error: 'Busy', Cause: '{"errorType":"Busy","errorMessage":"come back later"}' },
    });
    assert.equal(machine.calls.length, 2);
  });

  it('assigns variables and makes its own output', async () => {
    const Catch = [
      {
        ErrorEquals: ['States.ALL'],
        Assign: { error: '{% $states.errorOutput.Error %}' },
        Output: '{% $states.input.wave %}',
        Next: 'Rescued',
      },
    ];
    const Rescued = { Type: 'Pass', Output: ['{% $states.input %}', '{% $error %}'], End: true };
    const machine = new Rehearsed(
      { StartAt: 'Try', States: { Try: invoking('work', { Catch }), Rescued } },
      {
        functions: { work: () => fail('Busy') },
      },
    );
    assert.deepEqual(await machine.run({ wave: 2 }), { status: 'SUCCEEDED', output: [2, 'Busy'] });
  });

  it('of all errors takes one that a query causes', async () => {
    const state = invoking('work', { Arguments: '{% $nothing %}', Catch: catching('States.ALL') });
    const result = await new Rehearsed(withRescue(state)).run();
    assert.equal(result.status, 'SUCCEEDED');
  });

  for (const name of ['States.ALL', 'States.TaskFailed']) {
    it(`that names ${name} does not take data over the limit`, async () => {
      const machine = new Rehearsed(withRescue(invoking('work', { Catch: catching(name) })), {
        functions: { work: () => 'x'.repeat(262_144) },
      });
      const result = await machine.run();
      assert.equal('error' in result && result.error, 'States.DataLimitExceeded');
    });
  }

  it('takes data over the limit when it names it', async () => {
    const machine = new Rehearsed(withRescue(invoking('work', { Catch: catching('States.DataLimitExceeded') })), {
      functions: { work: () => 'x'.repeat(262_144) },
    });
    assert.equal((await machine.run()).status, 'SUCCEEDED');
  });

  for (const name of ['States.ALL', 'States.Runtime']) {
    it(`that names ${name} does not take States.Runtime`, async () => {
      const state = {
        Type: 'Parallel',
        Branches: [only({ Type: 'Choice', Choices: [{ Condition: false, Next: 'Only' }] })],
        Retry: [{ ErrorEquals: [name] }],
        Catch: catching(name),
        End: true,
      };
      const result = await new Rehearsed(withRescue(state)).run();
      assert.deepEqual(result, {
        status: 'FAILED',
        error: 'States.Runtime',
        cause:
          "An error occurred while executing the state 'Only' (entered at the event id #4). " +
          'Failed to transition out of the state. The state does not point to a next state.',
      });
    });
  }

  it('that names States.TaskFailed takes any error of a task but its timeout', async () => {
    const state = invoking('work', { TimeoutSeconds: 5, Catch: catching('States.TaskFailed') });
    const failing = new Rehearsed(withRescue(state), { functions: { work: () => fail('Busy') } });
    assert.equal((await failing.run()).status, 'SUCCEEDED');

    const late = new Rehearsed(withRescue(state), { functions: { work: () => late.time.sleep(6_000).then(() => 1) } });
    assert.deepEqual(await late.run(), { status: 'FAILED', error: 'States.Timeout', cause: undefined });
  });
});

describe('an error of Lambda itself', () => {
  const failing = (error: ServiceError) =>
    new Rehearsed(only(invoking('work')), {
      functions: {
        work: () => {
          throw error;
        },
      },
    }).run();

  it('goes by its name in Lambda', async () => {
    const result = await failing(new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429));
    assert.equal('error' in result && result.error, 'Lambda.TooManyRequestsException');
    assert.match(
      ('cause' in result && result.cause) || '',
      /^Rate Exceeded\. \(Service: Lambda, Status Code: 429, Request ID: [0-9a-f-]{36}\)$/,
    );
  });

  it('goes by another name when a permission is missing', async () => {
    const result = await failing(new ServiceError('AccessDeniedException', 'not authorised', 403));
    assert.equal('error' in result && result.error, 'Lambda.AWSLambdaException');
  });

  it('is unknown when the function died without a word', async () => {
    const machine = new Rehearsed(withRescue(invoking('work', { Catch: catching('Lambda.Unknown') })), {
      functions: { work: () => fail(undefined, 'Task timed out after 3.00 seconds') },
    });
    assert.deepEqual(await machine.run(), {
      status: 'SUCCEEDED',
      output: {
        Error: 'Lambda.Unknown',
        Cause:
          'The cause could not be determined because Lambda did not return an error type. ' +
          'Returned payload: {"errorMessage":"Task timed out after 3.00 seconds"}',
      },
    });
  });
});

describe('what the replica does not do', () => {
  it('fails the rehearsal and not the execution, where no catcher could hide it', async () => {
    const Arguments = { FunctionName: arnOf('work'), ClientContext: 'e30=' };
    const machine = new Rehearsed(withRescue(invoking('work', { Arguments, Catch: catching('States.ALL') })));
    await assert.rejects(machine.run(), { name: 'NotReplicated', feature: 'integration' });
  });
});
