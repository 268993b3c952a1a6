import { type Instant, toIso } from '../core/instant.ts';
import type { Mode, Run } from '../core/plan.ts';
import { switchName } from '../core/settings.ts';
import type { ScheduleName } from '../core/start.ts';
import type { Disturbance, Moment, Scheduled } from './disturbances.ts';
import { published } from './ground.ts';
import type { World } from './world.ts';

type Momentary = Extract<Disturbance, Moment>;

/** What happens at a moment, by its kind. */
export type Happens = { readonly [Kind in Momentary['kind']]: (one: Extract<Momentary, { kind: Kind }>) => void };

/** Of what happens at a moment, that which fails Keyturn. */
export const failures: ReadonlySet<string> = new Set<Momentary['kind']>(['stopped', 'quota', 'target']);

/** The run that it happens to. */
export interface Amid {
  readonly run: Run;
  readonly mode: Mode;
  readonly at: Instant;
}

/** The schedule that starts runs of a mode. Nothing starts a restore but people. */
export const schedulesOf = { audit: 'audit', rotate: 'rotation', retire: 'retirement' } as const satisfies Partial<
  Readonly<Record<Mode, ScheduleName>>
>;

export function happensTo(world: World, { run, mode, at }: Amid): Happens {
  const { cloud, time, strikes, unsteady, outsider, secrets, before, live } = world;
  return {
    stopped: () => {
      const { arn } = mode === 'retire' ? cloud.retirement : cloud.machine;
      cloud.states.stop(`${arn.replace(':stateMachine:', ':execution:')}:${run}`);
    },
    'switch removed': () => {
      cloud.ssm.remove(switchName(cloud.settings.stage));
      if (live.halts.at(-1)?.until !== undefined || live.halts.length === 0)
        live.halts.push({ from: time.now(), until: undefined });
    },
    'schedule fires again': () => {
      if (mode !== 'restore') void fire(world, schedulesOf[mode], at);
    },
    'schedule fires': ({ schedule }) => void fire(world, schedule, time.now()),
    'stack updated': ({ to }) => {
      const update = world.ground.updates[to];
      if (update === undefined) throw new Error(`there is no update ${to}`);
      cloud.update(published(update, live.deployed.length + 1));
      live.deployed.push(cloud.settings);
    },
    outsider: ({ act, secret }) => {
      const chosen = secrets.find(({ name }) => name === secret);
      const original = before.get(chosen?.arn ?? '')?.labels['AWSCURRENT'];
      if (chosen !== undefined && original !== undefined) outsider.act(act, chosen, original);
    },
    quota: ({ service, lasts }) => strikes.throttle(service, lasts),
    target: ({ answers, lasts }) => unsteady.turn(answers, lasts),
    'clock jumps': ({ by }) => {
      live.skew = by;
    },
  };
}

/** Lets a schedule's moment come, as EventBridge Scheduler does: without waiting for an answer, and with two more tries. */
export async function fire({ cloud, time }: World, name: Scheduled, at: Instant): Promise<void> {
  const isMeant = (input: string) =>
    name === 'drift look' ? !input.includes('schedule"') : input.includes(`"${name}"`);
  const schedule = cloud.stack.schedules.find(({ target }) => isMeant(target.input));
  if (schedule === undefined) throw new Error(`the stack has no schedule for the ${name}`);
  const { arn, roleArn, input } = schedule.target;
  const Payload = input.replace('<aws.scheduler.scheduled-time>', toIso(at));
  for (const pause of [60_000, 120_000, 0]) {
    const invoking = cloud.account.call(roleArn, 'lambda', 'Invoke', { FunctionName: arn, Payload });
    const answer = await invoking.catch(() => ({ FunctionError: 'Refused' }));
    if ((answer as { FunctionError?: string }).FunctionError === undefined) return;
    await time.sleep(pause);
  }
}
