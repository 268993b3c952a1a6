import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import jsonata from 'jsonata';

import settings from '../../chromepay.config.ts';
import { type Definition, definitionIn, nextOf, reachable, type State, statesOf } from './definition.ts';
import { deploy } from './deployment.ts';

/*
 * Goal: the workflow holds its part of the safety case, whatever its steps answer.
 *
 * Method: the definition in the synthesised template, as a graph and as expressions.
 */

const deployed = deploy(settings);
const definition = definitionIn(deployed);
const states = statesOf(definition);
const tasks = [...states].filter(([, { Type }]) => Type === 'Task');
const maps = [...states].filter(([, { Type }]) => Type === 'Map');

const state = (name: string): State => {
  const found = states.get(name);
  assert.ok(found, `there is no state '${name}'`);
  return found;
};

/** The names of the functions that a task may call. */
const calledBy = ({ Arguments }: State) => Arguments?.FunctionName.match(/keyturn-prod-[a-z-]+/g) ?? [];

/** Whether a task waits for people, rather than for its function. */
const isWaiting = ({ Resource = '' }: State) => Resource.endsWith('.waitForTaskToken');

const conditionFor = (name: string, next: string) =>
  state(name).Choices?.find((choice) => choice.Next === next)?.Condition;

/** What an expression comes to, as the JSON that Step Functions would make of it. */
async function evaluate(expression: string | undefined, bindings: object): Promise<unknown> {
  const value = await jsonata((expression ?? '').replace(/^\{%|%\}$/g, '')).evaluate({}, { ...bindings });
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

const waysBack = ['Roll back batch', 'Probe rolled back'];

describe('S1: nothing is rotated without an approval', () => {
  it('since every way to a wave is through the one that is confirmed', () => {
    assert.ok(reachable(definition, 'Draft plan').has('Rotate wave'));
    const withoutIt = reachable(definition, 'Draft plan', ['Approval stands']);
    assert.deepEqual(
      [...withoutIt].filter((name) => /wave|Renew/.test(name)),
      [],
    );
  });

  it('and every way to that is through asking for one', () => {
    const withoutIt = reachable(definition, 'Draft plan', ['Request approval']);
    assert.ok(!withoutIt.has('Confirm approval'));
  });

  for (const [choice, next] of [
    ['Anything due', 'Preflight'],
    ['Plan stands', 'Request approval'],
    ['Approval stands', 'Admit wave'],
    ['Wave admitted', 'Rotate wave'],
    ['Wave sound', 'Renew expiry'],
  ] as const) {
    it(`'${choice}' goes on only when told exactly so`, async () => {
      const condition = conditionFor(choice, next);
      assert.equal(await evaluate(condition, { states: { input: { next: 'go on' } } }), true);
      for (const input of [{}, { next: 'end' }, { next: 'wait' }, { next: true }, { next: 'go on ' }]) {
        assert.equal(await evaluate(condition, { states: { input } }), false, JSON.stringify(input));
      }
    });
  }

  it('a plan that is not decided in time has its answers counted, and goes on only when told exactly so', async () => {
    const { Catch } = state('Remind approvers');
    assert.deepEqual(Catch?.[0], {
      ErrorEquals: ['States.Timeout', 'TooFewApproversError'],
      Output: {},
      Next: 'Count answers',
    });
    assert.deepEqual([state('Plan is decided').Default, state('Count answers').Next], ['Close run', 'Plan is decided']);
    const condition = conditionFor('Plan is decided', 'Confirm approval');
    for (const next of ['go on', 'end', undefined]) {
      assert.equal(await evaluate(condition, { states: { input: { next } } }), next === 'go on');
    }
  });

  it('a plan that too few may approve is asked of nobody, and whoever counts the answers says who is missing', () => {
    const tooFew = state('Request approval').Catch?.find(
      ({ ErrorEquals }) => ErrorEquals[0] === 'TooFewApproversError',
    );
    assert.equal(tooFew?.Next, 'Count answers');
  });
});

describe('a reminder', () => {
  it('comes when as much time is over as the plan was confirmed with, and before the rest', () => {
    const { TimeoutSeconds, Catch } = state('Request approval');
    assert.equal(String(TimeoutSeconds), '{% $states.input.first %}');
    assert.deepEqual(Catch?.[0], { ErrorEquals: ['States.Timeout'], Output: {}, Next: 'Remind approvers' });
    assert.equal(String(state('Remind approvers').TimeoutSeconds), '{% $timeLeft %}');
    const { Choices } = state('Plan stands') as { Choices?: readonly { readonly Assign?: unknown }[] };
    assert.deepEqual(Choices?.[0]?.Assign, {
      digest: '{% $states.input.digest %}',
      waves: '{% $states.input.waves %}',
      timeLeft: '{% $states.input.last %}',
    });
  });

  it('finds an answer that came while nobody waited, which then has to stand as any other', () => {
    const found = state('Remind approvers').Catch?.[1];
    assert.deepEqual(found, { ErrorEquals: ['AlreadyDecidedError'], Output: {}, Next: 'Confirm approval' });
  });
});

describe('S6: a batch that is not sound', () => {
  const verdict = (name: 'sound' | 'ended', result: unknown) =>
    evaluate(state('Rotate wave').Output?.[name], { states: { result } });
  const good = { sound: true };
  const said = (states: object) => evaluate(String(state('Probe batch').Output), { states });

  it('sends its wave back, even one among many', async () => {
    assert.equal(await verdict('sound', [good, good, good]), true);
    assert.equal(await verdict('sound', [good, { ended: true }, good]), false);
  });

  it('is also one that says nothing of itself', async () => {
    for (const strange of [{}, { sound: null }, { sound: 'true' }, { sound: 1 }]) {
      assert.equal(await verdict('sound', [good, strange]), false, JSON.stringify(strange));
    }
  });

  it('counts when it is the only one, and no batch at all is not a sound wave', async () => {
    assert.equal(await verdict('sound', [good]), true);
    assert.equal(await verdict('sound', [{ ended: true }]), false);
    assert.equal(await verdict('sound', []), false);
  });

  it('is not what a child calls sound unless probe-batch says true', async () => {
    const input = { answer: { kind: 'turned' } };
    assert.deepEqual(await said({ input, result: { Payload: { sound: true } } }), { sound: true });
    for (const Payload of [{ sound: false }, { sound: 'true' }, {}]) {
      assert.deepEqual(await said({ input, result: { Payload } }), { ended: true });
    }
  });

  it('is told of in few words: as many batches as a run may have keep within what Step Functions sums up', async () => {
    const [sound, other] = await Promise.all(
      [true, false].map((sound) => said({ input: { answer: { kind: 'turned' } }, result: { Payload: { sound } } })),
    );
    for (const one of [sound, other]) {
      // A run may touch 10,000 secrets at most, and a batch may be one of them.
      assert.ok(JSON.stringify(Array(10_000).fill(one)).length < 262_144, JSON.stringify(one));
    }
  });

  it('goes back at once when its function has ended, and only after the deadline when it may not have', async () => {
    const result = { Payload: { sound: false } };
    assert.deepEqual(await said({ input: { answer: { kind: 'turned' } }, result }), { ended: true });
    assert.deepEqual(await said({ input: { answer: { kind: 'failed' } }, result }), { ended: false });
    assert.deepEqual(await said({ input: {}, result }), { ended: false });

    assert.equal(await verdict('ended', [good, { ended: true }]), true);
    assert.equal(await verdict('ended', [good, { ended: false }]), false);
    assert.equal(await verdict('ended', [good, {}]), false);
    assert.equal(state('Batches sound').Default, 'Await deadline');
    assert.equal(await evaluate(conditionFor('Batches sound', 'Roll back wave'), { states: { input: {} } }), false);
  });

  it('as every other way on from a rotated wave does when it fails', () => {
    for (const name of ['Probe wave', 'Judge wave']) {
      assert.deepEqual(
        state(name).Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next]),
        [[['States.ALL'], 'Roll back wave']],
      );
    }
    assert.equal(state('Wave sound').Default, 'Roll back wave');
  });

  it('is never counted as fresh: expiry is renewed after a sound judgement only', () => {
    const leadingThere = [...states].filter(([, from]) => nextOf(from).includes('Renew expiry')).map(([name]) => name);
    assert.deepEqual(leadingThere, ['Wave sound']);
  });

  it('does not keep the others of its wave from going back', () => {
    assert.equal((state('Roll back wave') as { ToleratedFailurePercentage?: number }).ToleratedFailurePercentage, 100);
  });
});

describe('S8: the kill switch', () => {
  it('is read before every wave', () => {
    const withoutIt = reachable(definition, 'Renew expiry', ['Admit wave']);
    assert.ok(!withoutIt.has('Rotate wave'));
  });

  it('is not asked on the way back', () => {
    const { ItemProcessor } = state('Roll back wave');
    const steps = [...statesOf(ItemProcessor as Definition).values()].flatMap(calledBy);
    assert.ok(steps.every((step) => /(rotate|probe)-batch/.test(step)));
  });
});

describe('S11: no zombie', () => {
  const timeoutOf = (name: string) => deployed.functions().get(name)?.Timeout;

  it('since every task outlasts its function, which has ended when the task gives up', () => {
    for (const [name, task] of tasks) {
      // What waits for people is no function's time.
      if (isWaiting(task)) continue;
      for (const called of calledBy(task)) {
        assert.ok((task.TimeoutSeconds ?? 0) > timeoutOf(called), `${name} may give up on ${called} while it runs`);
      }
    }
  });

  it('since a wave whose batches were cut off is settled only after the deadline of its functions', () => {
    assert.deepEqual(
      state('Rotate wave').Catch?.map(({ Next }) => Next),
      ['Await deadline'],
    );
    for (const tier of ['low', 'medium', 'high']) {
      const seconds = timeoutOf(`keyturn-prod-rotate-batch-${tier}`);
      assert.match(String(state('Await deadline').Seconds), new RegExp(` : ${seconds}\\) %}$`));
    }
  });

  it('since rotate-batch is called again only when it surely was not started', () => {
    assert.deepEqual(
      state('Rotate batch').Retry?.map(({ ErrorEquals }) => ErrorEquals),
      [['Lambda.TooManyRequestsException']],
    );
  });

  it('since a failed batch travels on as data, with the name of its error and nothing more', async () => {
    for (const [name, next] of [
      ['Rotate batch', 'Probe batch'],
      ['Roll back batch', 'Probe rolled back'],
    ] as const) {
      const [handler] = state(name).Catch ?? [];
      assert.deepEqual([handler?.ErrorEquals, handler?.Next], [['States.ALL'], next]);

      const input = { run: 'run-1', batch: {} };
      const errorOutput = { Error: 'States.Timeout', Cause: 'whatever the function said' };
      const output = await evaluate((handler as { Output?: string }).Output, { states: { input, errorOutput } });
      assert.deepEqual(output, { ...input, answer: { kind: 'failed', error: 'States.Timeout' } });
    }
  });
});

describe('S11: an execution that is redriven', () => {
  const machines = Object.keys(deployed.all('AWS::StepFunctions::StateMachine'));

  /** What the expressions of a state come to in an execution that was redriven so many times. */
  async function asked(fields: unknown, RedriveCount: number): Promise<void> {
    const Execution = { RedriveCount, Name: 'run-1', Input: { run: 'run-0' }, StartTime: '2026-11-18T19:15:00Z' };
    const given = { input: { run: 'run-1', batch: {} }, context: { Execution, Map: { Item: { Value: {} } } } };
    const expressions = JSON.stringify(fields).match(/(?<=")\{%.*?%\}(?=")/g) ?? [];
    for (const expression of expressions) await evaluate(JSON.parse(`"${expression}"`), { states: given, wave: 1 });
  }

  it('calls no step, starts no batch and waits for nothing, of any machine: what each is given cannot be told', async () => {
    const found: string[] = [];
    for (const machine of machines) {
      for (const [name, { Type, Arguments, ItemSelector, Seconds }] of statesOf(definitionIn(deployed, machine))) {
        const given = { Task: Arguments?.Payload, Map: ItemSelector, Wait: Seconds }[Type as string];
        if (given === undefined) continue;
        found.push(name);
        await asked(given, 0);
        const refusal = { message: /^a run that ended is not redriven/ };
        await assert.rejects(asked(given, 1), refusal, `${machine}: ${name}`);
      }
    }
    assert.deepEqual([machines.length, new Set(found).size], [3, 33]);
  });
});

describe('S12: what the workflow shows', () => {
  it('hands the task token to request-approval and to nobody else', () => {
    const withToken = [...states].filter(([, found]) => JSON.stringify(found).includes('Task.Token'));
    assert.deepEqual(withToken.map(([name]) => name).toSorted(), ['Remind approvers', 'Request approval']);
    for (const [name] of withToken) assert.deepEqual(calledBy(state(name)), ['keyturn-prod-request-approval']);
  });

  it('passes on no cause of an error, which may quote anything', () => {
    assert.ok(!JSON.stringify(definition).includes('errorOutput.Cause'));
  });

  it('logs what happens without its data, and encrypts what it remembers', () => {
    const { LoggingConfiguration, EncryptionConfiguration } = deployed.the(
      'AWS::StepFunctions::StateMachine',
      'RotationWorkflow',
    );
    assert.deepEqual([LoggingConfiguration.Level, LoggingConfiguration.IncludeExecutionData], ['ALL', false]);
    assert.equal(EncryptionConfiguration.Type, 'CUSTOMER_MANAGED_KMS_KEY');
    assert.match(deployed.say(EncryptionConfiguration.KmsKeyId), /^\{RotationDataKey/);
  });
});

describe('a run', () => {
  it('is written in JSONata throughout', () => {
    assert.equal((definition as { QueryLanguage?: string }).QueryLanguage, 'JSONata');
    assert.doesNotMatch(JSON.stringify(definition), /"\$\.|"\$\$\.|Path":|"Parameters"|"ResultSelector"/);
  });

  it('S11 looks at nothing in a run that ends as it begins', async () => {
    const preflight = conditionFor('Anything due', 'Preflight');
    const ended = { states: { input: { next: 'end', outcome: 'refused', reasons: ['lockHeld: another'] } } };
    assert.deepEqual([state('Anything due').Default, await evaluate(preflight, ended)], ['Close run', false]);
    const nothingDue = { states: { input: { next: 'go on', candidates: 0 } } };
    assert.equal(await evaluate(conditionFor('Anything due', 'Confirm plan'), nothingDue), true);
    assert.equal(await evaluate(conditionFor('Anything due', 'Confirm plan'), ended), false);
  });

  it('ends on purpose in one state, and says how', () => {
    const ends = [...states].filter(([, { Type }]) => Type === 'Succeed').map(([name]) => name);
    assert.deepEqual(ends, ['Ended']);
    // As close-run says it, who looks at everything once more.
    assert.equal(state('Close run').Output, '{% $states.result.Payload %}');
    assert.deepEqual(
      [...reachable(definition, 'Draft plan')].filter((name) => !reachable(definition, name).has('Ended')),
      [],
    );
  });

  it('ends as halted, with the state and the error, when a step fails that sends no wave back', async () => {
    const names = ['Draft plan', 'Preflight', 'Confirm plan', 'Request approval', 'Confirm approval', 'Admit wave'];
    for (const name of [...names, 'Remind approvers', 'Count answers']) {
      const handler = state(name).Catch?.at(-1) as { Output?: { outcome: string; reasons: string[] }; Next: string };
      assert.deepEqual([handler.Next, handler.Output?.outcome], ['Close run', 'halted']);
      const [reason] = handler.Output?.reasons ?? [];
      const errorOutput = { Error: 'States.Timeout' };
      assert.equal(await evaluate(reason, { states: { errorOutput } }), `stepFailed:${name}:States.Timeout`);
    }
  });

  it('S11 ends as nobody intended when a way back fails, or a tag cannot be moved, so that the watchdog settles the run', () => {
    for (const name of ['Roll back wave', 'Judge roll back', 'Renew expiry'])
      assert.equal(state(name).Catch, undefined);
  });

  it('S11 reads the batches of a wave again when they could not be read', () => {
    for (const [name] of maps) {
      const retried = state(name).Retry?.flatMap(({ ErrorEquals }) => ErrorEquals);
      assert.deepEqual(retried, ['States.ItemReaderFailed'], name);
    }
  });

  it('goes wave by wave until there is none left', async () => {
    const condition = conditionFor('More waves', 'Admit wave');
    assert.equal(await evaluate(condition, { wave: 3, waves: 3 }), true);
    assert.equal(await evaluate(condition, { wave: 4, waves: 3 }), false);
  });

  it('has a timeout on every task', () => {
    assert.deepEqual(
      tasks.filter(([, task]) => !isWaiting(task) && !((task.TimeoutSeconds ?? 0) > 0)).map(([name]) => name),
      [],
    );
    assert.deepEqual(
      tasks.filter(([, task]) => isWaiting(task) && typeof task.TimeoutSeconds !== 'string').map(([name]) => name),
      [],
    );
  });

  it('has a limit on what every map does at the same time: the configured one', () => {
    assert.deepEqual(
      maps.map(([name, { MaxConcurrency }]) => [name, MaxConcurrency]).toSorted(),
      ['Preflight', 'Probe wave', 'Roll back wave', 'Rotate wave'].map((name) => [name, 1]),
    );
  });

  it('cannot be synthesised without that limit', () => {
    for (const concurrency of [undefined, 0, -1, 1.5]) {
      assert.throws(() => deploy({ ...settings, concurrency: concurrency as number }), /would run without a limit/);
    }
  });

  it("calls the functions of the batch's own tier, and none for a tier that there is not", async () => {
    for (const [, task] of tasks.filter(([, { Arguments }]) => Arguments?.FunctionName.startsWith('{%'))) {
      for (const tier of ['low', 'medium', 'high']) {
        const input = { batch: { tier } };
        const called = await evaluate(task.Arguments?.FunctionName, { states: { input } });
        assert.match(String(called), new RegExp(`^keyturn-prod-(rotate|probe)-batch-${tier}$`));
      }
      const input = { batch: { tier: 'constructor' } };
      assert.equal(await evaluate(task.Arguments?.FunctionName, { states: { input } }), undefined);
    }
  });

  it('retries whatever keeps a batch from going back, for four minutes at most', () => {
    const back = tasks.filter(([name]) => waysBack.includes(name));
    assert.equal(back.length, 2);
    for (const [, { Retry = [] }] of back) {
      const waits = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 8, JitterStrategy: 'FULL' };
      assert.deepEqual(Retry, [{ ErrorEquals: ['States.TaskFailed'], ...waits }]);
    }
  });

  it('otherwise retries only what Lambda got wrong, with waits that sum up to 62 seconds at most', () => {
    for (const [name, { Retry = [] }] of tasks.filter(([name]) => !waysBack.includes(name))) {
      assert.equal(Retry.length, 1, name);
      const [{ ErrorEquals, IntervalSeconds, BackoffRate, MaxAttempts, JitterStrategy } = {}] = Retry;
      assert.ok((ErrorEquals as string[]).every((error) => error.startsWith('Lambda.') && error.endsWith('Exception')));
      assert.deepEqual([IntervalSeconds, BackoffRate, MaxAttempts, JitterStrategy], [2, 2, 5, 'FULL']);
    }
  });

  it('reads as it did when it was last reviewed', () => {
    const file = new URL('definition.json', import.meta.url);
    const withoutRetries = JSON.parse(JSON.stringify(definition), (key, value) =>
      key === 'Retry' ? undefined : value,
    );
    if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(withoutRetries, undefined, 2)}\n`);

    const reviewed = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(withoutRetries, reviewed, 'remove test/lib/definition.json, test again, and review what changed');
  });
});
