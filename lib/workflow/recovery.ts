import { Choice, Condition, Errors, type IChainable, Succeed, Wait, WaitTime } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import type { Step } from '../step.ts';
import { type BatchMapsProps, wayBackMap } from './batch-maps.ts';
import { call } from './tasks.ts';

export interface RecoveryProps {
  readonly recoverRun: Step;
  readonly judgeWave: Step;
  readonly renewExpiry: Step;
  readonly batches: BatchMapsProps;
}

/** The run that died, never this execution itself. */
const run = '{% $states.context.Execution.Input.run %}';
const wave = '{% $wave %}';
const wavesFile = "{% 'runs/' & $states.context.Execution.Input.run & '/waves/' & $string($wave) & '.jsonl' %}";

const next = (what: string) => Condition.jsonata(`{% $states.input.next = '${what}' %}`);
const nothingWrong = { troubles: [] };

/**
 * The settling of a run that died: wait until nothing of it acts any more, finish or send back the one wave that can be
 * half-way, and close it. Whatever fails on the way, people are told.
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

  const judge = call(scope, 'Judge recovery', {
    step: judgeWave,
    event: { run, wave, phase: 'recovered' },
    output: nothingWrong,
  }).addCatch(close, inTrouble('Judge recovery'));
  const back = wayBackMap(scope, batches, { name: 'Roll back dead wave', phase: 'recovered', key: wavesFile, run });
  const goBack: IChainable = back.addCatch(close, inTrouble('Roll back dead wave')).next(judge.next(close));

  const renew = call(scope, 'Renew sound wave', { step: renewExpiry, event: { run, wave }, output: nothingWrong })
    .addCatch(close, inTrouble('Renew sound wave'))
    .next(close);

  const assign = { wave: '{% $states.input.wave %}' };
  const settle = call(scope, 'Settle run', { step: recoverRun, event: { goal: 'settle', run } }).next(
    Choice.jsonata(scope, 'What is left')
      .when(next('back'), goBack, { assign })
      .when(next('renew'), renew, { assign })
      .when(next('close'), close, { outputs: nothingWrong })
      .otherwise(ended),
  );

  return call(scope, 'Look at run', { step: recoverRun, event: { goal: 'look', run } }).next(
    Choice.jsonata(scope, 'Run is dead')
      .when(
        next('wait'),
        Wait.jsonata(scope, 'Await deadline', { time: WaitTime.timestamp('{% $states.input.until %}') }).next(settle),
      )
      .otherwise(ended),
  );
}
