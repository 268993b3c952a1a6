import type { Instant } from '../../core/instant.ts';
import type { RunTold } from '../day/report.ts';

/** Everything that a run can be at, and how the page calls it. */
const activities = {
  plan: 'drafts, preflights and confirms the plan',
  approval: 'waits for the approval',
  confirm: 'confirms the approval',
  admit: 'is admitted',
  window: 'waits for the rotation window',
  rotate: 'rotates and probes',
  bake: 'bakes',
  judge: 'probes again and judges',
  renew: 'renews the expiry tags',
  deadline: 'waits out the deadline of the function',
  back: 'goes back and probes',
  close: 'closes the run',
} as const;

export type Activity = keyof typeof activities;

/** What a run is at, in words. What it is for has the verb of its mode. */
export const sayActivity = (activity: Activity, mode: RunTold['mode']): string =>
  activity === 'rotate' && mode !== 'audit' ? `${mode}s and probes` : activities[activity];

/** In these nothing is done, however long they take. */
const waits: readonly Activity[] = ['approval', 'window', 'bake', 'deadline'];

/** What a state of the machine belongs to. States that only choose take no time, and belong to what came before. */
const activityOf: Readonly<Record<string, Activity>> = {
  'Draft plan': 'plan',
  Preflight: 'plan',
  'Confirm plan': 'plan',
  'Request approval': 'approval',
  'Remind approvers': 'approval',
  'Request wave approval': 'approval',
  'Remind of wave': 'approval',
  'Confirm approval': 'confirm',
  'Admit wave': 'admit',
  'Await window': 'window',
  'Rotate wave': 'rotate',
  Bake: 'bake',
  'Probe wave': 'judge',
  'Judge wave': 'judge',
  'Renew expiry': 'renew',
  'Await deadline': 'deadline',
  'Roll back wave': 'back',
  'Judge roll back': 'back',
  'Settle run': 'close',
  'Roll back dead wave': 'back',
  'Judge recovery': 'back',
  'Put expiry back': 'renew',
  'Verify sound wave': 'judge',
  'Judge sound wave': 'judge',
  'Renew sound wave': 'renew',
  'Close recovery': 'close',
  'Close run': 'close',
};

/** A stretch of time in which the run was at one thing. */
export interface Phase {
  readonly activity: Activity;
  readonly from: Instant;
  readonly to: Instant;
}

/** What happened of one wave, or before the first. What closes the run belongs to what came last. */
export interface Lane {
  readonly wave: number | undefined;
  readonly phases: readonly Phase[];
}

export const isWait = ({ activity }: Phase): boolean => waits.includes(activity);
export const lengthOf = ({ from, to }: Phase): number => to - from;

/** Reads the timeline as what was done when, wave by wave. */
export function lanesOf({ timeline, endedAt }: Pick<RunTold, 'timeline' | 'endedAt'>): readonly Lane[] {
  const lanes: { wave: number | undefined; phases: Phase[] }[] = [];
  let activity: Activity = 'plan';

  for (const [index, { at, state, wave }] of timeline.entries()) {
    activity = activityOf[state] ?? activity;
    const to = timeline[index + 1]?.at ?? (state === 'Ended' ? at : endedAt);

    let lane = lanes.at(-1);
    if (lane === undefined || (wave !== undefined && wave !== lane.wave)) {
      lane = { wave, phases: [] };
      lanes.push(lane);
    }
    const last = lane.phases.at(-1);
    if (last?.activity === activity) lane.phases.splice(-1, 1, { ...last, to });
    else lane.phases.push({ activity, from: at, to });
  }
  return lanes.map(({ wave, phases }) => ({ wave, phases: phases.filter((phase) => lengthOf(phase) > 0) }));
}
