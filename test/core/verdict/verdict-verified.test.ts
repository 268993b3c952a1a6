import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import type { BatchAnswer } from '../../../core/verdict/claim.ts';
import { judgeBatch, type Sighting } from '../../../core/verdict/probe.ts';
import { type BatchRecord, verifyWave, type WaveRecord } from '../../../core/verdict/verdict.ts';
import { a, b, batch, leftAlone, rotated, seen, turned, unseen } from '../planning/batches.ts';

const good: BatchAnswer = turned(rotated(a), rotated(b));

/** A batch as it was probed right after its rotation, and once more after its run had died. */
const recordOf = (now: readonly Sighting[] | undefined, answer = good): BatchRecord => ({
  batch,
  genuine: true,
  rotated: judgeBatch(batch, answer, [seen(a), seen(b)]),
  later: now && { answer: undefined, sightings: now, doubts: [] },
});
const verified = (record: BatchRecord, more: Partial<WaveRecord> = {}) => {
  const { verdict, reasons, secrets } = verifyWave({
    wave: 1,
    judgedAt: instant(1_000),
    batches: [record],
    missing: [],
    ...more,
  });
  return [verdict, reasons, secrets.map(({ kind, reason }) => [kind, reason])];
};
const fine = ['rotated', undefined];

describe('S11 a sound wave that is looked at once more', () => {
  it('is sound still when every secret is where it was claimed to be, and accepted there', () => {
    const record = recordOf([seen(a), seen(b)]);
    assert.deepEqual(verified(record), ['sound', [], [fine, fine]]);
    const { wave, judgedAt, verification } = verifyWave({
      wave: 3,
      judgedAt: instant(5),
      batches: [record],
      missing: [],
    });
    assert.deepEqual([wave, judgedAt, verification], [3, 5, { claims: 2, confirmed: 2, contradicted: 0 }]);
  });

  for (const [what, now, reason] of [
    ['is rejected', [seen(a), seen(b, 'version-3', 'rejected')], 'rejected: prod/low/b'],
    ['cannot be asked about', [seen(a), seen(b, 'version-3', 'unknown')], 'unknown: prod/low/b'],
    ['was moved since', [seen(a), seen(b, 'version-9')], 'claimContradicted: prod/low/b'],
    ['cannot be read', [seen(a), unseen(b)], 'unreadable: prod/low/b'],
    ['was not looked at', [seen(a)], 'unreadable: prod/low/b'],
  ] as const) {
    it(`is held for a single secret that ${what}, and says which`, () => {
      const held = ['held', reason];
      assert.deepEqual(verified(recordOf(now)), ['held', [`held: prod/low/b: ${reason}`], [fine, held]]);
    });
  }

  it('is held when a batch of it was not looked at', () => {
    assert.equal(verified(recordOf(undefined))[0], 'held');
  });

  it('is not held for what it left alone, whatever became of that since', () => {
    const answer = turned(rotated(a), leftAlone(b));
    const moved = recordOf([seen(a), seen(b, 'version-9', 'rejected')], answer);
    assert.deepEqual(verified(moved), ['sound', [], [fine, ['leftAlone', 'notDue']]]);
  });

  it('is held when it is not what the plan says', () => {
    const record = recordOf([seen(a), seen(b)]);
    assert.deepEqual(verified({ ...record, genuine: false }), ['held', ['batchNotInPlan: batch 0'], [fine, fine]]);
    assert.deepEqual(verified(record, { missing: [1] }), ['held', ['batchMissing: batch 1'], [fine, fine]]);
    // One thing wrong does not make up for another.
    assert.equal(verified({ ...record, genuine: false }, { missing: [1] })[0], 'held');
    assert.equal(verified(recordOf([seen(a)]), { missing: [1] })[0], 'held');
  });

  it('is held when nothing is known of its rotation', () => {
    const record = { ...recordOf([seen(a), seen(b)]), rotated: undefined };
    assert.deepEqual(verified(record)[2], [
      ['held', 'noAnswer'],
      ['held', 'noAnswer'],
    ]);
  });
});
