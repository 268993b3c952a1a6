import { canonicalJson } from './canonical.ts';
import { type Instant, toIso } from './instant.ts';
import type { Mode, Run } from './plan.ts';
import type { Hash } from './ports.ts';
import type { Settings } from './settings.ts';

/** What a run is asked to be: the input of its execution. */
export interface Start {
  readonly mode: StartableMode;
  /** `schedule:` and its name, or the IAM principal of the caller. Never what a caller said of itself. */
  readonly requestedBy: string;
  readonly why: string;
  /** The run that a restoring one goes back over. */
  readonly of?: Run;
  /** Names of the secrets that a restoring run is about. Left out: all that the other one rotated. */
  readonly secrets?: readonly string[];
}

/** What a restore was asked for: the run that it undoes, and, when it is not all of it, which secrets by name. */
export interface RestoreAsked {
  readonly of: Run;
  readonly secrets: readonly string[] | undefined;
}

/**
 * The modes that somebody can start, and what each takes besides: `of` and `secrets`, if it goes back over another run.
 */
export const startable = {
  audit: { goesBack: false },
  rotate: { goesBack: false },
  restore: { goesBack: true },
  retire: { goesBack: false },
} as const satisfies Partial<Readonly<Record<Mode, { readonly goesBack: boolean }>>>;
export type StartableMode = keyof typeof startable;

/** What people may say of a run that they start. */
export type Wish = Omit<Start, 'requestedBy'>;

/** Which schedule starts which runs. */
export const scheduledModes = { audit: 'audit', rotation: 'rotate', retirement: 'retire' } as const satisfies Readonly<
  Record<keyof Settings['schedules'], StartableMode>
>;
export type ScheduleName = keyof typeof scheduledModes;

/** What a schedule asks for. Nothing of it is for whoever invokes to say. */
export function scheduledStart(schedule: ScheduleName, schedules: Settings['schedules']): Start {
  const { expression, timeZone } = schedules[schedule];
  const why = `${schedule} on schedule, ${expression} ${timeZone}`;
  return { mode: scheduledModes[schedule], requestedBy: `schedule:${schedule}`, why };
}

/** One moment of a schedule is one run, however often it fires. */
export const scheduledRun = (schedule: ScheduleName, at: Instant): Run =>
  `scheduled-${schedule}-${toIso(at).slice(0, 16).replace('T', '-').replace(':', '')}` as Run;

/** One token of one caller is one run on a day, however often it is sent. */
export function wishedRun(start: Start, token: string, day: Instant, hash: Hash): Run {
  const mark = hash(canonicalJson([start.requestedBy, token]))
    .slice('sha256:'.length)
    .slice(0, 10);
  return `${start.mode}-${toIso(day).slice(0, 10)}-${mark}` as Run;
}

/** What the archive holds of a start, so that nobody can say afterwards that somebody else asked. */
export const serialiseStart = (run: Run, start: Start): string => canonicalJson({ run, ...start });

/** Whether a schedule's moment is now. What comes late is not the run that was meant, and none is started ahead. */
export const isTimely = (at: Instant, now: Instant): boolean => at <= now + 60_000 && now - at <= 30 * 60_000;
