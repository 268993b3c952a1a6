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
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import { rotateBatchSeconds } from '../../core/deadlines.ts';
import type { Settings } from '../../core/settings.ts';
import type { RunSteps } from '../run-steps.ts';
import type { Step } from '../step.ts';
import type { BatchMaps } from './batch-maps.ts';
import { secondsUnlessRedriven, unlessRedriven } from './redrive.ts';
import { call, callAndWait } from './tasks.ts';

export interface RunProps {
  readonly steps: RunSteps;
  readonly requestApproval: Step;
  /** Counts what was answered, when nobody is waited for any longer. */
  readonly countAnswers: Step;
  readonly maps: BatchMaps;
  readonly settings: Settings;
  /** Whether what a sound wave did makes its secrets fresh. */
  readonly renews: boolean;
}

/** What a run is asked to be is read from its execution wherever it is needed, so that nothing on the way can alter it. */
const name = unlessRedriven('$states.context.Execution.Name');
const run = `{% ${name} %}`;
const startedAt = '{% $states.context.Execution.StartTime %}';
const mode = '{% $states.context.Execution.Input.mode %}';
const requestedBy = '{% $states.context.Execution.Input.requestedBy %}';

/** All of it at once: what each mode is asked for differs. Nobody names the run, or its time, but the execution itself. */
const asked = (more: string) =>
  `{% $merge([$states.context.Execution.Input, {'run': ${name}, 'startedAt': $states.context.Execution.StartTime${more}}]) %}`;

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
function planning(scope: Construct, props: RunProps, firstWave: IChainable, close: IChainable): IChainable {
  const { steps, maps } = props;
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

  const request = asking(scope, props, {
    names: { ask: 'Request approval', remind: 'Remind approvers', count: 'Count answers', enough: 'Plan is decided' },
    about: 'plan',
    after: confirmApproval,
    close,
  });

  const confirmPlan = call(scope, 'Confirm plan', { step: steps.confirmPlan, event: asked(", 'goal': 'draft'") })
    .addCatch(close, haltedBy('Confirm plan'))
    .next(
      Choice.jsonata(scope, 'Plan stands')
        .when(goesOn, request, {
          assign: {
            digest: '{% $states.input.digest %}',
            waves: '{% $states.input.waves %}',
            timeLeft: '{% $states.input.last %}',
          },
        })
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

interface Asking {
  readonly names: { readonly ask: string; readonly remind: string; readonly count: string; readonly enough: string };
  /** The whole plan, or the wave that is next. */
  readonly about: string;
  /** What looks at the decision, whatever it is. */
  readonly after: IChainable;
  readonly close: IChainable;
}

/**
 * Asks, and waits. When most of the time is over it stops waiting, reminds, and waits once more under a new token. It is
 * given how long: `first`, and then what the variable `timeLeft` says.
 *
 * An answer in the moment between is on record, though nobody could be woken by it: the reminder finds it. So is one that was
 * given at the last moment, or of which the run never heard: its answers are counted before it ends. Whoever counts them says
 * why they are too few.
 */
function asking(
  scope: Construct,
  { requestApproval, countAnswers }: Pick<RunProps, 'requestApproval' | 'countAnswers'>,
  { names, about, after, close }: Asking,
): IChainable {
  const ask = (name: string, goal: 'ask' | 'remind', seconds: string) =>
    callAndWait(
      scope,
      name,
      { step: requestApproval, event: { goal, run, digest, requestedBy, scope: about } },
      Timeout.jsonata(seconds),
    );

  const count = call(scope, names.count, { step: countAnswers, event: { run, scope: about } })
    .addCatch(close, haltedBy(names.count))
    .next(Choice.jsonata(scope, names.enough).when(goesOn, after).otherwise(close));

  const remind = ask(names.remind, 'remind', '{% $timeLeft %}')
    .addCatch(count, { errors: [Errors.TIMEOUT, 'TooFewApproversError'], outputs: {} })
    .addCatch(after, { errors: ['AlreadyDecidedError'], outputs: {} })
    .addCatch(close, haltedBy(names.remind))
    .next(after);

  return ask(names.ask, 'ask', '{% $states.input.first %}')
    .addCatch(remind, { errors: [Errors.TIMEOUT], outputs: {} })
    .addCatch(count, { errors: ['TooFewApproversError'], outputs: {} })
    .addCatch(after, { errors: ['AlreadyDecidedError'], outputs: {} })
    .addCatch(close, haltedBy(names.ask))
    .next(after);
}

/** One wave after the other: admitted, rotated and probed, baked, probed again, judged, and only then counted as fresh. */
function waves(scope: Construct, props: RunProps, close: IChainable): IChainable {
  const { steps, maps, settings } = props;
  const { back, backAfterDeadline } = wayBack(scope, props, close);
  const goBack = { errors: [Errors.ALL], outputs: {} };

  const admit = call(scope, 'Admit wave', { step: steps.admitWave, event: { run, wave } });
  const awaitWindow = Wait.jsonata(scope, 'Await window', { time: secondsUnlessRedriven('$states.input.seconds') });

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
    time: secondsUnlessRedriven(String(settings.bakeTimeSeconds)),
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
const askingForWave = (
  scope: Construct,
  props: RunProps,
  { admit, close }: { readonly admit: IChainable; readonly close: IChainable },
): IChainable =>
  asking(scope, props, {
    names: {
      ask: 'Request wave approval',
      remind: 'Remind of wave',
      count: 'Count answers on wave',
      enough: 'Wave is decided',
    },
    about: "{% 'wave-' & $string($wave) %}",
    after: admit,
    close,
  });

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
    time: secondsUnlessRedriven(String(rotateBatchSeconds.run)),
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
