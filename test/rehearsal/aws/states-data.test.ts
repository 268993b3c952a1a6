import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionResult } from '../../../rehearsal/aws/states/execution.ts';
import type { Json } from '../../../rehearsal/aws/states/json.ts';
import { arnOf, invoking, machineArn, only, Rehearsed, roleArn } from './states-fixture.ts';

const passing = (Output: Json, more: object = {}) => only({ Type: 'Pass', Output, End: true, ...more });

/** What an expression gives, in a machine that does nothing else. */
async function gives(expression: string, input: Json = {}): Promise<unknown> {
  const result = await new Rehearsed(passing(`{% ${expression} %}`)).run(input);
  return result.status === 'SUCCEEDED' ? result.output : `${result.error}: ${messageIn(result)}`;
}

/** The part of a cause behind where it happened. */
const messageIn = (result: ExecutionResult): string | undefined =>
  'cause' in result ? result.cause?.replace(/^.*?#\d+\)\. /, '') : undefined;

describe('an expression', () => {
  it('is replaced wherever it stands in a template, and plain text stays as it is', async () => {
    const template = {
      sum: '{% 1 + 1 %}',
      list: ['{% $states.input.a %}', '$states.input', ' {% 1 %} '],
      deep: { n: null },
    };
    assert.deepEqual(await new Rehearsed(passing(template)).run({ a: 'A' }), {
      status: 'SUCCEEDED',
      output: { sum: 2, list: ['A', '$states.input', ' {% 1 %} '], deep: { n: null } },
    });
  });

  it('that gives nothing fails the state, and names its field', async () => {
    const result = await new Rehearsed(passing({ list: ['a', { b: '{% $states.input.c %}' }] })).run();
    assert.deepEqual(result, {
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'Only' (entered at the event id #2). " +
        "The JSONata expression '$states.input.c' specified for the field 'Output/list[1]/b' returned nothing (undefined).",
    });
  });

  for (const [expression, complaint] of [
    ['$eval("1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ['$', 'returned nothing (undefined).'],
    ['$$', 'returned nothing (undefined).'],
    ['a', 'returned nothing (undefined).'],
    ['[1, $sum]', 'returned an unsupported result type.'],
    ['{"f": function($x) { $x }}', 'returned an unsupported result type.'],
    ['$error("enough")', 'threw an error during evaluation. D3137: enough'],
  ] as const) {
    it(`cannot use ${expression}`, async () => {
      assert.equal(
        await gives(expression),
        `States.QueryEvaluationError: The JSONata expression '${expression}' specified for the field 'Output' ${complaint}`,
      );
    });
  }

  it('leaves a list of one a list, when the next state reads it', async () => {
    const machine = new Rehearsed({
      StartAt: 'Filter',
      States: {
        Filter: { Type: 'Pass', Assign: { found: '{% $states.input[n > 1][] %}' }, Next: 'Show' },
        Show: { Type: 'Pass', Output: '{% $append($found, "end") %}', End: true },
      },
    });
    assert.deepEqual(await machine.run([{ n: 1 }, { n: 2 }]), { status: 'SUCCEEDED', output: [{ n: 2 }, 'end'] });
  });
});

describe('the functions that Step Functions adds', () => {
  for (const [expression, value] of [
    ['$partition([1, 2, 3, 4, 5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 1, 0.25)', [0, 0.25, 0.5, 0.75, 1]],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ['$hash("a", "SHA-256")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['$parse(\'{"a": [1]}\').a', [1]],
    ['$random(7) = $random(7)', true],
    ['$random() = $random()', false],
  ] as const) {
    it(`make of ${expression} what they should`, async () => {
      assert.deepEqual(await gives(expression), value);
    });
  }

  it('draw identifiers from the seed', async () => {
    const first = await gives('$uuid()');
    assert.match(String(first), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(await gives('$uuid()'), first);
  });

  it('tell the time of the rehearsal', async () => {
    const machine = new Rehearsed({
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Seconds: 90, Next: 'Tell' },
        Tell: { Type: 'Pass', Output: ['{% $now() %}', '{% $now("[H01]:[m01]") %}', '{% $millis() %}'], End: true },
      },
    });
    assert.deepEqual(await machine.run(), {
      status: 'SUCCEEDED',
      output: ['2026-11-18T12:01:30.000Z', '12:01', 1_795_003_290_000],
    });
  });
});

describe('a variable', () => {
  it('is not there yet for the output of the state that assigns it', async () => {
    const machine = new Rehearsed({
      StartAt: 'First',
      States: {
        First: { Type: 'Pass', Assign: { n: 1 }, Next: 'Second' },
        Second: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'Third' },
        Third: { Type: 'Pass', Output: ['{% $states.input %}', '{% $n %}'], End: true },
      },
    });
    assert.deepEqual(await machine.run(), { status: 'SUCCEEDED', output: [1, 2] });
  });

  it('can be read in a branch, and what the branch assigns is gone with it', async () => {
    const branch = {
      StartAt: 'Assign',
      States: {
        Assign: { Type: 'Pass', Assign: { inner: '{% $outer & "!" %}', outer: 'theirs' }, Next: 'Read' },
        Read: { Type: 'Pass', Output: ['{% $outer %}', '{% $inner %}'], End: true },
      },
    };
    const After = { Type: 'Pass', Output: ['{% $states.input %}', '{% $outer %}', '{% $exists($inner) %}'], End: true };
    const machine = new Rehearsed({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 'ours' }, Next: 'Branch' },
        Branch: { Type: 'Parallel', Branches: [branch], Next: 'After' },
        After,
      },
    });
    assert.deepEqual(await machine.run(), { status: 'SUCCEEDED', output: [[['theirs', 'ours!']], 'ours', false] });
  });

  it('is set by the rule of a choice that is taken', async () => {
    const Choices = [{ Condition: '{% $states.input > 2 %}', Assign: { size: 'big' }, Output: 'rule', Next: 'Show' }];
    const choice = { Type: 'Choice', Choices, Assign: { size: 'small' }, Output: 'default', Default: 'Show' };
    const Show = { Type: 'Pass', Output: ['{% $size %}', '{% $states.input %}'], End: true };
    const run = (input: number) => new Rehearsed({ StartAt: 'Choose', States: { Choose: choice, Show } }).run(input);
    assert.deepEqual(await run(3), { status: 'SUCCEEDED', output: ['big', 'rule'] });
    assert.deepEqual(await run(2), { status: 'SUCCEEDED', output: ['small', 'default'] });
  });
});

describe('a choice', () => {
  it('fails when a condition is no boolean', async () => {
    const state = { Type: 'Choice', Choices: [{ Condition: '{% "yes" %}', Next: 'Only' }] };
    assert.equal(
      messageIn(await new Rehearsed(only(state)).run()),
      `The JSONata expression '"yes"' specified for the field 'Choices[0]/Condition' returned an unexpected result type. ` +
        `Expected 'boolean', but was 'string' for value: "yes"`,
    );
  });
});

describe('the context object', () => {
  it('tells of execution, state machine and state', async () => {
    assert.deepEqual(await gives('$states.context', { n: 1 }), {
      Execution: {
        Id: 'arn:aws:states:eu-central-1:111111111111:execution:rotation:run',
        Input: { n: 1 },
        Name: 'run',
        RoleArn: roleArn,
        StartTime: '2026-11-18T12:00:00.000Z',
        RedriveCount: 0,
      },
      StateMachine: { Id: machineArn, Name: 'rotation' },
      State: { Name: 'Only', EnteredTime: '2026-11-18T12:00:00.000Z' },
    });
  });
});

describe('a state that waits', () => {
  const waiting = async (more: object, input: Json = {}) => {
    const machine = new Rehearsed(only({ Type: 'Wait', End: true, ...more }));
    const result = await machine.run(input);
    return result.status === 'SUCCEEDED' ? machine.seconds : messageIn(result);
  };

  it('waits for so many seconds', async () => {
    assert.equal(await waiting({ Seconds: 600 }), 600);
    assert.equal(await waiting({ Seconds: '{% $states.input.bake %}' }, { bake: 42 }), 42);
  });

  it('waits until a moment, and not at all when it has passed', async () => {
    assert.equal(await waiting({ Timestamp: '2026-11-18T14:00:00+01:00' }), 3_600);
    assert.equal(await waiting({ Timestamp: '{% $states.input %}' }, '2026-11-18T12:00:00.001Z'), 0.001);
    assert.equal(await waiting({ Timestamp: '2026-11-18T11:59:59Z' }), 0);
  });

  it('fails when that is no moment, or no number', async () => {
    assert.equal(
      await waiting({ Timestamp: '{% "tomorrow" %}' }),
      'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: tomorrow',
    );
    assert.match(
      String(await waiting({ Seconds: '{% "9" %}' })),
      /Expected 'number', but was 'string' for value: "9"$/,
    );
  });
});

describe('data of 256 KiB', () => {
  /** As JSON text, with its quotes, exactly so many bytes. */
  const text = (bytes: number) => 'x'.repeat(bytes - 2);
  const tooHeavy = (who: string) => ({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
    cause: `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  });

  it("are a state's output at most", async () => {
    const padded = passing("{% $pad('', $states.input, 'x') %}");
    assert.deepEqual(await new Rehearsed(padded).run(262_142), { status: 'SUCCEEDED', output: text(262_144) });
    assert.deepEqual(await new Rehearsed(padded).run(262_143), tooHeavy('Only'));
  });

  it('are counted in bytes, not in characters', async () => {
    const padded = passing("{% $pad('', $states.input, 'ü') %}");
    assert.equal((await new Rehearsed(padded).run(131_071)).status, 'SUCCEEDED');
    assert.deepEqual(await new Rehearsed(padded).run(131_072), tooHeavy('Only'));
  });

  it('are the variables that one state assigns at most', async () => {
    const assigning = only({ Type: 'Pass', Assign: { v: "{% $pad('', $states.input, 'x') %}" }, Output: 1, End: true });
    const bytes = 262_144 - '{"v":""}'.length;
    assert.deepEqual(await new Rehearsed(assigning).run(bytes), { status: 'SUCCEEDED', output: 1 });
    assert.deepEqual(await new Rehearsed(assigning).run(bytes + 1), tooHeavy('Only'));
  });

  it("are a task's result at most, whatever its output is made of", async () => {
    const answering = (bytes: number) => {
      const state = { Type: 'Task', Resource: arnOf('work'), Output: 'small', End: true };
      return new Rehearsed(only(state), { functions: { work: () => text(bytes) } }).run();
    };
    assert.deepEqual(await answering(262_144), { status: 'SUCCEEDED', output: 'small' });
    assert.deepEqual(await answering(262_145), tooHeavy(arnOf('work')));
  });

  it("are a task's arguments at most", async () => {
    const asking = (bytes: number) => {
      const state = {
        Type: 'Task',
        Resource: arnOf('work'),
        Arguments: "{% $pad('', $states.input, 'x') %}",
        End: true,
      };
      return new Rehearsed(only(state), { functions: { work: () => 1 } }).run(bytes - 2);
    };
    assert.deepEqual(await asking(262_144), { status: 'SUCCEEDED', output: 1 });
    assert.deepEqual(await asking(262_145), tooHeavy(arnOf('work')));
  });

  it("are all outputs of a map's iterations at most", async () => {
    const state = { Type: 'Map', ItemProcessor: only(invoking('work')), Output: 'small', End: true };
    const run = (bytes: number) => new Rehearsed(only(state), { functions: { work: () => text(bytes) } }).run([1, 2]);
    assert.deepEqual(await run((262_144 - '[,]'.length - 1) / 2), { status: 'SUCCEEDED', output: 'small' });
    assert.deepEqual(await run((262_144 - '[,]'.length + 1) / 2), tooHeavy('Only'));
  });
});
