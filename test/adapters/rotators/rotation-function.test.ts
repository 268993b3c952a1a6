/*
 * Goal: a rotation function is asked for what is its to do, in its own words, and nothing of what it answers is passed on
 * but the kind of its error.
 *
 * Method: the real client of the SDK, with Lambda's answers written by hand. A rehearsal plays whole functions:
 * `test/rehearsal/day/plugged-function.test.ts`.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';

import { rotatorFor } from '../../../adapters/rotators/choose.ts';
import { rotateBatchSeconds, rotationFunctionSeconds } from '../../../core/deadlines.ts';
import { instant } from '../../../core/instant.ts';
import { patientDefaults } from '../../../lambdas/runtime.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';
import { lowFunction, plugged } from '../../plugged.ts';
import { arn, failsSilently, fieldsOf, forbidden, secretOf, toolsOn } from './worlds.ts';

const lambda = mockClient(LambdaClient);
const master = plugged.masters.low;
const valueFor = (username: string, password: string, host = 'db.chromepay.example') =>
  secretOf({
    engine: 'postgres',
    host,
    port: 5432,
    username,
    password,
    dbname: 'x',
    masterarn: master,
    team: 'orders',
  });
const turning = {
  token: 'v2',
  old: valueFor('app', 'hunter2'),
  fresh: valueFor('app_clone', 'hunter3'),
  master: undefined,
};

let logged: string[] = [];
const time = new VirtualTime(instant(Date.parse('2026-11-18T19:15:00Z')));
const rotator = (tier = 'low', clock: { now(): ReturnType<VirtualTime['now']> } = time) => {
  const warn = (message: string, fields?: object) => logged.push(inspect({ message, ...fields }));
  const tools = toolsOn(forbidden, { now: () => clock.now(), sleep: () => assert.fail('it waited') });
  return rotatorFor(plugged, tier, arn, { ...tools, log: { info: () => {}, warn, error: () => {} } });
};

const asked = () =>
  lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => ({
    ...input,
    Payload: JSON.parse(Buffer.from(input.Payload as Uint8Array).toString('utf8')),
  }));
const stepsAsked = () => asked().map(({ Payload }) => Payload.Step);

const failing = (errorType: unknown, errorMessage = 'hunter2 is wrong') => ({
  StatusCode: 200,
  FunctionError: 'Unhandled' as const,
  Payload: Buffer.from(JSON.stringify({ errorType, errorMessage, stackTrace: ['hunter3'] })) as never,
});

beforeEach(() => {
  lambda.reset();
  lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: Buffer.from('null') as never });
  logged = [];
});

describe('a plugged rotation function', () => {
  it('is asked for nothing when the new value is made: it is ours, of the other login, and the rest is kept', async () => {
    const fresh = fieldsOf(await rotator().create(turning));
    assert.match(fresh.password, /^[\w-]{32}$/);
    assert.deepEqual(fresh, { ...fieldsOf(turning.old), username: 'app_clone', password: fresh.password });
    assert.deepEqual(asked(), []);
  });

  it('is asked for createSecret and setSecret by the event that Secrets Manager would send, and for testSecret apart', async () => {
    const event = (Step: string) => ({
      FunctionName: lowFunction,
      Payload: { Step, SecretId: arn, ClientRequestToken: 'v2' },
    });
    await rotator().set(turning);
    assert.deepEqual(asked(), [event('createSecret'), event('setSecret')]);

    await rotator().test?.('v2');
    assert.deepEqual(asked().slice(2), [event('testSecret')]);
  });

  it('is never asked for finishSecret, whatever is called: labels are moved by nobody else', async () => {
    const { create, set, test, revert } = rotator();
    await create(turning);
    await set(turning);
    await test?.('v2');
    await revert(turning);
    assert.deepEqual(stepsAsked(), ['createSecret', 'setSecret', 'testSecret']);
  });

  it('is not asked for setSecret when createSecret failed', async () => {
    lambda.on(InvokeCommand).resolves(failing('ValueError'));
    await assert.rejects(rotator().set(turning), { name: 'RotationFunctionError' });
    assert.deepEqual(stepsAsked(), ['createSecret']);
  });

  it('is asked for nothing when the two logins are no pair, or the value names another host or master', async () => {
    for (const fresh of [
      valueFor('other_clone', 'hunter3'),
      valueFor('app', 'hunter3'),
      valueFor('app_clone', 'hunter3', 'evil.example'),
      secretOf({ ...fieldsOf(turning.fresh), masterarn: `${master}x` }),
    ]) {
      await failsSilently(rotator().set({ ...turning, fresh }), 'hunter2', 'hunter3');
    }
    assert.deepEqual(asked(), []);
  });

  it('is asked for nothing in a tier that has none', async () => {
    await assert.rejects(rotator('high').test?.('v2') ?? assert.fail(), /no function is configured/);
    assert.deepEqual(asked(), []);
  });
});

describe('S12 what a rotation function answers', () => {
  it('is not shown when it fails, in the error or the log: only the kind of its error is', async () => {
    lambda.on(InvokeCommand).resolves(failing('ValueError'));
    const error = await failsSilently(rotator().test?.('v2') ?? assert.fail(), 'hunter2', 'hunter3');
    assert.equal(error.message, `${lowFunction} did not do testSecret: ValueError`);
    assert.deepEqual(logged, [
      inspect({
        message: 'a rotation function did not do a step',
        secret: arn,
        function: lowFunction,
        step: 'testSecret',
        error: 'ValueError',
      }),
    ]);
  });

  for (const [kind, said] of [
    ['psycopg.errors.InvalidPasswordError', 'psycopg.errors.InvalidPasswordError'],
    ['Sandbox.Timedout', 'Sandbox.Timedout'],
    ['Error', 'Error'],
    ['password hunter2 Error', 'unknown'],
    ['hunter2', 'unknown'],
    [`${'x'.repeat(60)}Error`, 'unknown'],
    [{ hunter2: 'Error' }, 'unknown'],
    [undefined, 'unknown'],
  ] as const) {
    it(`is told as ${said} when it calls its error ${JSON.stringify(kind)}`, async () => {
      lambda.on(InvokeCommand).resolves(failing(kind));
      const error = await failsSilently(rotator().test?.('v2') ?? assert.fail(), 'hunter2');
      assert.equal(error.message, `${lowFunction} did not do testSecret: ${said}`);
      assert.equal(logged.join().includes('hunter2'), false);
    });
  }

  it('is told as unknown when it is not JSON', async () => {
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: Buffer.from('hunter2') as never });
    await failsSilently(rotator().test?.('v2') ?? assert.fail(), 'hunter2');
  });

  it('does not matter when it did the step', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: Buffer.from('"hunter2"') as never });
    await rotator().test?.('v2');
    assert.deepEqual(logged, []);
  });

  it('is named when it did not come: the kind of the error that Lambda gave', async () => {
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('hunter2'), { name: 'TooManyRequestsException' }));
    const error = await failsSilently(rotator().test?.('v2') ?? assert.fail(), 'hunter2');
    assert.match(error.message, /: TooManyRequestsException$/);
  });
});

describe('S11 the time that a rotation function has', () => {
  const slow = (milliseconds: number) => {
    let now = 0;
    lambda.on(InvokeCommand).callsFake(async () => {
      now += milliseconds;
      return { StatusCode: 200 };
    });
    return rotator('low', { now: () => instant(now) });
  };

  it('is not begun for setSecret more than ten seconds after createSecret was', async () => {
    await slow(10_000).set(turning);
    assert.deepEqual(stepsAsked(), ['createSecret', 'setSecret']);

    lambda.resetHistory();
    await assert.rejects(slow(10_001).set(turning), { name: 'RotationFunctionError' });
    assert.deepEqual(stepsAsked(), ['createSecret']);
  });

  it('is over before rotate-batch would be, when it is begun in the last moment in which that may write', () => {
    assert.deepEqual(
      [rotateBatchSeconds, rotationFunctionSeconds],
      [
        { write: 240, run: 300 },
        { run: 45, begin: 10 },
      ],
    );
    assert.ok(240 + 10 + 45 < 300);
  });

  it('is waited for a second longer than it may take, and nothing is repeated by the client', () => {
    assert.equal(patientDefaults.requestHandler.requestTimeout, 46_000);
    assert.equal(patientDefaults.maxAttempts, 1);
  });
});
