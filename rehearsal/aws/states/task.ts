import { type Call, callOf } from './call.ts';
import { dataLimitExceeded, Failed, TimedOut } from './failure.ts';
import { isTooHeavy, type Json } from './json.ts';
import { invokeFunction } from './lambda.ts';
import type { TaskState } from './language.ts';
import type { Exit, Visit } from './visit.ts';

/** One attempt at a task. A retry evaluates everything anew and, where there is a token, gives out another one. */
export async function runTask(visit: Visit, state: TaskState): Promise<Exit> {
  const { Arguments, Resource } = state;
  const token = Resource.endsWith('.waitForTaskToken') ? visit.run.tokens.issue(visit.run.machine.arn) : undefined;
  const sight = token === undefined ? {} : { taskToken: token };
  const input = Arguments === undefined ? visit.input : await visit.evaluate(Arguments, 'Arguments', sight);
  const limits = {
    timeoutInSeconds: await visit.evaluateCount(state.TimeoutSeconds, 'TimeoutSeconds'),
    heartbeatInSeconds: await visit.evaluateCount(state.HeartbeatSeconds, 'HeartbeatSeconds'),
  };

  const call = callOf(visit, Resource, input);
  if (isTooHeavy(input)) throw dataLimitExceeded(call.who);
  const result = await perform(visit, call, limits, token);
  return visit.conclude(state, '', result, { result });
}

interface Limits {
  readonly timeoutInSeconds: number | undefined;
  readonly heartbeatInSeconds: number | undefined;
}

async function perform(visit: Visit, call: Call, limits: Limits, token: string | undefined): Promise<Json> {
  call.note('Scheduled', { ...call.scheduled, ...limits });
  call.note('Started');
  try {
    const result = await (token === undefined ? answered(visit, call, limits) : calledBack(visit, call, limits, token));
    if (isTooHeavy(result)) throw dataLimitExceeded(call.who);
    call.note('Succeeded', { output: result });
    return result;
  } catch (thrown) {
    if (thrown instanceof Failed) call.note(thrown instanceof TimedOut ? 'TimedOut' : 'Failed', { ...thrown.failure });
    throw thrown;
  }
}

/**
 * Waits for the function's answer.
 *
 * A function that outlives the task's timeout keeps running, as on AWS: nothing stops it, and nobody hears it.
 */
function answered(visit: Visit, call: Call, { timeoutInSeconds }: Limits): Promise<Json> {
  return visit.strand.scope.wait((resolve, reject) => {
    const timeout = alarm(visit, timeoutInSeconds, () => reject(new TimedOut('States.Timeout')));
    invokeFunction(visit, call.functionArn, call.payload)
      .then((answer) => resolve(call.resultOf(answer)))
      .catch(reject);
    return timeout;
  });
}

/**
 * Waits for whoever has the token. What the function answers does not matter, unless it fails first.
 *
 * A heartbeat puts off the heartbeat's own limit, and never the timeout.
 */
function calledBack(visit: Visit, call: Call, limits: Limits, token: string): Promise<Json> {
  const { tokens } = visit.run;
  return visit.strand.scope.wait((resolve, reject) => {
    let waiting = true;
    const watch = () => alarm(visit, limits.heartbeatInSeconds, () => reject(new TimedOut('States.HeartbeatTimeout')));
    const timeout = alarm(visit, limits.timeoutInSeconds, () => reject(new TimedOut('States.Timeout')));
    let silence = watch();

    tokens.open(token, {
      succeed: resolve,
      fail: reject,
      heartbeat: () => {
        silence();
        silence = watch();
      },
    });
    invokeFunction(visit, call.functionArn, call.payload)
      .then((answer) => {
        if (waiting) call.note('Submitted', { output: call.resultOf(answer) });
      })
      .catch(reject);

    return () => {
      waiting = false;
      timeout();
      silence();
      tokens.close(token);
    };
  });
}

/** Sets a timer, where there is a limit. The answer takes it back. */
const alarm = (visit: Visit, seconds: number | undefined, ring: () => void): (() => void) =>
  seconds === undefined ? () => {} : visit.run.world.time.after(seconds * 1_000, ring);
