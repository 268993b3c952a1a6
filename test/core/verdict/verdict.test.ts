import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import type { Batch, OldCredential, Retirement, Run } from '../../../core/plan.ts';
import type { BatchAnswer, Claim } from '../../../core/verdict/claim.ts';
import { judgeBatch, type Sighting } from '../../../core/verdict/probe.ts';
import {
  type BatchRecord,
  judgeWave,
  type Surroundings,
  type WaveRecord,
  waveReasons,
} from '../../../core/verdict/verdict.ts';
import { a, b, batch, failed, leftAlone, plannedWith, rotated, seen, turned, unseen } from '../planning/batches.ts';

const sightings = [seen(a), seen(b)];
const good: BatchAnswer = turned(rotated(a), rotated(b));
const calm: Surroundings = { health: new Map([['orders', 'healthy']]), ringing: [] };

/** A batch as it was probed right after its rotation, and again after its bake. */
const recordOf = (answer = good, then: readonly Sighting[] = sightings, now = then): BatchRecord => ({
  batch,
  genuine: true,
  rotated: judgeBatch(batch, answer, then),
  later: { answer: undefined, sightings: now, doubts: [] },
});
const waveOf = (...batches: readonly BatchRecord[]): WaveRecord => ({
  wave: 1,
  judgedAt: instant(1_000),
  batches,
  missing: [],
});
const reasonsOf = (record: Partial<BatchRecord>, surroundings = calm) =>
  judgeWave(waveOf({ ...recordOf(), ...record }), surroundings).reasons;

describe('a wave after its bake', () => {
  it('is sound when nothing speaks against it', () => {
    assert.deepEqual(judgeWave(waveOf(recordOf()), calm), {
      wave: 1,
      judgedAt: 1_000,
      verdict: 'sound',
      reasons: [],
      secrets: [
        { arn: 'arn:a', name: 'prod/low/a', kind: 'rotated', reason: undefined },
        { arn: 'arn:b', name: 'prod/low/b', kind: 'rotated', reason: undefined },
      ],
      verification: { claims: 2, confirmed: 2, contradicted: 0 },
    });
  });

  it('is unsound for a single reason (S6)', () => {
    const verdict = judgeWave(waveOf(recordOf()), { ...calm, ringing: ['errors'] });
    assert.deepEqual([verdict.verdict, verdict.reasons], ['unsound', ['alarmRinging: errors']]);
  });

  it('takes a service that is unknown for unwell, and alarms that cannot be read for ringing (S6)', () => {
    const health = new Map([
      ['orders', 'unknown' as const],
      ['ledger', 'unhealthy' as const],
    ]);
    assert.deepEqual(reasonsOf({}, { health, ringing: undefined }), [
      'serviceUnknown: orders',
      'serviceUnhealthy: ledger',
      'alarmsUnreadable: all',
    ]);
  });

  it('names every alarm that rings', () => {
    assert.deepEqual(reasonsOf({}, { ...calm, ringing: ['one', 'two'] }), ['alarmRinging: one', 'alarmRinging: two']);
  });

  it('is doubted as it was right after the rotation, even if it looks well now (S6)', () => {
    const doubted = recordOf(good, [seen(a, 'version-3', 'unknown'), seen(b)], sightings);
    assert.deepEqual(reasonsOf(doubted), ['doubt: batch 0: unknown: prod/low/a']);
  });

  it('is doubted for what is seen now, against what was claimed then (S10)', () => {
    const now = [seen(a, 'version-2'), seen(b, 'version-3', 'rejected')];
    assert.deepEqual(reasonsOf(recordOf(good, sightings, now)), [
      'doubt: batch 0: claimContradicted: prod/low/a',
      'doubt: batch 0: rejected: prod/low/b',
    ]);
  });

  it('is doubted when a probe is missing: nothing seen is nothing good (S6)', () => {
    assert.deepEqual(reasonsOf({ rotated: undefined }), ['doubt: batch 0: noAnswer']);
    assert.deepEqual(reasonsOf({ later: undefined }), [
      'doubt: batch 0: unreadable: prod/low/a',
      'doubt: batch 0: unreadable: prod/low/b',
    ]);
  });

  it('is judged by no claim of a batch that is not the plan’s (S1)', () => {
    assert.deepEqual(reasonsOf({ genuine: false }), ['batchNotInPlan: batch 0']);
  });

  it('is unsound when a batch of the plan is missing (S1)', () => {
    const { verdict, reasons } = judgeWave({ ...waveOf(recordOf()), missing: [1] }, calm);
    assert.deepEqual([verdict, reasons], ['unsound', ['batchMissing: batch 1']]);
  });

  it('says of every secret what became of it', () => {
    const kinds = (answer: BatchAnswer | undefined, record: BatchRecord = recordOf(answer)) =>
      judgeWave(waveOf(record), calm).secrets.map(({ kind, reason }) => [kind, reason]);

    assert.deepEqual(kinds(turned(leftAlone(a), failed(b))), [
      ['leftAlone', 'notDue'],
      ['held', 'newRejected'],
    ]);
    assert.deepEqual(kinds({ kind: 'notStarted', reason: 'switchOff' }), Array(2).fill(['untouched', 'switchOff']));
    assert.deepEqual(kinds({ kind: 'failed', error: 'Timeout' }), Array(2).fill(['held', 'noAnswer']));
    assert.deepEqual(kinds(undefined, { ...recordOf(), rotated: undefined }), Array(2).fill(['held', 'noAnswer']));
    assert.deepEqual(kinds(turned(rotated(a))), [
      ['rotated', undefined],
      ['held', 'noAnswer'],
    ]);
  });

  it('counts claims of a rotation only, and confirms only what is current and accepted (S10)', () => {
    const verified = (answer: BatchAnswer, now: readonly Sighting[]) =>
      judgeWave(waveOf(recordOf(answer, sightings, now)), calm).verification;

    assert.deepEqual(verified(good, sightings), { claims: 2, confirmed: 2, contradicted: 0 });
    assert.deepEqual(verified(turned(rotated(a), leftAlone(b)), sightings), {
      claims: 1,
      confirmed: 1,
      contradicted: 0,
    });
    assert.deepEqual(verified(turned(failed(a)), sightings), { claims: 0, confirmed: 0, contradicted: 0 });
    assert.deepEqual(verified(good, [seen(a), seen(b, 'version-2')]), { claims: 2, confirmed: 1, contradicted: 1 });
    assert.deepEqual(verified(good, [seen(a, 'version-3', 'unknown'), unseen(b)]), {
      claims: 2,
      confirmed: 0,
      contradicted: 2,
    });
    assert.deepEqual(verified(good, []), { claims: 2, confirmed: 0, contradicted: 2 });
  });

  it('has no reason that cannot come about', () => {
    const health = new Map([
      ['orders', 'unknown' as const],
      ['ledger', 'unhealthy' as const],
    ]);
    const records = [recordOf(), { ...recordOf(), genuine: false }, recordOf(turned())];
    const reasons = [
      ...judgeWave({ ...waveOf(...records), missing: [3] }, { health, ringing: undefined }).reasons,
      ...reasonsOf({}, { ...calm, ringing: ['errors'] }),
    ];
    const kinds = new Set(reasons.map((reason) => reason.split(':')[0]));
    assert.deepEqual([...kinds].sort(), Object.keys(waveReasons).sort());
  });
});

describe('a wave of a retirement', () => {
  const old = (retirement: Retirement): OldCredential => ({
    ...{ version: 'version-1', retirement, replacedBy: 'run-0' as Run },
    ...{ replacedAt: instant(0), unusedSince: instant(0) },
  });
  const retiring: Batch = {
    ...batch,
    secrets: [plannedWith({ ...a, old: old('deactivate') }), plannedWith({ ...b, old: old('delete') })],
  };
  const claims = [
    { arn: 'arn:a', name: 'prod/low/a', kind: 'retired', did: 'deactivate', versionId: 'version-2' },
    { arn: 'arn:b', name: 'prod/low/b', kind: 'retired', did: 'delete', versionId: 'version-2' },
  ] as const satisfies readonly Claim[];
  const rejected = (secret: typeof a, state: 'inactive' | 'gone'): Sighting => ({
    ...seen(secret, 'version-2'),
    old: { state, answer: 'rejected' },
  });
  const judged = (...now: readonly Sighting[]) =>
    judgeWave(waveOf({ ...recordOf(turned(...claims), now), batch: retiring }), calm);

  it('deactivated one and deleted the other, and both are seen to be rejected', () => {
    const { secrets, verification } = judged(rejected(a, 'inactive'), rejected(b, 'gone'));
    assert.deepEqual(secrets, [
      { arn: 'arn:a', name: 'prod/low/a', kind: 'deactivated', reason: undefined },
      { arn: 'arn:b', name: 'prod/low/b', kind: 'deleted', reason: undefined },
    ]);
    assert.deepEqual(verification, { claims: 2, confirmed: 2, contradicted: 0 });
  });

  it('is not confirmed where the old credential still opens the door, or nobody tried it (S10)', () => {
    const accepted = { ...rejected(a, 'inactive'), old: { state: 'inactive', answer: 'accepted' } } as const;
    assert.deepEqual(judged(accepted, seen(b, 'version-2')).verification, { claims: 2, confirmed: 0, contradicted: 2 });
  });
});
