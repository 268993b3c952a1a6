import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { headline, nearness, oldHistory, waveHeadline, wayBack } from '../../../core/approval/approval-summary.ts';
import { instant } from '../../../core/instant.ts';
import { type Mode, modes, type OldCredential, type PlanHeader, type Run } from '../../../core/plan.ts';

const start = instant(Date.UTC(2026, 10, 19, 2));

const header = {
  stage: 'prod',
  mode: 'rotate',
  requestedBy: 'requester',
  why: 'the keys\r\nSubject: all is well',
  fleet: { secrets: 127, services: 50 },
  selected: 38,
  waves: [
    { number: 1, secrets: 5, tiers: ['low'], batches: [] },
    { number: 2, secrets: 33, tiers: ['low', 'medium'], batches: [] },
  ],
  guardrails: [
    { name: 'secrets', verdict: 'within', actual: 38, limit: 60, unit: 'secrets' },
    { name: 'perDay', verdict: 'within', actual: 40, limit: 90, unit: 'secrets in 24 hours' },
  ],
  leftAlone: { notDue: 80, frozen: 9 },
  startsAt: start,
  unusual: [{ kind: 'serviceHitTwice', of: 'orders (2)' }],
} as unknown as PlanHeader;

describe('the summary of a plan', () => {
  it('says in one sentence what will happen', () => {
    assert.equal(
      headline(header, instant(start - 1)),
      'Rotate 38 of 127 secrets in 2 waves, starting 2026-11-19 02:00 UTC',
    );
  });

  it('says what its mode does', () => {
    const sentence = (mode: Mode) => headline({ ...header, mode }, start).split(' ', 1)[0];
    assert.deepEqual(modes.map(sentence), ['Rotate', 'Rotate', 'Restore', 'Retire']);
  });

  it('says of a retirement what can be reversed and what is final', () => {
    const sentence = (deactivate: number, deleted: number) =>
      headline({ ...header, mode: 'retire', selected: 5, retirements: { deactivate, delete: deleted } }, start);
    const end = 'of 5 of 127 secrets in 2 waves, starting as soon as it is approved';
    assert.equal(sentence(4, 1), `Deactivate 4 and delete 1 old credentials ${end}`);
    assert.equal(sentence(5, 0), `Deactivate 5 old credentials ${end}`);
    assert.equal(sentence(0, 1), `Delete 1 old credential ${end}`);
  });

  it('says how near a bound came, and of one that allows nothing that it does', () => {
    const bound = { name: 'contradicted', verdict: 'exceeded', actual: 2, unit: 'secrets' } as const;
    assert.equal(nearness({ ...bound, limit: 1 }), '2 of at most 1 secrets');
    assert.equal(nearness({ ...bound, limit: 0 }), '2 secrets, and none is allowed');
  });

  it('says of a wave that was held back what it would do', () => {
    assert.equal(waveHeadline(header, 2), 'Go on with wave 2 of 2: rotate 33 secrets, low and medium');
    assert.equal(waveHeadline(header, 1), 'Go on with wave 1 of 2: rotate 5 secrets, low');
  });

  it('says of a retirement that retires nothing no more than that', () => {
    const none = { ...header, mode: 'retire', retirements: { deactivate: 0, delete: 0 } } as const;
    assert.match(headline(none, start), /^Retire the old credentials of 38 of 127 secrets/);
  });

  it('says of a restore which run it undoes', () => {
    const undone = headline({ ...header, mode: 'restore', of: 'run-7' as Run }, start);
    assert.match(undone, /^Restore 38 of 127 secrets to what they were before run run-7 in 2 waves, starting as soon/);
  });

  it('says of an old credential when it was replaced, used and deactivated', () => {
    const old = { replacedAt: instant(Date.UTC(2026, 10, 1)) } as OldCredential;
    const [used, deactivatedAt] = [instant(Date.UTC(2026, 9, 9, 23)), instant(Date.UTC(2026, 10, 9))];
    assert.equal(oldHistory(old), 'replaced 2026-11-01, last use unknown');
    assert.equal(oldHistory({ ...old, lastUsed: 'never' }), 'replaced 2026-11-01, never used');
    assert.equal(
      oldHistory({ ...old, lastUsed: used, deactivatedAt }),
      'replaced 2026-11-01, last used 2026-10-09, deactivated 2026-11-09',
    );
  });

  it('promises no way back of what is deleted, and none of a deletion that is not planned', () => {
    const ways = (deactivate: number, deleted: number) =>
      wayBack({ mode: 'retire', retirements: { deactivate, delete: deleted } }).join(' ');
    assert.doesNotMatch(ways(0, 1), /is reversed|goes back/);
    assert.match(ways(0, 1), /A deletion cannot be reversed/);
    assert.match(ways(1, 0), /A deactivation is reversed/);
    assert.doesNotMatch(ways(1, 0), /deletion/);
    const [stops, stays] = [
      /^At the first failed probe, the run stops/,
      / Waves that ended well stay\. People are told\.$/,
    ];
    for (const said of [wayBack(header).join(' '), ways(1, 1), ways(0, 0)]) {
      assert.match(said, stops);
      assert.match(said, stays);
    }
    assert.equal(wayBack({ mode: 'retire' }).length, 2);
    assert.match(wayBack(header).join(' '), /goes back to the versions recorded in this plan/);
  });

  it('does not announce a start that has passed', () => {
    const one = { ...header, waves: header.waves.slice(0, 1), fleet: { secrets: 1, services: 1 }, selected: 1 };
    assert.equal(headline(one, start), 'Rotate 1 of 1 secret in 1 wave, starting as soon as it is approved');
  });
});
