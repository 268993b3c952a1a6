import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import type { OldCredential, Run } from '../../../core/plan.ts';
import { type BatchAnswer, type NotStarted, notStarted } from '../../../core/verdict/claim.ts';
import { judgeBatch, type Sighting } from '../../../core/verdict/probe.ts';
import { type BatchRecord, judgeWayBack, outcomeOfWayBack, type WaveRecord } from '../../../core/verdict/verdict.ts';
import { a, b, back, batch, failed, leftAlone, plannedWith, rotated, seen, turned } from '../planning/batches.ts';

const forward = turned(rotated(a), failed(b));
const isBack = [seen(a, 'version-2'), seen(b, 'version-2')];
const wentBack = turned(back(a), back(b, false));

const recordOf = (
  answer: BatchAnswer | undefined,
  sightings: readonly Sighting[] = isBack,
  before: BatchAnswer | undefined = forward,
): BatchRecord => ({
  batch,
  genuine: true,
  rotated: judgeBatch(batch, before, [seen(a), seen(b, 'version-2')]),
  later: answer && judgeBatch(batch, answer, sightings),
});
const waveOf = (...batches: readonly BatchRecord[]): WaveRecord => ({
  wave: 1,
  judgedAt: instant(1_000),
  batches,
  missing: [],
});
const judged = (record: BatchRecord) => {
  const verdict = judgeWayBack(waveOf(record), ['why']);
  const kinds = verdict.secrets.map(({ kind, reason }) => [kind, reason]);
  return [outcomeOfWayBack(verdict, waveOf(record)), ...kinds];
};
const refused = (reason: NotStarted): BatchAnswer => ({ kind: 'notStarted', reason });

describe('a wave that was sent back', () => {
  it('is back when every secret is claimed and seen to be', () => {
    const { verdict, reasons, verification } = judgeWayBack(waveOf(recordOf(wentBack)), ['why']);
    assert.deepEqual([verdict, reasons], ['back', ['why']]);
    assert.deepEqual(verification, { claims: 1, confirmed: 1, contradicted: 0 });
    assert.deepEqual(judged(recordOf(wentBack)), ['rolled-back', ['rolledBack', undefined], ['untouched', undefined]]);
  });

  it('is held for a single secret that could not be sent back, and says which (S6)', () => {
    const record = recordOf(turned(back(a), failed(b)));
    assert.deepEqual(judged(record), ['halted', ['rolledBack', undefined], ['held', 'newRejected']]);
    assert.deepEqual(judgeWayBack(waveOf(record), ['why']).reasons, ['why', 'held: prod/low/b: newRejected']);
  });

  it('holds a secret that is seen elsewhere than it is claimed to be (S10)', () => {
    const record = recordOf(wentBack, [seen(a, 'version-3'), seen(b, 'version-2')]);
    assert.deepEqual(judged(record), ['halted', ['held', 'claimContradicted: prod/low/a'], ['untouched', undefined]]);
  });

  it('holds a secret whose target does not accept what it went back to (S5)', () => {
    const record = recordOf(wentBack, [seen(a, 'version-2', 'unknown'), seen(b, 'version-2', 'rejected')]);
    assert.deepEqual(judged(record), ['halted', ['held', 'unknown: prod/low/a'], ['held', 'rejected: prod/low/b']]);
  });

  it('holds everything of a batch that gave no answer, or that nobody looked at (S6)', () => {
    assert.deepEqual(judged(recordOf(undefined)), ['halted', ['held', 'noAnswer'], ['held', 'noAnswer']]);
    assert.deepEqual(judged(recordOf({ kind: 'failed', error: 'Timeout' })), [
      'halted',
      ['held', 'noAnswer: Timeout'],
      ['held', 'noAnswer: Timeout'],
    ]);
  });

  it('holds a secret that nothing is claimed of, or something else than being back', () => {
    assert.deepEqual(judged(recordOf(turned(back(a)))), [
      'halted',
      ['rolledBack', undefined],
      ['held', 'unclaimed: prod/low/b'],
    ]);
    assert.deepEqual(judged(recordOf(turned(rotated(a), leftAlone(b)), [seen(a), seen(b, 'version-2')])), [
      'halted',
      ['held', 'noAnswer'],
      ['held', 'noAnswer'],
    ]);
  });

  it('is held when a batch of the plan is missing (S1)', () => {
    const wave = { ...waveOf(recordOf(wentBack)), missing: [1] };
    const verdict = judgeWayBack(wave, ['why']);
    assert.deepEqual([verdict.verdict, verdict.reasons], ['held', ['why', 'batchMissing: batch 1']]);
    assert.equal(outcomeOfWayBack(verdict, wave), 'halted');
  });
});

describe('a wave of a restore that was sent back', () => {
  const before = { version: 'version-1', expirationDate: '2026-11-13' };
  const restoring = { ...batch, secrets: [plannedWith({ ...a, before }), plannedWith({ ...b, before })] };
  const bothBack = turned(back(a), back(b));
  const kindsOf = (begun: BatchAnswer | undefined) =>
    judgeWayBack(waveOf({ ...recordOf(bothBack, isBack, begun), batch: restoring }), []).secrets.map(
      ({ kind }) => kind,
    );

  it('touched nothing that it did not begin with, wherever the way back found it', () => {
    assert.deepEqual(kindsOf(refused('switchOff')), ['untouched', 'untouched']);
    assert.deepEqual(kindsOf(turned(rotated(a), leftAlone(b))), ['rolledBack', 'untouched']);
  });

  it('may have touched all of which nobody knows', () => {
    assert.deepEqual(kindsOf(undefined), ['rolledBack', 'rolledBack']);
    assert.deepEqual(kindsOf({ kind: 'failed', error: 'Timeout' }), ['rolledBack', 'rolledBack']);
    assert.deepEqual(kindsOf(turned(rotated(a))), ['rolledBack', 'rolledBack']);
  });
});

describe('a wave of a retirement that was sent back', () => {
  const old: OldCredential = {
    ...{ version: 'version-1', retirement: 'deactivate', replacedBy: 'run-0' as Run },
    ...{ replacedAt: instant(0), unusedSince: instant(0) },
  };
  const retiring = { ...batch, secrets: [plannedWith({ ...a, old }), plannedWith({ ...b, old })] };
  const accepted = isBack.map((one) => ({ ...one, old: { state: 'active', answer: 'accepted' } as const }));
  const kindsOf = (begun: BatchAnswer | undefined) => {
    const later = judgeBatch(retiring, turned(back(a, false), back(b, false)), accepted);
    const record = { ...recordOf(undefined, [], begun), batch: retiring, later };
    return judgeWayBack(waveOf(record), []).secrets.map(({ kind }) => kind);
  };

  it('went back wherever it was begun, though the way back found nothing to do', () => {
    assert.deepEqual(kindsOf(turned(leftAlone(a), failed(b))), ['untouched', 'rolledBack']);
    assert.deepEqual(kindsOf(refused('switchOff')), ['untouched', 'untouched']);
  });
});

describe('a wave of which nobody knows how it went forward', () => {
  it('is back where it is seen to be', () => {
    const unknown = { ...recordOf(wentBack), rotated: undefined };
    assert.deepEqual(judged(unknown), ['rolled-back', ['rolledBack', undefined], ['untouched', undefined]]);
    assert.deepEqual(judgeWayBack(waveOf(unknown), []).verification, { claims: 0, confirmed: 0, contradicted: 0 });
  });

  it('is back where the way back found something, though it says that it was never begun', () => {
    const record = recordOf(wentBack, isBack, refused('switchOff'));
    assert.deepEqual(judged(record), ['rolled-back', ['rolledBack', undefined], ['untouched', undefined]]);
  });
});

describe('how a run ends whose batch was refused', () => {
  const tampering = [
    'approvalMissing',
    'waveApprovalMissing',
    'notApproved',
    'sealBroken',
    'otherRun',
    'otherPlan',
    'otherScope',
    'selfApproved',
    'tooFewApprovals',
    'notSignedIn',
    'decidedTooLate',
    'notAdmitted',
    'runOver',
    'batchNotInPlan',
    'otherMode',
    'otherTier',
  ];

  for (const reason of Object.keys(notStarted) as NotStarted[]) {
    const tampered = tampering.includes(reason);
    it(`for ${reason} on its way forward, and went back: ${tampered ? 'halted' : 'rolled back'}`, () => {
      const record = recordOf(turned(back(a, false), back(b, false)), isBack, refused(reason));
      assert.deepEqual(judged(record), [
        tampered ? 'halted' : 'rolled-back',
        ['untouched', undefined],
        ['untouched', undefined],
      ]);
    });
  }

  it('both ways by a forgery: halted, with nothing held, since nothing was ever begun (S1)', () => {
    const record = recordOf(refused('batchNotInPlan'), [], refused('batchNotInPlan'));
    assert.deepEqual(judged(record), ['halted', ['untouched', 'batchNotInPlan'], ['untouched', 'batchNotInPlan']]);
    assert.equal(judgeWayBack(waveOf(record), []).verdict, 'back');
  });

  it('only on its way back: halted and held, since it was begun (S1)', () => {
    assert.deepEqual(judged(recordOf(refused('sealBroken'), [])), [
      'halted',
      ['held', 'notStarted: sealBroken'],
      ['held', 'notStarted: sealBroken'],
    ]);
  });
});
