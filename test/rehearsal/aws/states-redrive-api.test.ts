import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ServiceError } from '../../../rehearsal/account/replica.ts';
import { anybody, only, Rehearsed } from './states-fixture.ts';

const runArn = 'arn:aws:states:eu-central-1:111111111111:execution:rotation:run';
const day = 86_400_000;

const redrive = (machine: Rehearsed, more: object = {}) =>
  machine.call<{ redriveDate: Date }>('RedriveExecution', { executionArn: runArn, ...more });

const notRedrivable = (why: string) => new ServiceError('ExecutionNotRedrivable', why);

describe('RedriveExecution', () => {
  const stopped = async () => {
    const machine = new Rehearsed(only({ Type: 'Wait', Seconds: 3_600, End: true }));
    machine.begin();
    await machine.time.run(machine.time.sleep(60_000));
    machine.call('StopExecution', { executionArn: runArn });
    return machine;
  };

  it('asks IAM about the execution, and says when', async () => {
    const machine = await stopped();
    const asked: string[] = [];
    const require = (action: string, resource: string) => void asked.push(`${action} ${resource}`);
    const answer = machine.call('RedriveExecution', { executionArn: runArn }, { ...anybody, require });
    assert.deepEqual(answer, { redriveDate: new Date('2026-11-18T12:01:00Z') });
    assert.deepEqual(asked, [`states:RedriveExecution ${runArn}`]);
  });

  it('is shown by DescribeExecution', async () => {
    const machine = await stopped();
    const seen = () => {
      const described = machine.call('DescribeExecution', { executionArn: runArn });
      const { status, stopDate, redriveCount, redriveDate, redriveStatus, redriveStatusReason } = described;
      return [status, stopDate, redriveCount, redriveDate, redriveStatus, redriveStatusReason];
    };
    const at = new Date('2026-11-18T12:01:00Z');
    assert.deepEqual(seen(), ['ABORTED', at, 0, undefined, 'REDRIVABLE', undefined]);
    redrive(machine);
    const running = 'Execution is RUNNING and cannot be redriven';
    assert.deepEqual(seen(), ['RUNNING', undefined, 1, at, 'NOT_REDRIVABLE', running]);
  });

  it('refuses what runs, and what succeeded', async () => {
    const machine = await stopped();
    redrive(machine);
    assert.throws(() => redrive(machine), notRedrivable('Execution is RUNNING and cannot be redriven'));
    await machine.time.run(machine.time.sleep(3_600_000));
    assert.throws(() => redrive(machine), notRedrivable('Execution is SUCCEEDED and cannot be redriven'));
  });

  it('refuses what ended more than 14 days ago', async () => {
    const machine = await stopped();
    await machine.time.run(machine.time.sleep(14 * day + 1));
    assert.throws(() => redrive(machine), notRedrivable('Execution redrivable period exceeded'));

    const earlier = await stopped();
    await earlier.time.run(earlier.time.sleep(14 * day));
    redrive(earlier);
  });

  it('refuses a history that has no room for it and another event', async () => {
    const Loop = { Type: 'Pass', Assign: { n: '{% $exists($n) ? $n + 1 : 1 %}' }, Next: 'Enough' };
    const looping = async (StartAt: string, passes: number, Stop: object) => {
      const Choices = [{ Condition: `{% $n < ${passes} %}`, Next: 'Loop' }];
      const Enough = { Type: 'Choice', Choices, Default: 'Stop' };
      const States = { First: { Type: 'Pass', Next: 'Loop' }, Loop, Enough, Stop };
      const machine = new Rehearsed({ StartAt, States });
      await machine.run();
      return machine;
    };
    // 1 + 2 + 4 × 6,248 + 3 events, and 1 + 4 × 6,249 + 2.
    const room = await looping('First', 6_248, { Type: 'Pass', Output: '{% $nothing %}', End: true });
    const full = await looping('Loop', 6_249, { Type: 'Fail' });
    assert.deepEqual(
      [room, full].map(({ replica }) => replica.execution(runArn)?.history.size),
      [24_998, 24_999],
    );
    redrive(room);
    assert.throws(() => redrive(full), notRedrivable('Execution history event limit exceeded'));
  });

  it('knows no execution that never was', () => {
    const machine = new Rehearsed(only({ Type: 'Succeed' }));
    assert.throws(() => redrive(machine), { name: 'ExecutionDoesNotExist' });
  });

  it('answers the same request once more, for 15 minutes', async () => {
    const machine = await stopped();
    const request = { clientToken: 'once' };
    const first = redrive(machine, request);
    await machine.time.run(machine.time.sleep(899_999));
    assert.deepEqual(redrive(machine, request), first);
    assert.equal(machine.replica.execution(runArn)?.redrives.count, 1);
    await machine.time.run(machine.time.sleep(1));
    assert.throws(() => redrive(machine, request), { name: 'ExecutionNotRedrivable' });
  });
});
