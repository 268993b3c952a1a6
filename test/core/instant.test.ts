import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant, parseInstant, secondsBetween, toIso } from '../../core/instant.ts';

describe('a moment as it is written', () => {
  for (const [text, expected] of [
    ['2026-11-18T19:15:00Z', '2026-11-18T19:15:00.000Z'],
    ['2026-11-18T19:15Z', '2026-11-18T19:15:00.000Z'],
    ['2026-11-18T14:15:00-05:00', '2026-11-18T19:15:00.000Z'],
    ['2026-11-18T19:15:00.123456789+00:00', '2026-11-18T19:15:00.123Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ] as const) {
    it(`is read from ${text}`, () => assert.equal(toIso(parseInstant(text) ?? instant(0)), expected));
  }

  for (const text of [
    '',
    '2026-11-18',
    '2026-11-18T19:15:00',
    '2026-11-18 19:15:00Z',
    '2026-11-18T19:15:00Z and more',
    '+012026-11-18T19:15:00Z',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-12-32T00:00:00Z',
    '0099-01-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-18T25:15:00Z',
    '2026-11-18T19:15:00+5:00',
    '2026-11-18T19:15:00.Z',
    '2026-11-18T19:15:00.1234567890Z',
    'Wed, 18 Nov 2026 19:15:00 GMT',
  ]) {
    it(`is none in ${JSON.stringify(text)}`, () => assert.equal(parseInstant(text), undefined));
  }
});

describe('the seconds between two moments', () => {
  it('are whole, and never too few', () => {
    const seconds = (from: number, to: number) => secondsBetween(instant(from), instant(to));
    assert.deepEqual([seconds(500, 1_500), seconds(500, 1_501), seconds(500, 500)], [1, 2, 0]);
  });
});
