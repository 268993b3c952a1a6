import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { instant } from '../../../core/instant.ts';
import { daysOverdue, type Expiration, isDue, readExpiration } from '../../../core/selection/due.ts';
import { at } from '../../entries.ts';

function expiration(text: string): Expiration {
  const read = readExpiration(text);
  assert(read, `${text} was not understood`);
  return read;
}

describe('a secret that expires on a day', () => {
  const day = expiration('2026-11-17');

  it('is not due at the last moment of that day in UTC', () => {
    assert.equal(isDue(day, at('2026-11-17T23:59:59.999Z')), false);
  });

  it('is due at the first moment of the next', () => {
    assert.equal(isDue(day, at('2026-11-18T00:00:00Z')), true);
  });

  it('is not due on the day itself, however late it is there in New York', () => {
    assert.equal(isDue(day, at('2026-11-17T18:59:59-05:00')), false);
    assert.equal(isDue(day, at('2026-11-17T19:00:00-05:00')), true);
  });

  it('was not due long before', () => {
    assert.equal(isDue(day, at('2025-01-01T00:00:00Z')), false);
  });

  it('is overdue by one day on the next, and by whole days from then on', () => {
    assert.equal(daysOverdue(day, at('2026-11-17T23:59:59Z')), 0);
    assert.equal(daysOverdue(day, at('2026-11-18T00:00:00Z')), 1);
    assert.equal(daysOverdue(day, at('2026-11-27T12:00:00Z')), 10);
    assert.equal(daysOverdue(day, at('2026-11-10T12:00:00Z')), -7);
  });
});

describe('a secret that expires at a moment', () => {
  const moment = expiration('2026-11-18T14:15:00-05:00');

  it('is not due at that very moment', () => {
    assert.equal(isDue(moment, at('2026-11-18T19:15:00.000Z')), false);
  });

  it('is due a millisecond later', () => {
    assert.equal(isDue(moment, at('2026-11-18T19:15:00.001Z')), true);
  });

  it('is overdue by a day only when 24 hours have passed', () => {
    assert.equal(daysOverdue(moment, at('2026-11-19T19:14:59Z')), 0);
    assert.equal(daysOverdue(moment, at('2026-11-19T19:15:00Z')), 1);
  });
});

describe('the text of an expiration', () => {
  it('is understood as a day or as a moment', () => {
    assert.deepEqual(readExpiration('2026-11-18'), { kind: 'day', startsAt: at('2026-11-18T00:00:00Z') });
    assert.deepEqual(readExpiration('2026-11-18T19:15:00Z'), { kind: 'moment', at: at('2026-11-18T19:15:00Z') });
    assert.deepEqual(readExpiration('2028-02-29'), { kind: 'day', startsAt: at('2028-02-29T00:00:00Z') });
  });

  for (const text of [
    '',
    'soon',
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-00',
    '2026-11-31',
    '2026-2-3',
    '18.11.2026',
    '11/18/2026',
    '2026-11-18 ',
    ' 2026-11-18',
    '2026-11-18\n',
    '20261118',
    '2026-11-18T19:15:00',
    '2026-11-18T25:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-11-18 19:15:00Z',
    '1794943700',
    '+002026-11-18',
    '2026-W47-3',
  ]) {
    it(`is not understood when it is ${JSON.stringify(text)}`, () => {
      assert.equal(readExpiration(text), undefined);
    });
  }

  it('is never understood when it is a day that the calendar does not have', () => {
    const days = fc.tuple(fc.integer({ min: 1970, max: 2099 }), fc.integer({ min: 0, max: 14 }), fc.nat({ max: 32 }));
    const pad = (number: number) => String(number).padStart(2, '0');
    fc.assert(
      fc.property(days, ([year, month, day]) => {
        const text = `${year}-${pad(month)}-${pad(day)}`;
        const exists = new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(text);
        assert.equal(readExpiration(text) !== undefined, exists);
      }),
    );
  });
});

describe('what is due', () => {
  const moments = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2028, 0) }).map(instant);
  const expirations = fc.oneof(
    moments.map((moment) => expiration(new Date(moment).toISOString())),
    moments.map((moment) => expiration(new Date(moment).toISOString().slice(0, 10))),
  );

  it('stays due', () => {
    fc.assert(
      fc.property(expirations, moments, fc.nat({ max: 10 ** 11 }), (given, now, later) => {
        if (isDue(given, now)) assert(isDue(given, instant(now + later)));
      }),
    );
  });

  it('is never overdue by less than nothing', () => {
    fc.assert(fc.property(expirations, moments, (given, now) => !isDue(given, now) || daysOverdue(given, now) >= 0));
  });
});
