import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { readExpiration } from '../../../core/selection/due.ts';
import {
  type Renewal,
  type RenewedWave,
  renewedExpiration,
  sayTags,
  unrenewed,
} from '../../../core/verdict/renewal.ts';
import type { WaveVerdict } from '../../../core/verdict/verdict.ts';
import { at } from '../../entries.ts';

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

describe('the tags of a wave', () => {
  const record = (name: string, kind: 'rotated' | 'leftAlone') => ({
    name,
    arn: `arn:${name}`,
    kind,
    reason: undefined,
  });
  const baked: WaveVerdict = {
    wave: 1,
    judgedAt: instant(0),
    verdict: 'sound',
    reasons: [],
    secrets: [record('a', 'rotated'), record('b', 'rotated'), record('c', 'leftAlone')],
    verification: { claims: 3, confirmed: 3, contradicted: 0 },
  };
  const refused = { arn: 'arn:b', name: 'b', error: 'AccessDeniedException' };
  const renewal: Renewal = { goal: 'renew', moved: ['arn:a'], failed: [refused] };
  const wave = (more: Partial<RenewedWave> = {}): RenewedWave => ({
    number: 1,
    baked,
    rolledBack: undefined,
    renewal,
    ...more,
  });
  const said = (more: Partial<RenewedWave>) => sayTags([wave(more)], 'rotate');

  it('are told of by name where they were not moved, with the reason where one is known', () => {
    assert.deepEqual(unrenewed(wave()), [refused]);
    assert.deepEqual(said({}), ['tagNotRenewed: b: AccessDeniedException']);
    assert.deepEqual(said({ renewal: undefined }), ['tagNotRenewed: a: unknown', 'tagNotRenewed: b: unknown']);
    assert.deepEqual(said({ renewal: { ...renewal, moved: ['arn:a', 'arn:b'], failed: [] } }), []);
  });

  it('were to be moved only when the wave is sound and did not go back, and never when credentials are retired', () => {
    assert.deepEqual(said({ baked: { ...baked, verdict: 'unsound' } }), []);
    assert.deepEqual(said({ baked: undefined }), []);
    assert.deepEqual(said({ rolledBack: { ...baked, verdict: 'back' } }), []);
    assert.deepEqual(sayTags([wave()], 'restore'), ['tagNotRenewed: b: AccessDeniedException']);
    assert.deepEqual(sayTags([wave()], 'retire'), []);
  });

  it('are told of where they were not put back', () => {
    const rolledBack = { ...baked, verdict: 'back' as const };
    assert.deepEqual(said({ rolledBack, renewal: { ...renewal, goal: 'put back' } }), [
      'tagNotPutBack: b: AccessDeniedException',
    ]);
  });
});
