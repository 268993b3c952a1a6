import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { mayPass, OutOfTimeError, Patience, pauses, withRetries } from '../../adapters/retries.ts';
import { instant } from '../../core/instant.ts';

const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

/** A client whose calls end as told, one after the other, on a clock that notes for how long it was asked to wait. */
function arrange(...endings: (Error | 'answer')[]) {
  const waited: number[] = [];
  const clock = { now: () => instant(0), sleep: async (milliseconds: number) => void waited.push(milliseconds) };
  const client = new SSMClient({ region: 'us-east-1' });
  let calls = 0;
  client.middlewareStack.add(
    () => async () => {
      const ending = endings[Math.min(calls, endings.length - 1)];
      calls += 1;
      if (ending instanceof Error) throw ending;
      return { output: { $metadata: {}, Parameter: { Value: 'go' } }, response: {} } as never;
    },
    { step: 'initialize', priority: 'low', name: 'replica' },
  );
  const call = () => withRetries(client, clock).send(new GetParameterCommand({ Name: 'switch' }));
  return { call, waited, client, clock, calls: () => calls };
}

describe('a call that fails in passing', () => {
  it('is made again, after pauses that double', async () => {
    const throttled = failure('ThrottlingException', status(400));
    const { call, waited } = arrange(throttled, throttled, throttled, 'answer');

    assert.equal((await call()).Parameter?.Value, 'go');
    assert.deepEqual(waited, [100, 200, 400]);
  });

  it('is given up after eight attempts, with its own error', async () => {
    const { call, waited, calls } = arrange(failure('InternalServerError', status(500)));

    await assert.rejects(call, { name: 'InternalServerError' });
    assert.equal(calls(), 8);
    assert.deepEqual(waited, [100, 200, 400, 800, 1_600, 3_200, 5_000]);
    assert.equal(
      pauses.reduce((sum, pause) => sum + pause, 0),
      11_300,
    );
  });

  it('is not made more often when a client is wired twice', async () => {
    const { call, client, clock, calls } = arrange(failure('InternalServerError', status(500)));
    withRetries(client, clock);

    await assert.rejects(call);
    assert.equal(calls(), 8);
  });
});

describe('a call that somebody waits for', () => {
  /** A call that fails after so many milliseconds, as often as it is made. */
  function failing(takes: number) {
    let now = 0;
    let calls = 0;
    const pass = (milliseconds: number) => {
      now += milliseconds;
    };
    const clock = { now: () => instant(now), sleep: async (slept: number) => pass(slept) };
    const patience = new Patience(clock, 1_000);
    const client = withRetries(new SSMClient({ region: 'us-east-1' }), clock, patience);
    client.middlewareStack.add(
      () => async () => {
        calls += 1;
        pass(takes);
        throw failure('ThrottlingException', status(400));
      },
      { step: 'initialize', priority: 'low', name: 'replica' },
    );
    const call = () => client.send(new GetParameterCommand({ Name: 'switch' }));
    return { call, patience, calls: () => calls, pass };
  }

  it('is begun no more once their patience is over, and ends with its own error', async () => {
    const barely = failing(99); // The fourth begins at 3 × 99 + 100 + 200 + 400 = 997.
    await assert.rejects(barely.patience.during(barely.call), { name: 'ThrottlingException' });
    assert.equal(barely.calls(), 4);
    const late = failing(100); // It would begin at 1,000.
    await assert.rejects(late.patience.during(late.call), { name: 'ThrottlingException' });
    assert.equal(late.calls(), 3);
  });

  it('is not begun at all after that', async () => {
    for (const [passed, calls] of [
      [999, 1],
      [1_000, 0],
    ] as const) {
      const world = failing(0);
      const work = async () => {
        world.pass(passed);
        await world.call();
      };
      await assert.rejects(world.patience.during(work), calls === 0 ? OutOfTimeError : { name: 'ThrottlingException' });
      assert.equal(world.calls(), calls);
    }
  });

  it('has the patience of its own work, and any where nobody waits', async () => {
    const world = failing(0);
    await assert.rejects(world.patience.during(world.call));
    assert.equal(world.calls(), 4);
    await assert.rejects(world.patience.during(world.call));
    assert.equal(world.calls(), 8);
    await assert.rejects(world.call);
    assert.equal(world.calls(), 16);
  });
});

describe('calls that are asked for at the same time', () => {
  it('are twenty at most under way, so that none waits for a connection that nobody has free (10,000 secrets)', async () => {
    const { client, clock } = arrange('answer');
    withRetries(client, clock);
    const answers: (() => void)[] = [];
    client.middlewareStack.add(
      (next) => async (input) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return next(input);
      },
      { step: 'initialize', priority: 'normal', name: 'network' },
    );
    const served: string[] = [];
    const all = Array.from({ length: 1_000 }, async (_, index) => {
      await client.send(new GetParameterCommand({ Name: `${index}` }));
      served.push(`${index}`);
    });

    const underWay: number[] = [];
    for (let turn = 0; turn < 1_000; turn += 20) {
      await new Promise(setImmediate);
      underWay.push(answers.length);
      for (const answer of answers.splice(0)) answer();
    }
    await Promise.all(all);
    assert.deepEqual([...new Set(underWay)], [20]);
    assert.deepEqual(
      served,
      [...served].sort((one, other) => Number(one) - Number(other)),
    );
  });

  it('make room for the next when they fail, and while they wait to be made again', async () => {
    const { call, calls } = arrange(
      ...Array.from({ length: 25 }, () => failure('InternalServerError', status(500))),
      'answer',
    );
    await Promise.all(Array.from({ length: 60 }, call));
    assert.equal(calls(), 85);
  });
});

describe('a call that AWS found wrong', () => {
  it('is made once', async () => {
    for (const name of [
      'ValidationException',
      'AccessDeniedException',
      'ParameterNotFound',
      'ResourceExistsException',
    ]) {
      const { call, waited, calls } = arrange(failure(name, status(400)));
      await assert.rejects(call, { name });
      assert.deepEqual([calls(), waited], [1, []], name);
    }
  });
});

describe('what may pass', () => {
  it('is throttling, a fault of AWS, a race of conditional writes, or an answer that never came', () => {
    for (const error of [
      failure('ThrottlingException', status(400)),
      failure('TooManyRequestsException', status(429)),
      failure('SlowDown', status(503)),
      failure('Unheard', status(429)),
      failure('ServiceUnavailable', status(503)),
      failure('InternalFailure', status(500)),
      failure('ConditionalRequestConflict', status(409)),
      failure('TimeoutError'),
      failure('Error', { code: 'ECONNRESET' }),
    ]) {
      assert.equal(mayPass(error), true, error.name);
    }
  });

  it('is nothing else', () => {
    for (const error of [
      failure('PreconditionFailed', status(412)),
      failure('LimitExceededException', status(400)),
      failure('TaskTimedOut', status(400)),
      failure('AbortError'),
      failure('TypeError'),
      failure('Error', { code: 'ERR_INVALID_ARG_TYPE' }),
      failure('Error', { code: 7 }),
      'ThrottlingException',
      undefined,
    ]) {
      assert.equal(mayPass(error), false, String(error));
    }
  });
});
