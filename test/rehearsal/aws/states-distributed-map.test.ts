import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../rehearsal/account/replica.ts';
import type { Json } from '../../../rehearsal/aws/states/json.ts';
import { fail, invoking, machineArn, only, Rehearsed, roleArn, typesOf, type Work } from './states-fixture.ts';

const reader = (InputType: string, more: object = {}) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType, ...more },
  Arguments: { Bucket: 'plans', Key: '{% $states.input.key %}' },
});

const objects = {
  'plans/wave.jsonl': '{"batch":1}\n{"batch":2}\n\n{"batch":3}\n',
  'plans/torn.jsonl': '{"batch":1}\n{"batch":',
  'plans/wave.json': '{"waves":[{"batches":[1,2,3,4]}]}',
};

/** A Distributed Map over the lines of wave.jsonl, each of which `work` handles. */
const distributed = (more: object = {}): object => ({
  Type: 'Map',
  Label: 'Batches',
  MaxConcurrency: 1,
  ItemReader: reader('JSONL'),
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...only(invoking('work')) },
  End: true,
  ...more,
});

const exceeded = {
  status: 'FAILED',
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};

const wave = { key: 'wave.jsonl' };

describe('a distributed map', () => {
  const echo: Work = (payload) => payload;

  it('reads one item from each line, and runs each as an execution of its own', async () => {
    const machine = new Rehearsed(only(distributed()), { objects, functions: { work: echo } });
    assert.deepEqual(await machine.run(wave), {
      status: 'SUCCEEDED',
      output: [{ batch: 1 }, { batch: 2 }, { batch: 3 }],
    });
    assert.deepEqual(
      machine.transitions.map(({ kind, execution }) => `${kind} in ${execution === 'run' ? 'parent' : 'child'}`),
      ['entered in parent', ...[1, 2, 3].flatMap(() => ['childStarted in parent', 'entered in child'])],
    );
    assert.match(
      machine.transitions.find(({ execution }) => execution !== 'run')?.executionArn ?? '',
      /^arn:aws:states:eu-central-1:111111111111:execution:rotation\/Batches:[0-9a-f-]{36}$/,
    );
  });

  it('reads at most so many items, from where a pointer points', async () => {
    const ItemReader = reader('JSON', { ItemsPointer: '/waves/0/batches', MaxItems: '{% $states.input.most %}' });
    const machine = new Rehearsed(only(distributed({ ItemReader })), { objects, functions: { work: echo } });
    assert.deepEqual(await machine.run({ key: 'wave.json', most: 2 }), { status: 'SUCCEEDED', output: [1, 2] });
  });

  it('puts so many items into a batch, and an input beside them', async () => {
    const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { run: '{% $states.context.Execution.Name %}' } };
    const machine = new Rehearsed(only(distributed({ ItemBatcher })), { objects, functions: { work: echo } });
    assert.deepEqual(await machine.run(wave), {
      status: 'SUCCEEDED',
      output: [
        { BatchInput: { run: 'run' }, Items: [{ batch: 1 }, { batch: 2 }] },
        { BatchInput: { run: 'run' }, Items: [{ batch: 3 }] },
      ],
    });
  });

  it('closes a batch before it gets too heavy', async () => {
    const sizes = async (MaxInputBytesPerBatch: number) => {
      const ItemBatcher = { MaxInputBytesPerBatch };
      const state = distributed({ ItemReader: undefined, Items: [11, 22, 33], ItemBatcher });
      const machine = new Rehearsed(only(JSON.parse(JSON.stringify(state))), { functions: { work: echo } });
      const result = await machine.run();
      return result.status === 'SUCCEEDED' && (result.output as { Items: Json[] }[]).map(({ Items }) => Items.length);
    };
    assert.deepEqual(await sizes('{"Items":[11,22]}'.length), [2, 1]);
    assert.deepEqual(await sizes('{"Items":[11,22]}'.length - 1), [1, 1, 1]);
  });

  it('shows its children their own input and context, and no variable from outside', async () => {
    const Pass = {
      Type: 'Pass',
      Output: {
        input: '{% $states.input %}',
        execution: '{% $states.context.Execution.Input %}',
        item: '{% $exists($states.context.Map) %}',
        outer: '{% $exists($outer) %}',
      },
      End: true,
    };
    const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...only(Pass) };
    const machine = new Rehearsed({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Each' },
        Each: { Type: 'Map', Items: ['a'], ItemSelector: { of: '{% $outer %}' }, ItemProcessor, End: true },
      },
    });
    assert.deepEqual(await machine.run(), {
      status: 'SUCCEEDED',
      output: [{ input: { of: 1 }, execution: { of: 1 }, item: false, outer: false }],
    });
  });

  it('with a concurrency of one starts no further child after one has failed', async () => {
    const machine = new Rehearsed(only(distributed()), {
      objects,
      functions: { work: (item) => ((item as { batch: number }).batch === 2 ? fail('Broken') : item) },
    });
    assert.deepEqual(await machine.run(wave), exceeded);
    assert.equal(machine.calls.length, 2);
  });

  it('aborts the children that still run when one has failed', async () => {
    const machine: Rehearsed = new Rehearsed(only(distributed({ MaxConcurrency: 3 })), {
      objects,
      functions: {
        work: async (item) => {
          const { batch } = item as { batch: number };
          await machine.time.sleep(batch * 1_000);
          return batch === 2 ? fail('Broken') : item;
        },
      },
    });
    assert.deepEqual(await machine.run(wave), exceeded);
    assert.equal(machine.seconds, 2);
    assert.deepEqual(
      machine.statuses.filter(({ status }) => status !== 'RUNNING').map(({ status }) => status),
      ['SUCCEEDED', 'FAILED', 'ABORTED', 'FAILED'],
    );
  });

  describe('of four items, of which some fail', () => {
    const failing = async (count: number, more: object) => {
      const state = distributed({ ...more, ItemReader: reader('JSON', { ItemsPointer: '/waves/0/batches' }) });
      const work: Work = (item) => (Number(item) <= count ? fail('Broken') : item);
      return new Rehearsed(only(state), { objects, functions: { work } }).run({ key: 'wave.json' });
    };

    it('tolerates as many as its count, and leaves them out of its result', async () => {
      assert.deepEqual(await failing(2, { ToleratedFailureCount: 2 }), { status: 'SUCCEEDED', output: [3, 4] });
      assert.deepEqual(await failing(3, { ToleratedFailureCount: 2 }), exceeded);
    });

    it('tolerates as many as its percentage', async () => {
      assert.deepEqual(await failing(2, { ToleratedFailurePercentage: 50 }), { status: 'SUCCEEDED', output: [3, 4] });
      assert.deepEqual(await failing(3, { ToleratedFailurePercentage: 50 }), exceeded);
    });

    it('tolerates no more than the stricter of both', async () => {
      const both = { ToleratedFailureCount: 3, ToleratedFailurePercentage: 25 };
      assert.deepEqual(await failing(1, both), { status: 'SUCCEEDED', output: [2, 3, 4] });
      assert.deepEqual(await failing(2, both), exceeded);
    });

    it('counts every item of a batch that fails', async () => {
      const work: Work = (batch) => {
        const { Items } = batch as { readonly Items: Json[] };
        return Items[0] === 1 ? fail('Broken') : Items;
      };
      const run = (ToleratedFailureCount: number) => {
        const ItemReader = reader('JSON', { ItemsPointer: '/waves/0/batches' });
        const state = distributed({ ItemReader, ItemBatcher: { MaxItemsPerBatch: 2 }, ToleratedFailureCount });
        return new Rehearsed(only(state), { objects, functions: { work } }).run({ key: 'wave.json' });
      };
      assert.deepEqual(await run(2), { status: 'SUCCEEDED', output: [[3, 4]] });
      assert.deepEqual(await run(1), exceeded);
    });
  });

  it('that reads an empty file succeeds with nothing', async () => {
    const machine = new Rehearsed(only(distributed()), { objects: { 'plans/wave.jsonl': '\n' } });
    assert.deepEqual(await machine.run(wave), { status: 'SUCCEEDED', output: [] });
  });

  for (const [why, key, ItemReader] of [
    ['is no such object', 'none.jsonl', reader('JSONL')],
    ['is a line that is no JSON', 'torn.jsonl', reader('JSONL')],
    ['is nothing where the pointer points', 'wave.json', reader('JSON', { ItemsPointer: '/waves/1' })],
    ['is no array', 'wave.json', reader('JSON')],
  ] as const) {
    it(`fails to read its items when there ${why}, which a catcher takes`, async () => {
      const Catch = [{ ErrorEquals: ['States.ItemReaderFailed'], Output: 'rescued', Next: 'Rescued' }];
      const states = { Only: distributed({ ItemReader, Catch }), Rescued: { Type: 'Succeed' } };
      const machine = new Rehearsed({ StartAt: 'Only', States: states }, { objects });
      const execution = machine.begin({ key });
      assert.deepEqual(await machine.time.run(execution.finished), { status: 'SUCCEEDED', output: 'rescued' });
      assert.ok(typesOf(execution).includes('MapRunFailed'));
    });
  }

  it('needs a permission to start executions of its own machine', async () => {
    const asked: string[][] = [];
    const machine = new Rehearsed(only(distributed()), {
      objects,
      authorise: (...question) => {
        asked.push(question);
        throw new ServiceError('AccessDeniedException', 'not authorised', 403);
      },
    });
    const result = await machine.run(wave);
    assert.deepEqual(asked, [[roleArn, 'states:StartExecution', machineArn]]);
    assert.equal('error' in result && result.error, 'States.Permissions');
  });
});
