import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { type Instant, instant, toIso } from '../../../core/instant.ts';
import { isFrozen, nextStart } from '../../../core/limits/windows.ts';
import type { Freeze, RotationWindow } from '../../../core/settings.ts';
import { at } from '../../entries.ts';

const workdays: RotationWindow = { days: ['tue', 'wed', 'thu'], from: '02:00', to: '05:00', timeZone: 'UTC' };
const freeze = (from: string, to: string): Freeze => ({ from: at(from), to: at(to), why: 'Black Friday' });

/** When a wave may start, as text. */
const start = (windows: readonly RotationWindow[], from: string, freezes: readonly Freeze[] = []) => {
  const found = nextStart(windows, freezes, at(from));
  return found === undefined ? undefined : toIso(found);
};

describe('without windows', () => {
  it('a wave may start at once', () => {
    assert.equal(start([], '2026-11-18T19:15:00.123Z'), '2026-11-18T19:15:00.123Z');
  });

  it('a wave waits for the end of a freeze', () => {
    assert.equal(
      start([], '2026-11-27T12:00:00Z', [freeze('2026-11-26T00:00:00Z', '2026-12-01T00:00:00Z')]),
      '2026-12-01T00:00:00.000Z',
    );
  });
});

describe('a window', () => {
  it('is waited for, over days that it does not have', () => {
    assert.equal(start([workdays], '2026-11-18T19:15:00Z'), '2026-11-19T02:00:00.000Z');
    assert.equal(start([workdays], '2026-11-19T05:00:00Z'), '2026-11-24T02:00:00.000Z');
  });

  it('lets a wave start in its first minute, and not a millisecond before', () => {
    assert.equal(start([workdays], '2026-11-18T01:59:59.999Z'), '2026-11-18T02:00:00.000Z');
    assert.equal(start([workdays], '2026-11-18T02:00:00Z'), '2026-11-18T02:00:00.000Z');
  });

  it('lets a wave start until its last minute is over, and not at its end', () => {
    assert.equal(start([workdays], '2026-11-18T04:59:59.999Z'), '2026-11-18T04:59:59.999Z');
    assert.equal(start([workdays], '2026-11-18T05:00:00Z'), '2026-11-19T02:00:00.000Z');
  });

  it('may end with the day', () => {
    const late: RotationWindow = { days: ['wed'], from: '22:00', to: '24:00', timeZone: 'UTC' };
    assert.equal(start([late], '2026-11-18T23:59:59Z'), '2026-11-18T23:59:59.000Z');
    assert.equal(start([late], '2026-11-19T00:00:00Z'), '2026-11-25T22:00:00.000Z');
  });

  it('counts days and hours where it is, not in UTC', () => {
    const newYork: RotationWindow = { days: ['wed'], from: '20:00', to: '23:00', timeZone: 'America/New_York' };
    assert.equal(start([newYork], '2026-11-18T19:15:00Z'), '2026-11-19T01:00:00.000Z');
    const auckland: RotationWindow = { days: ['mon'], from: '01:00', to: '03:00', timeZone: 'Pacific/Auckland' };
    assert.equal(start([auckland], '2026-11-18T19:15:00Z'), '2026-11-22T12:00:00.000Z');
  });

  it('is open where it is another day already, and where it still is', () => {
    const newYork: RotationWindow = { days: ['wed'], from: '20:00', to: '23:00', timeZone: 'America/New_York' };
    assert.equal(start([newYork], '2026-11-19T02:00:00Z'), '2026-11-19T02:00:00.000Z');
    const auckland: RotationWindow = { days: ['mon'], from: '01:00', to: '03:00', timeZone: 'Pacific/Auckland' };
    assert.equal(start([auckland], '2026-11-22T12:30:00Z'), '2026-11-22T12:30:00.000Z');
  });

  it('is the nearer of two', () => {
    const saturday: RotationWindow = { days: ['sat'], from: '09:00', to: '10:00', timeZone: 'UTC' };
    assert.equal(start([workdays, saturday], '2026-11-19T12:00:00Z'), '2026-11-21T09:00:00.000Z');
    assert.equal(start([saturday, workdays], '2026-11-19T12:00:00Z'), '2026-11-21T09:00:00.000Z');
  });

  it('that does not exist is never waited for', () => {
    assert.equal(start([{ ...workdays, days: [] }], '2026-11-18T19:15:00Z'), undefined);
    assert.equal(start([{ ...workdays, from: '05:00', to: '05:00' }], '2026-11-18T19:15:00Z'), undefined);
  });
});

describe('when clocks change', () => {
  const newYork = (from: string, to: string): RotationWindow[] => [
    { days: ['sun'], from, to, timeZone: 'America/New_York' },
  ];

  it('a window keeps its hours there', () => {
    assert.equal(start(newYork('09:00', '10:00'), '2026-10-31T00:00:00Z'), '2026-11-01T14:00:00.000Z');
    assert.equal(start(newYork('09:00', '10:00'), '2026-10-24T00:00:00Z'), '2026-10-25T13:00:00.000Z');
  });

  it('an hour that comes twice is the first of the two', () => {
    assert.equal(start(newYork('01:30', '03:00'), '2026-10-31T00:00:00Z'), '2026-11-01T05:30:00.000Z');
  });

  it('an hour that is skipped is as much later', () => {
    assert.equal(start(newYork('02:30', '04:00'), '2027-03-13T12:00:00Z'), '2027-03-14T07:30:00.000Z');
  });
});

describe('a freeze', () => {
  it('is on from its first moment to just before its last', () => {
    const freezes = [freeze('2026-11-26T00:00:00Z', '2026-12-01T00:00:00Z')];
    assert.equal(isFrozen(freezes, at('2026-11-25T23:59:59.999Z')), undefined);
    assert.equal(isFrozen(freezes, at('2026-11-26T00:00:00Z'))?.why, 'Black Friday');
    assert.equal(isFrozen(freezes, at('2026-11-30T23:59:59.999Z'))?.why, 'Black Friday');
    assert.equal(isFrozen(freezes, at('2026-12-01T00:00:00Z')), undefined);
  });

  it('that ends within a window lets waves start there', () => {
    const freezes = [freeze('2026-11-18T00:00:00Z', '2026-11-19T03:30:00Z')];
    assert.equal(start([workdays], '2026-11-18T19:15:00Z', freezes), '2026-11-19T03:30:00.000Z');
  });

  it('that covers a window lets waves wait for the next', () => {
    const freezes = [freeze('2026-11-19T00:00:00Z', '2026-11-19T05:00:00Z')];
    assert.equal(start([workdays], '2026-11-18T19:15:00Z', freezes), '2026-11-24T02:00:00.000Z');
  });

  it('may be followed by another at once', () => {
    const freezes = [
      freeze('2026-11-19T03:00:00Z', '2026-11-19T04:00:00Z'),
      freeze('2026-11-19T01:00:00Z', '2026-11-19T03:00:00Z'),
    ];
    assert.equal(start([workdays], '2026-11-18T19:15:00Z', freezes), '2026-11-19T04:00:00.000Z');
  });

  it('that is longer than two months leaves no time to start', () => {
    const now = '2026-11-18T19:15:00Z';
    assert.equal(start([], now, [freeze('2026-11-18T00:00:00Z', '2027-01-17T19:15:00Z')]), '2027-01-17T19:15:00.000Z');
    assert.equal(start([], now, [freeze('2026-11-18T00:00:00Z', '2027-01-17T19:15:01Z')]), undefined);
    const saturday: RotationWindow = { days: ['sat'], from: '09:00', to: '10:00', timeZone: 'UTC' };
    assert.equal(
      start([saturday], now, [freeze('2026-11-18T00:00:00Z', '2027-01-15T00:00:00Z')]),
      '2027-01-16T09:00:00.000Z',
    );
    assert.equal(start([workdays], now, [freeze('2026-11-18T00:00:00Z', '2028-01-01T00:00:00Z')]), undefined);
  });
});

describe('whenever a wave may start', () => {
  const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
  const days = fc.uniqueArray(fc.constantFrom(...(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const)), {
    minLength: 1,
  });
  const times = fc
    .tuple(fc.integer({ min: 4, max: 13 }), fc.integer({ min: 14, max: 23 }))
    .map(([from, to]) => ({ from: `${String(from).padStart(2, '0')}:15`, to: `${to}:45` }));
  const windows = fc.array(
    fc.tuple(days, times, fc.constantFrom(...zones)).map(([on, time, timeZone]) => ({ days: on, ...time, timeZone })),
    { maxLength: 3 },
  );
  const moments = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 11) }).map(instant);
  const freezes = fc.array(
    fc.tuple(moments, fc.nat({ max: 10 * 86_400_000 })).map(([from, length]) => ({
      from,
      to: instant(from + length),
      why: 'quiet',
    })),
    { maxLength: 3 },
  );

  const isOpenThere = ({ days: on, from, to, timeZone }: RotationWindow, moment: Instant): boolean => {
    const [weekday = '', time = ''] = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
      .format(moment)
      .split(/, ?| /);
    return (on as string[]).includes(weekday.toLowerCase()) && from <= time && time < to;
  };

  it('the clocks of some window say so, no freeze is on, it is not in the past, and asking again changes nothing', () => {
    fc.assert(
      fc.property(windows, freezes, moments, (given, frozen, now) => {
        const found = nextStart(given, frozen, now);
        if (found === undefined) return;
        assert(found >= now);
        assert.equal(isFrozen(frozen, found), undefined);
        assert(given.length === 0 || given.some((window) => isOpenThere(window, found)));
        assert.equal(nextStart(given, frozen, found), found);
      }),
    );
  });
});
