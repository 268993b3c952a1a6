import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readExpiration } from '../../core/due.ts';
import { renewedExpiration } from '../../core/renewal.ts';
import { at } from '../entries.ts';

describe('a renewed expiry', () => {
  it('is written as it was before: a day stays a day, a moment a moment', () => {
    const rotatedAt = at('2026-11-19T02:30:00Z');
    assert.equal(renewedExpiration('2026-11-13', rotatedAt, 90), '2027-02-17');
    assert.equal(renewedExpiration('2026-11-13T12:00:00+01:00', rotatedAt, 90), '2027-02-17T02:30:00.000Z');
  });

  it('counts days in UTC, whatever the hour', () => {
    assert.equal(renewedExpiration('2026-11-13', at('2026-11-19T00:00:00Z'), 1), '2026-11-20');
    assert.equal(renewedExpiration('2026-11-13', at('2026-11-19T23:59:59.999Z'), 1), '2026-11-20');
    assert.equal(renewedExpiration('2026-11-13', at('2026-11-19T23:30:00-01:00'), 1), '2026-11-21');
  });

  it('knows leap years', () => {
    assert.equal(renewedExpiration('2026-11-13', at('2028-02-28T00:00:00Z'), 1), '2028-02-29');
    assert.equal(renewedExpiration('2026-11-13', at('2027-02-28T00:00:00Z'), 1), '2027-03-01');
  });

  it('counts from the rotation, not from the day on which the credential had expired', () => {
    assert.equal(renewedExpiration('2020-01-01', at('2026-11-19T02:30:00Z'), 30), '2026-12-19');
  });

  it('can be read by the rule that it is judged with next time', () => {
    for (const previous of ['2026-11-13', '2026-11-13T12:00:00Z']) {
      assert.notEqual(readExpiration(renewedExpiration(previous, at('2026-11-19T02:30:00Z'), 90)), undefined);
    }
  });
});
