import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { instant } from '../../../core/instant.ts';
import type { OldCredential } from '../../../core/plan.ts';
import type { BatchAnswer, Claim } from '../../../core/verdict/claim.ts';
import { doubts, judgeBatch, type Sighting, sayDoubt } from '../../../core/verdict/probe.ts';
import {
  a,
  b,
  back,
  batch,
  failed,
  leftAlone,
  plannedWith,
  rotated,
  run,
  seen,
  turned,
  unseen,
} from '../planning/batches.ts';

const doubtsOf = (answer: BatchAnswer | undefined, sightings: readonly Sighting[]): unknown[] =>
  judgeBatch(batch, answer, sightings).doubts.map(sayDoubt);

describe('holding a batch’s claims against what was seen (S10)', () => {
  it('finds no doubt when every secret is on its planned version, and accepted', () => {
    assert.deepEqual(doubtsOf(turned(rotated(a), rotated(b)), [seen(a), seen(b)]), []);
    assert.deepEqual(doubtsOf(turned(back(a), back(b, false)), [seen(a, 'version-2'), seen(b, 'version-2')]), []);
  });

  it('keeps answer and sightings beside the doubts, as evidence', () => {
    const [answer, sightings] = [turned(rotated(a), rotated(b)), [seen(a), seen(b)]];
    assert.deepEqual(judgeBatch(batch, answer, sightings), { answer, sightings, doubts: [] });
  });

  it('doubts a batch without an answer, whatever is seen of it', () => {
    assert.deepEqual(doubtsOf(undefined, [seen(a), seen(b)]), ['noAnswer']);
    assert.deepEqual(doubtsOf({ kind: 'failed', error: 'Timeout' }, [seen(a), seen(b)]), ['noAnswer: Timeout']);
  });

  it('doubts a batch that did not start, and says why it did not', () => {
    assert.deepEqual(doubtsOf({ kind: 'notStarted', reason: 'switchOff' }, []), ['notStarted: switchOff']);
  });

  it('doubts a secret that nothing is claimed of, and one that failed', () => {
    assert.deepEqual(doubtsOf(turned(rotated(a)), [seen(a), seen(b)]), ['unclaimed: prod/low/b']);
    assert.deepEqual(doubtsOf(turned(rotated(a), failed(b)), [seen(a), seen(b)]), ['failed: prod/low/b: newRejected']);
  });

  it('does not take a claim of another secret for one of this', () => {
    const stranger = { ...rotated(b), arn: 'arn:stranger' };
    assert.deepEqual(doubtsOf(turned(rotated(a), stranger), [seen(a), seen(b)]), ['unclaimed: prod/low/b']);
  });

  it('doubts a claim of a version that the plan does not name, even when it is current', () => {
    assert.deepEqual(doubtsOf(turned(rotated(a, 'version-9'), rotated(b)), [seen(a, 'version-9'), seen(b)]), [
      'claimNotPlanned: prod/low/a',
    ]);
    // Planned for the other direction does not count.
    assert.deepEqual(doubtsOf(turned(rotated(a, 'version-2'), rotated(b)), [seen(a, 'version-2'), seen(b)]), [
      'claimNotPlanned: prod/low/a',
    ]);
    assert.deepEqual(doubtsOf(turned(back(a, true, 'version-3'), back(b)), [seen(a), seen(b, 'version-2')]), [
      'claimNotPlanned: prod/low/a',
    ]);
  });

  it('contradicts a claim when another version is current', () => {
    assert.deepEqual(doubtsOf(turned(rotated(a), rotated(b)), [seen(a, 'version-2'), seen(b)]), [
      'claimContradicted: prod/low/a',
    ]);
    assert.deepEqual(doubtsOf(turned(back(a), back(b)), [seen(a, 'version-3'), seen(b, 'version-2')]), [
      'claimContradicted: prod/low/a',
    ]);
  });

  it('contradicts a claim to have left alone what is on the version that only this run makes', () => {
    assert.deepEqual(doubtsOf(turned(leftAlone(a), rotated(b)), [seen(a), seen(b)]), ['claimContradicted: prod/low/a']);
  });

  it('says nothing of what was left alone otherwise: whose it is, and whether it works, is not this run’s', () => {
    for (const sighting of [seen(a, 'version-2'), seen(a, 'version-9', 'rejected'), unseen(a)]) {
      assert.deepEqual(doubtsOf(turned(leftAlone(a), rotated(b)), [sighting, seen(b)]), []);
    }
  });

  it('doubts what cannot be read, and what nobody looked at', () => {
    assert.deepEqual(doubtsOf(turned(rotated(a), rotated(b)), [unseen(a)]), [
      'unreadable: prod/low/a',
      'unreadable: prod/low/b',
    ]);
  });

  it('takes neither rejected nor unknown for accepted (S6)', () => {
    const sightings = [seen(a, 'version-3', 'rejected'), seen(b, 'version-3', 'unknown')];
    assert.deepEqual(doubtsOf(turned(rotated(a), rotated(b)), sightings), [
      'rejected: prod/low/a',
      'unknown: prod/low/b',
    ]);
  });

  describe('about an old credential (S7)', () => {
    const of = (retirement: OldCredential['retirement']) => {
      const secret = plannedWith({
        ...{ name: 'prod/low/a', arn: 'arn:a', newVersion: 'version-2' },
        old: { version: 'version-1', retirement, replacedBy: run, replacedAt: instant(0), unusedSince: instant(0) },
      });
      const retired: Claim = {
        arn: 'arn:a',
        name: secret.name,
        kind: 'retired',
        did: retirement,
        versionId: 'version-2',
      };
      return (claim: 'retired' | 'back' | 'leftAlone', old: Sighting['old'] | 'nothing seen') => {
        const made = { retired, back: back(secret), leftAlone: leftAlone(secret) }[claim];
        const sighting = { ...seen(secret, 'version-2'), ...(typeof old === 'object' ? { old } : {}) };
        const sightings = old === 'nothing seen' ? [] : [sighting];
        return judgeBatch({ ...batch, secrets: [secret] }, turned(made), sightings).doubts.map(({ kind }) => kind);
      };
    };
    const [deactivation, deletion] = [of('deactivate'), of('delete')];

    it('believes that it was retired only when it is rejected, and deleted only when it is gone', () => {
      assert.deepEqual(deactivation('retired', { state: 'inactive', answer: 'rejected' }), []);
      assert.deepEqual(deactivation('retired', { state: 'active', answer: 'accepted' }), ['oldAccepted']);
      assert.deepEqual(deactivation('retired', { state: 'inactive', answer: 'accepted' }), ['oldAccepted']);
      assert.deepEqual(deactivation('retired', { state: 'inactive', answer: 'unknown' }), ['oldUnknown']);
      assert.deepEqual(deactivation('retired', undefined), ['oldUnknown']);
      assert.deepEqual(deactivation('retired', 'nothing seen'), ['unreadable', 'oldUnknown']);
      assert.deepEqual(deletion('retired', { state: 'gone', answer: 'rejected' }), []);
      assert.deepEqual(deletion('retired', { state: 'inactive', answer: 'rejected' }), ['claimContradicted']);
    });

    it('believes that it was brought back only when it is accepted', () => {
      assert.deepEqual(deactivation('back', { state: 'active', answer: 'accepted' }), []);
      assert.deepEqual(deactivation('back', { state: 'inactive', answer: 'rejected' }), ['oldRejected']);
      assert.deepEqual(deactivation('back', { state: 'active', answer: 'unknown' }), ['oldUnknown']);
      assert.deepEqual(deletion('back', { state: 'inactive', answer: 'rejected' }), []);
      assert.deepEqual(deletion('back', { state: 'gone', answer: 'rejected' }), ['claimContradicted']);
      assert.deepEqual(deletion('back', { state: 'unknown', answer: 'unknown' }), ['oldUnknown']);
      assert.deepEqual(deletion('back', undefined), ['oldUnknown']);
    });

    it('contradicts a claim to have left alone what is further than the plan found it', () => {
      assert.deepEqual(deactivation('leftAlone', { state: 'active', answer: 'accepted' }), []);
      assert.deepEqual(deactivation('leftAlone', { state: 'unknown', answer: 'unknown' }), []);
      for (const old of [undefined, 'nothing seen'] as const) {
        assert.deepEqual([...deactivation('leftAlone', old), ...deletion('leftAlone', old)], []);
      }
      assert.deepEqual(deactivation('leftAlone', { state: 'inactive', answer: 'rejected' }), ['claimContradicted']);
      assert.deepEqual(deletion('leftAlone', { state: 'inactive', answer: 'rejected' }), []);
      assert.deepEqual(deletion('leftAlone', { state: 'gone', answer: 'rejected' }), ['claimContradicted']);
    });
  });

  it('has no doubt that cannot come about', () => {
    const found = [
      ...judgeBatch(batch, undefined, []).doubts,
      ...judgeBatch(batch, { kind: 'notStarted', reason: 'switchOff' }, []).doubts,
      ...judgeBatch(batch, turned(failed(b)), []).doubts,
      ...judgeBatch(batch, turned(rotated(a, 'version-9'), rotated(b)), [seen(a)]).doubts,
      ...judgeBatch(batch, turned(rotated(a), rotated(b)), [seen(a, 'version-3', 'rejected')]).doubts,
      ...judgeBatch(batch, turned(rotated(a), rotated(b)), [seen(a, 'version-3', 'unknown')]).doubts,
    ];
    // Those of old credentials come about above.
    const ofOld = ['oldAccepted', 'oldRejected', 'oldUnknown'];
    assert.deepEqual([...new Set([...found.map(({ kind }) => kind), ...ofOld])].sort(), Object.keys(doubts).sort());
  });

  it('is only ever without a doubt about a rotation that was seen to be accepted', () => {
    const versions = fc.constantFrom('version-2', 'version-3', 'version-9', undefined);
    const answers = fc.constantFrom('accepted' as const, 'rejected' as const, 'unknown' as const);
    const claims = fc.constantFrom<Claim>(rotated(a), rotated(a, 'version-2'), rotated(a, 'version-9'));
    fc.assert(
      fc.property(claims, versions, answers, (claim, versionId, answer) => {
        const sighting: Sighting = { arn: a.arn, name: a.name, versionId, answer };
        const sound = doubtsOf(turned(claim, leftAlone(b)), [sighting]).length === 0;
        if (sound) assert.deepEqual([claim, versionId, answer], [rotated(a), 'version-3', 'accepted']);
      }),
    );
  });
});
