import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../../rehearsal/aws/states/json.ts';
import { fail, invoking, only, Rehearsed, typesOf } from './states-fixture.ts';

const inline = (more: object = {}): object => ({
  Type: 'Map',
  ItemProcessor: only(invoking('work')),
  End: true,
  ...more,
});

describe('an inline map', () => {
  it('runs up to its concurrency at once, and keeps the order of its items', async () => {
    const machine: Rehearsed = new Rehearsed(only(inline({ MaxConcurrency: 2 })), {
      functions: { work: (n) => machine.time.sleep(Number(n) * 1_000).then(() => Number(n) * 10) },
    });
    assert.deepEqual(await machine.run([3, 1, 1, 1]), { status: 'SUCCEEDED', output: [30, 10, 10, 10] });
    assert.deepEqual(machine.calls, [
      ['work', 0],
      ['work', 0],
      ['work', 1],
      ['work', 2],
    ]);
  });

  it('runs at most 40 iterations at once, whatever it is allowed', async () => {
    const machine: Rehearsed = new Rehearsed(only(inline({ MaxConcurrency: 100 })), {
      functions: { work: () => machine.time.sleep(1_000).then(() => 0) },
    });
    await machine.run(Array.from({ length: 41 }, () => 0));
    assert.deepEqual(
      [39, 40].map((index) => machine.calls[index]?.[1]),
      [0, 1],
    );
  });

  it('shows the item to its selector and to its states', async () => {
    const Pass = { Type: 'Pass', Output: ['{% $states.input %}', '{% $states.context.Map.Item.Index %}'], End: true };
    const machine = new Rehearsed(
      only(
        inline({
          Items: '{% $states.input.items %}',
          ItemSelector: { n: '{% $states.context.Map.Item.Value %}', of: '{% $states.input.of %}' },
          ItemProcessor: only(Pass),
        }),
      ),
    );
    assert.deepEqual(await machine.run({ items: ['a', 'b'], of: 2 }), {
      status: 'SUCCEEDED',
      output: [
        [{ n: 'a', of: 2 }, 0],
        [{ n: 'b', of: 2 }, 1],
      ],
    });
  });

  it('fails with the first failure, and aborts the iterations beside it', async () => {
    const machine: Rehearsed = new Rehearsed(only(inline()), {
      functions: {
        work: async (n) => {
          await machine.time.sleep(Number(n) * 1_000);
          return n === 2 ? fail('Broken') : n;
        },
      },
    });
    const execution = machine.begin([1, 2, 3]);
    const result = await machine.time.run(execution.finished);

    assert.equal('error' in result && result.error, 'Broken');
    assert.equal(machine.seconds, 2);
    assert.deepEqual(typesOf(execution).slice(-6), [
      'TaskFailed',
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('two iterations that fail at the same instant', () => {
  it('fail the map once', async () => {
    const machine: Rehearsed = new Rehearsed(only(inline()), {
      functions: { work: () => machine.time.sleep(1_000).then(() => fail('Broken')) },
    });
    const execution = machine.begin([1, 2]);
    await machine.time.run(execution.finished);
    const fates = typesOf(execution).filter((type) => /^Map.*(Failed|Aborted)$/.test(type));
    assert.deepEqual(fates, ['MapIterationFailed', 'MapIterationFailed', 'MapStateFailed']);
  });
});

describe('a parallel state', () => {
  it('gives each branch the input, and the outputs in the order of the branches', async () => {
    const branch = (Output: Json) => only({ Type: 'Pass', Output, End: true });
    const state = { Type: 'Parallel', Branches: [branch('{% $states.input + 1 %}'), branch('b')], End: true };
    assert.deepEqual(await new Rehearsed(only(state)).run(1), { status: 'SUCCEEDED', output: [2, 'b'] });
  });

  it('aborts the other branches when one fails', async () => {
    const state = {
      Type: 'Parallel',
      Branches: [only({ Type: 'Wait', Seconds: 9, End: true }), only(invoking('work'))],
      End: true,
    };
    const machine = new Rehearsed(only(state), { functions: { work: () => fail('Broken') } });
    const execution = machine.begin();
    const result = await machine.time.run(execution.finished);
    assert.equal('error' in result && result.error, 'Broken');
    assert.equal(machine.seconds, 0);
    assert.deepEqual(typesOf(execution).slice(-4), [
      'WaitStateAborted',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });
});
