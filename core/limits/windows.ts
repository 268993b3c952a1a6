import { type Instant, instant } from '../instant.ts';
import { type Freeze, type RotationWindow, type Settings, weekdays } from '../settings.ts';

const dayMillis = 86_400_000;

/** How far ahead a window is looked for. */
const horizonDays = 60;

interface Opening {
  readonly from: Instant;
  /** The first moment that is no longer in it. */
  readonly to: Instant;
}

/** The freeze that is on, if one is: from its first moment to just before its last. */
export const isFrozen = (freezes: readonly Freeze[], at: Instant): Freeze | undefined =>
  freezes.find(({ from, to }) => from <= at && at < to);

/**
 * The first moment, from `at` on, at which a wave may start: in a window and in no freeze.
 *
 * It is `at` itself when a wave may start now, and undefined when none may within 60 days.
 */
export function nextStart(
  windows: Settings['windows'],
  freezes: Settings['freezes'],
  at: Instant,
): Instant | undefined {
  const horizon = instant(at + horizonDays * dayMillis);
  const openings = windows.length === 0 ? [{ from: at, to: instant(Infinity) }] : openingsAround(windows, at);

  return openings
    .map(({ from, to }) => ({ start: firstUnfrozen(freezes, from > at ? from : at), to }))
    .filter(({ start, to }) => start < to && start <= horizon)
    .map(({ start }) => start)
    .sort((a, b) => a - b)[0];
}

function firstUnfrozen(freezes: readonly Freeze[], at: Instant): Instant {
  const freeze = isFrozen(freezes, at);
  return freeze === undefined ? at : firstUnfrozen(freezes, freeze.to);
}

/** Every time that a window opens within the horizon; a day more at both ends, since the day is another elsewhere. */
function openingsAround(windows: readonly RotationWindow[], at: Instant): Opening[] {
  const today = Math.floor(at / dayMillis) * dayMillis;
  const days = Array.from({ length: horizonDays + 3 }, (_, index) => instant(today + (index - 1) * dayMillis));

  return windows.flatMap(({ days: open, from, to, timeZone }) => {
    const wall = wallClockIn(timeZone);
    return days
      .filter((day) => open.includes(weekdayOf(day)))
      .map((day) => ({ from: wall.read(day, from), to: wall.read(day, to) }));
  });
}

/** The epoch was a Thursday. */
const weekdayOf = (day: Instant) => weekdays[(((day / dayMillis + 3) % 7) + 7) % 7] as (typeof weekdays)[number];

/**
 * Reads what the clocks of a time zone show.
 *
 * A time that they show twice, when they go back, is the first of the two. A time that they skip, when they go forward,
 * is as much later as they skip.
 */
function wallClockIn(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

  /** How far the clocks are ahead of UTC, in milliseconds. */
  const aheadAt = (at: number): number => {
    const parts = format.formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((found) => found.type === type)?.value);
    const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return shown - at;
  };

  return {
    /** The moment at which they show `HH:MM` on a day, given as its midnight in UTC. */
    read(day: Instant, time: string): Instant {
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      const shown = day + (hours * 60 + minutes) * 60_000;
      const [before, after] = [shown - aheadAt(shown - dayMillis), shown - aheadAt(shown + dayMillis)];
      const exact = [before, after].filter((at) => at + aheadAt(at) === shown);
      return instant(exact.length === 0 ? before : Math.min(...exact));
    },
  };
}
