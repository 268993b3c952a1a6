import { Choice, Condition, Errors, Succeed, Wait } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import type { Step } from '../step.ts';
import { type BatchMapsProps, lookMap, wayBackMap } from './batch-maps.ts';
import { secondsUnlessRedriven, unlessRedriven } from './redrive.ts';
import { call } from './tasks.ts';

export interface RecoveryProps {
  readonly recoverRun: Step;
  readonly judgeWave: Step;
  readonly renewExpiry: Step;
  readonly batches: BatchMapsProps;
}

/** The run that died, never this execution itself. */
const died = unlessRedriven('$states.context.Execution.Input.run');
const run = `{% ${died} %}`;
const wave = '{% $wave %}';
const wavesFile = `{% 'runs/' & ${died} & '/waves/' & $string($wave) & '.jsonl' %}`;

const next = (what: string) => Condition.jsonata(`{% $states.input.next = '${what}' %}`);
const nothingWrong = { troubles: [] };

/**
 * The settling of a run that died: wait until nothing of it acts any more, send back the one wave that can be half-way, look
 * once more at those that were judged sound, finish the last of them, and close it. Whatever fails on the way, people are
 * told.
 */
export function recoveryDefinition(scope: Construct, { recoverRun, judgeWave, renewExpiry, batches }: RecoveryProps) {
  const ended = Succeed.jsonata(scope, 'Ended');
  const close = call(scope, 'Close recovery', {
    step: recoverRun,
    event: { goal: 'close', run, troubles: '{% $states.input.troubles %}' },
  }).next(ended);
  const inTrouble = (state: string) => ({
    errors: [Errors.ALL],
    outputs: { troubles: [`{% 'stepFailed:${state}:' & $states.errorOutput.Error %}`] },
  });

  const settle = call(scope, 'Settle run', { step: recoverRun, event: { goal: 'settle', run } });

  const judgeOf = (name: string, phase: 'recovered' | 'verified') =>
    call(scope, name, { step: judgeWave, event: { run, wave, phase }, output: {} }).addCatch(close, inTrouble(name));

  // A wave that was sound may have been renewed before it went back.
  const putBack = call(scope, 'Put expiry back', {
    step: renewExpiry,
    event: { goal: 'put back', run, wave },
  }).addCatch(close, inTrouble('Put expiry back'));
  const goBack = wayBackMap(scope, batches, { name: 'Roll back dead wave', phase: 'recovered', key: wavesFile, run })
    .addCatch(close, inTrouble('Roll back dead wave'))
    .next(judgeOf('Judge recovery', 'recovered').next(putBack.next(settle)));
  const verify = lookMap(scope, batches, { name: 'Verify sound wave', phase: 'verified', key: wavesFile, run })
    .addCatch(close, inTrouble('Verify sound wave'))
    .next(judgeOf('Judge sound wave', 'verified').next(settle));

  const renew = call(scope, 'Renew sound wave', { step: renewExpiry, event: { run, wave }, output: nothingWrong })
    .addCatch(close, inTrouble('Renew sound wave'))
    .next(close);

  const assign = { wave: '{% $states.input.wave %}' };
  return settle.next(
    Choice.jsonata(scope, 'What is left')
      .when(
        next('wait'),
        Wait.jsonata(scope, 'Await deadline', { time: secondsUnlessRedriven('$states.input.seconds') }).next(settle),
      )
      .when(next('back'), goBack, { assign })
      .when(next('verify'), verify, { assign })
      .when(next('renew'), renew, { assign })
      .when(next('close'), close, { outputs: nothingWrong })
      .otherwise(ended),
  );
}
