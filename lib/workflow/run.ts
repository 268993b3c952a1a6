import { Duration } from 'aws-cdk-lib';
import {
  type CatchProps,
  Choice,
  Condition,
  Errors,
  type IChainable,
  Pass,
  Succeed,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import { rotateBatchSeconds } from '../../core/deadlines.ts';
import { waitsOf } from '../../core/reminder.ts';
import type { Settings } from '../../core/settings.ts';
import type { RunSteps } from '../run-steps.ts';
import type { Step } from '../step.ts';
import type { BatchMaps } from './batch-maps.ts';
import { call, callAndWait } from './tasks.ts';

export interface RunProps {
  readonly steps: RunSteps;
  readonly requestApproval: Step;
  readonly maps: BatchMaps;
  readonly settings: Settings;
  /** Whether what a sound wave did makes its secrets fresh. */
  readonly renews: boolean;
}

/** What a run is asked to be is read from its execution wherever it is needed, so that nothing on the way can alter it. */
const run = '{% $states.context.Execution.Name %}';
const startedAt = '{% $states.context.Execution.StartTime %}';
const mode = '{% $states.context.Execution.Input.mode %}';
const requestedBy = '{% $states.context.Execution.Input.requestedBy %}';

/** All of it at once: what each mode is asked for differs. Nobody names the run, or its time, but the execution itself. */
const asked = (more: string) =>
  `{% $merge([$states.context.Execution.Input, {'run': $states.context.Execution.Name, 'startedAt': $states.context.Execution.StartTime${more}}]) %}`;

const digest = '{% $digest %}';
const wave = '{% $wave %}';

const goesOn = Condition.jsonata("{% $states.input.next = 'go on' %}");

/** How a run ended, and why: what `Close run` is handed by whatever ends one. */
const ending = { outcome: '{% $states.input.outcome %}', reasons: '{% $states.input.reasons %}' };

const haltedBy = (state: string): CatchProps => ({
  errors: [Errors.ALL],
  outputs: { outcome: 'halted', reasons: [`{% 'stepFailed:${state}:' & $states.errorOutput.Error %}`] },
});

/** A run, from its draft to its end. Everything but an exact `go on` ends it. */
export function runDefinition(scope: Construct, props: RunProps): IChainable {
  const close = closing(scope, props);
  return planning(scope, props, waves(scope, props, close), close);
}

/** Nothing is touched before its end: an approval that stands when it is looked at again. */
function planning(
  scope: Construct,
  { steps, requestApproval, maps, settings }: RunProps,
  firstWave: IChainable,
  close: IChainable,
): IChainable {
  const confirmApproval = call(scope, 'Confirm approval', {
    step: steps.confirmPlan,
    event: { goal: 'approval', run, digest },
  })
    .addCatch(close, haltedBy('Confirm approval'))
    .next(
      Choice.jsonata(scope, 'Approval stands')
        .when(goesOn, firstWave, { assign: { wave: 1 } })
        .otherwise(close),
    );

  const request = requesting(scope, { requestApproval, settings, confirmApproval, close });

  const confirmPlan = call(scope, 'Confirm plan', { step: steps.confirmPlan, event: asked(", 'goal': 'draft'") })
    .addCatch(close, haltedBy('Confirm plan'))
    .next(
      Choice.jsonata(scope, 'Plan stands')
        .when(goesOn, request, { assign: { digest: '{% $states.input.digest %}', waves: '{% $states.input.waves %}' } })
        .otherwise(close),
    );

  return call(scope, 'Draft plan', { step: steps.draftPlan, event: asked('') })
    .addCatch(close, haltedBy('Draft plan'))
    .next(
      Choice.jsonata(scope, 'Anything due')
        .when(Condition.jsonata("{% $states.input.next = 'go on' and $states.input.candidates = 0 %}"), confirmPlan)
        .when(goesOn, maps.preflight.addCatch(close, haltedBy('Preflight')).next(confirmPlan))
        .otherwise(close),
    );
}

interface Requesting extends Pick<RunProps, 'requestApproval' | 'settings'> {
  readonly confirmApproval: IChainable;
  readonly close: IChainable;
}

/**
 * Asks, and waits. When most of the time is over it stops waiting, reminds, and waits once more under a new token.
 *
 * An answer in the moment between is on record, though nobody could be woken by it: the reminder finds it.
 */
function requesting(scope: Construct, { requestApproval, settings, confirmApproval, close }: Requesting): IChainable {
  const { first, last } = waitsOf(settings.approvalTimeoutSeconds);
  const ask = (name: string, goal: 'ask' | 'remind', seconds: number) =>
    callAndWait(
      scope,
      name,
      { step: requestApproval, event: { goal, run, digest, requestedBy } },
      Timeout.duration(Duration.seconds(seconds)),
    );

  const remind = ask('Remind approvers', 'remind', last)
    .addCatch(close, { errors: [Errors.TIMEOUT], outputs: { outcome: 'expired', reasons: ['nobodyAnswered'] } })
    .addCatch(confirmApproval, { errors: ['AlreadyDecidedError'], outputs: {} })
    .addCatch(close, haltedBy('Remind approvers'))
    .next(confirmApproval);

  return ask('Request approval', 'ask', first)
    .addCatch(remind, { errors: [Errors.TIMEOUT], outputs: {} })
    .addCatch(close, {
      errors: ['TooFewApproversError'],
      outputs: { outcome: 'refused', reasons: ['tooFewApprovers'] },
    })
    .addCatch(close, haltedBy('Request approval'))
    .next(confirmApproval);
}

/** One wave after the other: admitted, rotated and probed, baked, probed again, judged, and only then counted as fresh. */
function waves(scope: Construct, props: RunProps, close: IChainable): IChainable {
  const { steps, maps, settings } = props;
  const { back, backAfterDeadline } = wayBack(scope, props, close);
  const goBack = { errors: [Errors.ALL], outputs: {} };

  const admit = call(scope, 'Admit wave', { step: steps.admitWave, event: { run, wave } });
  const awaitWindow = Wait.jsonata(scope, 'Await window', { time: WaitTime.seconds('{% $states.input.seconds %}') });

  const sound = { outputs: { outcome: 'completed', reasons: [] }, assign: { wave: '{% $wave + 1 %}' } };
  const more = Choice.jsonata(scope, 'More waves')
    .when(Condition.jsonata('{% $wave <= $waves %}'), admit)
    .otherwise(close);
  const renew = props.renews
    ? call(scope, 'Renew expiry', {
        step: steps.renewExpiry,
        event: { run, wave },
        output: sound.outputs,
        assign: sound.assign,
        // It is not caught: the watchdog looks at the wave once more and renews what was not, or says which it could not.
      }).next(more)
    : Pass.jsonata(scope, 'Wave is done', sound).next(more);

  const judge = call(scope, 'Judge wave', { step: steps.judgeWave, event: { run, wave, phase: 'baked' } })
    .addCatch(back, goBack)
    .next(Choice.jsonata(scope, 'Wave sound').when(goesOn, renew).otherwise(back));

  const bake = Wait.jsonata(scope, 'Bake', {
    time: WaitTime.duration(Duration.seconds(settings.bakeTimeSeconds)),
  }).next(maps.probeWave.addCatch(back, goBack).next(judge));

  const rotate = maps.rotateWave
    .addCatch(backAfterDeadline, goBack)
    .next(
      Choice.jsonata(scope, 'Batches sound')
        .when(Condition.jsonata('{% $states.input.sound = true %}'), bake)
        .when(Condition.jsonata('{% $states.input.ended = true %}'), back)
        .otherwise(backAfterDeadline),
    );

  const admitted = Choice.jsonata(scope, 'Wave admitted')
    .when(goesOn, rotate)
    .when(Condition.jsonata("{% $states.input.next = 'wait' %}"), awaitWindow.next(admit));
  if (settings.tiers.some(({ holdBefore }) => holdBefore)) {
    admitted.when(
      Condition.jsonata("{% $states.input.next = 'ask' %}"),
      askingForWave(scope, props, { admit, close }),
      {
        assign: { timeLeft: '{% $states.input.last %}' },
      },
    );
  }
  return admit.addCatch(close, haltedBy('Admit wave')).next(admitted.otherwise(close));
}

/**
 * Asks people once more before a wave that is held, as they were asked about the plan. Whatever they say, the wave is
 * admitted anew; when they say nothing, the waves before it stay and the run ends.
 */
function askingForWave(
  scope: Construct,
  { requestApproval }: RunProps,
  { admit, close }: { readonly admit: IChainable; readonly close: IChainable },
): IChainable {
  const ask = (name: string, goal: 'ask' | 'remind', seconds: string) =>
    callAndWait(
      scope,
      name,
      {
        step: requestApproval,
        event: { goal, run, digest, requestedBy, scope: "{% 'wave-' & $string($wave) %}" },
      },
      Timeout.jsonata(seconds),
    );
  const unanswered = { outcome: 'halted', reasons: ["{% 'waveNotApproved: ' & $string($wave) %}"] };

  const remind = ask('Remind of wave', 'remind', '{% $timeLeft %}')
    .addCatch(close, { errors: [Errors.TIMEOUT], outputs: unanswered })
    .addCatch(admit, { errors: ['AlreadyDecidedError'], outputs: {} })
    .addCatch(close, haltedBy('Remind of wave'))
    .next(admit);

  return ask('Request wave approval', 'ask', '{% $states.input.first %}')
    .addCatch(remind, { errors: [Errors.TIMEOUT], outputs: {} })
    .addCatch(admit, { errors: ['AlreadyDecidedError'], outputs: {} })
    .addCatch(close, haltedBy('Request wave approval'))
    .next(admit);
}

/**
 * All that the wave touched goes back to its recorded version.
 *
 * A function whose answer is missing may still be writing: whoever settles after it waits until Lambda has ended it.
 */
function wayBack(scope: Construct, { steps, maps }: RunProps, close: IChainable) {
  // Nothing here is caught: a way back that fails is an end that nobody intended, and the watchdog settles the run.
  const judge = call(scope, 'Judge roll back', {
    step: steps.judgeWave,
    event: { run, wave, phase: 'rolledBack' },
  }).next(close);
  const back = maps.rollBackWave.next(judge);
  const backAfterDeadline = Wait.jsonata(scope, 'Await deadline', {
    time: WaitTime.duration(Duration.seconds(rotateBatchSeconds.run)),
  }).next(back);

  return { back, backAfterDeadline };
}

/** Every end on purpose is this one, and says how it came to it. Its own failure is one that nobody intended. */
function closing(scope: Construct, { steps }: RunProps): IChainable {
  return call(scope, 'Close run', {
    step: steps.closeRun,
    event: { run, startedAt, mode, requestedBy, ...ending },
  }).next(Succeed.jsonata(scope, 'Ended'));
}
