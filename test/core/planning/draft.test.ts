import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  candidateBatches,
  type Fact,
  judgeFact,
  type OldFact,
  preflightReasons,
} from '../../../core/planning/draft.ts';
import { asOf, at, selectedWith } from '../../entries.ts';
import { run } from './batches.ts';

const candidate = selectedWith();
const good: Fact = {
  arn: candidate.arn,
  name: candidate.name,
  versionId: 'version-2',
  createdAt: at('2026-08-20T00:00:00Z'),
  malformed: undefined,
  account: 'sha256:account',
  answer: 'accepted',
};
const bounds = { asOf, minimumAgeHours: 24 };
const judged = (fact: Partial<Fact>, ...others: readonly Fact[]) =>
  judgeFact(candidate, [{ ...good, ...fact }, ...others], bounds);

const restorable = (before: Fact['before'] | undefined, fact: Partial<Fact> = {}) => {
  const { arn, expirationDate } = candidate;
  const facts = [{ ...good, ...fact, ...(before === undefined ? {} : { before }), arn }];
  return judgeFact({ ...candidate, before: { version: 'version-1', expirationDate } }, facts, bounds);
};

describe('what the preflight saw of a candidate (S4)', () => {
  it('speaks not against it when everything is as it must be', () => {
    assert.deepEqual(judged({}), []);
  });

  it('speaks against it when there is nothing of it', () => {
    assert.deepEqual(judgeFact(candidate, [], bounds), ['unprobed']);
    assert.deepEqual(judgeFact(candidate, [{ ...good, arn: 'arn:other' }], bounds), ['unprobed']);
  });

  it('speaks against a value that could not be read, and then nothing else is said', () => {
    assert.deepEqual(judged({ versionId: undefined, answer: 'unknown' }), ['unreadable']);
    assert.deepEqual(judged({ createdAt: undefined, answer: 'unknown' }), ['unreadable']);
  });

  it('speaks against another version than the one that was listed (S3)', () => {
    assert.deepEqual(judged({ versionId: 'version-9' }), ['versionMoved']);
  });

  it('speaks against a version younger than the minimum age, and not against one exactly as old (S3)', () => {
    assert.deepEqual(judged({ createdAt: at('2026-11-17T19:15:00Z') }), []);
    assert.deepEqual(judged({ createdAt: at('2026-11-17T19:15:00.001Z') }), ['tooYoung']);
    assert.deepEqual(judged({ createdAt: at('2026-11-20T00:00:00Z') }), ['tooYoung'], 'made in the future');
  });

  it('speaks against a malformed value, and does not count what could then not be asked', () => {
    assert.deepEqual(judged({ malformed: 'notJson', account: undefined, answer: 'unknown' }), ['valueMalformed']);
    assert.deepEqual(judged({ malformed: 'notJson', versionId: 'version-9' }), ['versionMoved', 'valueMalformed']);
  });

  it('speaks against an account that another candidate has, too', () => {
    const other: Fact = { ...good, arn: 'arn:other', name: 'other' };
    assert.deepEqual(judged({}, other), ['accountShared']);
    assert.deepEqual(judgeFact(selectedWith({ arn: 'arn:other' }), [good, other], bounds), ['accountShared']);
    assert.deepEqual(judged({}, { ...other, account: 'sha256:another' }), []);
    assert.deepEqual(judged({}, { ...other, account: undefined, malformed: 'notJson' }), []);
  });

  it('speaks against a credential that does not authenticate to begin with, or may not (S4)', () => {
    assert.deepEqual(judged({ answer: 'rejected' }), ['currentRejected']);
    assert.deepEqual(judged({ answer: 'unknown' }), ['currentUnknown']);
  });

  it('lists everything that speaks against it', () => {
    const everything: Partial<Fact> = { versionId: 'version-9', createdAt: asOf, answer: 'rejected' };
    assert.deepEqual(judged(everything, { ...good, arn: 'arn:other' }), [
      'versionMoved',
      'tooYoung',
      'accountShared',
      'currentRejected',
    ]);
  });

  it('speaks against restoring what its target does not accept as it is', () => {
    assert.deepEqual(restorable({ kind: 'fit', answer: 'accepted' }), []);
    assert.deepEqual(restorable({ kind: 'fit', answer: 'rejected' }), ['beforeRejected']);
    assert.deepEqual(restorable({ kind: 'fit', answer: 'unknown' }), ['beforeUnknown']);
    assert.deepEqual(restorable({ kind: 'unread', answer: 'unknown' }), ['beforeUnknown']);
    assert.deepEqual(restorable({ kind: 'gone', answer: 'unknown' }), ['beforeGone']);
    assert.deepEqual(restorable({ kind: 'malformed', answer: 'unknown' }), ['beforeMalformed']);
    assert.deepEqual(restorable(undefined), ['unprobed']);
  });

  it('does not mind how young a version is that a restore undoes', () => {
    assert.deepEqual(restorable({ kind: 'fit', answer: 'accepted' }, { createdAt: asOf }), []);
  });

  const aWeekAgo = at('2026-11-11T19:15:00Z');
  const quiet: OldFact = {
    ...{ identity: 'apart', state: 'active', lastUsed: 'never', answer: 'unasked', account: 'sha256:old' },
  };
  const retirable = (fact: Partial<OldFact> | undefined, retirement: 'deactivate' | 'delete', ...others: Fact[]) => {
    const facts = [{ ...good, ...(fact === undefined ? {} : { old: { ...quiet, ...fact } }) }, ...others];
    const old = { version: 'version-1', retirement, replacedBy: run, replacedAt: aWeekAgo, unusedSince: aWeekAgo };
    return judgeFact({ ...candidate, old }, facts, bounds);
  };

  it('speaks not against retiring what its target knows to be out of use (S7)', () => {
    assert.deepEqual(retirable({}, 'deactivate'), []);
    assert.deepEqual(retirable({ lastUsed: at('2026-11-11T19:14:59.999Z') }, 'deactivate'), []);
    assert.deepEqual(retirable({ state: 'inactive', answer: 'rejected' }, 'delete'), []);
  });

  it('speaks against retiring whatever is used, unclear, or not as the plan would have it (S7)', () => {
    assert.deepEqual(retirable(undefined, 'deactivate'), ['unprobed']);
    assert.deepEqual(retirable({ identity: 'same' }, 'deactivate'), ['sameCredential']);
    assert.deepEqual(retirable({ identity: 'unreadable' }, 'deactivate'), ['oldUnreadable']);
    assert.deepEqual(retirable({ state: 'unknown', lastUsed: 'unknown' }, 'deactivate'), [
      'standingUnknown',
      'useUnknown',
    ]);
    assert.deepEqual(retirable({ lastUsed: aWeekAgo }, 'deactivate'), ['stillUsed']);
    assert.deepEqual(retirable({ lastUsed: 'unknown' }, 'deactivate'), ['useUnknown']);
    assert.deepEqual(retirable({ state: 'gone' }, 'deactivate'), ['goneAlready']);
    assert.deepEqual(retirable({ state: 'inactive', answer: 'rejected' }, 'deactivate'), ['inactiveAlready']);
    assert.deepEqual(retirable({ answer: 'rejected' }, 'delete'), ['activeAgain']);
    assert.deepEqual(retirable({ state: 'inactive', answer: 'accepted' }, 'delete'), ['oldAccepted']);
    assert.deepEqual(retirable({ state: 'inactive', answer: 'unknown' }, 'delete'), ['oldUnknown']);
  });

  it('speaks against retiring what another secret of the plan holds, as its current or its old credential (S7)', () => {
    const current: Fact = { ...good, arn: 'arn:other', account: 'sha256:old' };
    const old: Fact = { ...good, arn: 'arn:other', account: 'sha256:else', old: quiet };
    for (const other of [current, old]) assert.deepEqual(retirable({}, 'deactivate', other), ['oldShared']);
    assert.deepEqual(retirable({}, 'deactivate', { ...good, arn: 'arn:other', account: 'sha256:else' }), []);
  });

  it('has no reason that cannot come about', () => {
    const found = [
      ...judgeFact(candidate, [], bounds),
      ...judged({ versionId: undefined }),
      ...judged({ malformed: 'notJson' }),
      ...judged({ versionId: 'version-9', createdAt: asOf, answer: 'rejected' }, { ...good, arn: 'arn:other' }),
      ...judged({ answer: 'unknown' }),
      ...restorable({ kind: 'gone', answer: 'unknown' }),
      ...restorable({ kind: 'malformed', answer: 'unknown' }),
      ...restorable({ kind: 'fit', answer: 'rejected' }),
      ...restorable({ kind: 'unread', answer: 'unknown' }),
      ...retirable({ identity: 'same' }, 'deactivate'),
      ...retirable({ identity: 'unreadable' }, 'deactivate'),
      ...retirable({ state: 'unknown', lastUsed: aWeekAgo }, 'deactivate', { ...good, arn: 'arn:other', old: quiet }),
      ...retirable({ state: 'gone', lastUsed: 'unknown', answer: 'accepted' }, 'delete'),
      ...retirable({ state: 'inactive' }, 'deactivate'),
      ...retirable({ answer: 'unknown' }, 'delete'),
    ];
    assert.deepEqual([...new Set(found)].sort(), Object.keys(preflightReasons).sort());
  });
});

describe('candidates, laid out for the preflight', () => {
  const many = (count: number, tier: string) =>
    Array.from({ length: count }, (_, n) => selectedWith({ name: `prod/${tier}/${n}`, arn: `arn:${tier}:${n}`, tier }));
  const sizes = (batches: ReturnType<typeof candidateBatches>) =>
    batches.map(({ tier, index, secrets }) => [tier, index, secrets.length]);

  it('are none when nothing was selected', () => {
    assert.deepEqual(candidateBatches(run, []), []);
  });

  it('are at most twenty at a time, since no more are read at once', () => {
    assert.deepEqual(sizes(candidateBatches(run, many(20, 'low'))), [['low', 0, 20]]);
    assert.deepEqual(sizes(candidateBatches(run, many(21, 'low'))), [
      ['low', 0, 20],
      ['low', 1, 1],
    ]);
  });

  it('are of one tier each, since no function reaches two (S9)', () => {
    const mixed = [
      ...many(2, 'low'),
      ...many(1, 'high'),
      ...many(1, 'low').map((one) => ({ ...one, arn: 'arn:last' })),
    ];
    assert.deepEqual(sizes(candidateBatches(run, mixed)), [
      ['low', 0, 3],
      ['high', 1, 1],
    ]);
  });

  it('are all there, each once, whatever the tiers', () => {
    const tiers = fc.array(fc.constantFrom('low', 'medium', 'high'), { maxLength: 70 });
    fc.assert(
      fc.property(tiers, (drawn) => {
        const selected = drawn.map((tier, n) => selectedWith({ arn: `arn:${n}`, tier }));
        const batches = candidateBatches(run, selected);
        assert.deepEqual(
          batches.flatMap(({ secrets }) => secrets.map(({ arn }) => arn)).sort(),
          selected.map(({ arn }) => arn).sort(),
        );
        assert.ok(batches.every(({ tier, secrets }) => secrets.every((secret) => secret.tier === tier)));
        assert.ok(batches.every(({ index, secrets }, at) => index === at && secrets.length <= 20));
      }),
    );
  });
});
