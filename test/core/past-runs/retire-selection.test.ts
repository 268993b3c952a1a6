/*
 * Goal: what is retired was replaced by a finished run, long enough ago, and two looks that share no code say so (S7, S2).
 *
 * Method: an archive with the documents of a rotation and of a retirement; then one thing is otherwise.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import type { FinishedRun } from '../../../core/past-runs/history.ts';
import { readReplaced, selectRetired } from '../../../core/past-runs/retire-selection.ts';
import { lookAgainAtOld } from '../../../core/past-runs/second-retire.ts';
import type { OldCredential, PlannedSecret, Run } from '../../../core/plan.ts';
import { judgeAgain } from '../../../core/selection/second-judgement.ts';
import type { SelectedSecret } from '../../../core/selection/selection.ts';
import type { Settings } from '../../../core/settings.ts';
import { decisionOf } from '../../decisions.ts';
import { arnOf, asOf, at, entryWith, selectedWith, tagsWith } from '../../entries.ts';
import { Documents } from './finished-runs.ts';
import {
  deactivatedAt,
  deactivatedThen,
  justAfter,
  retirement,
  rotated,
  rotatedAt,
  rotation,
  settings,
  twoWeeksAgo,
  unusedSince,
  weekAgo,
} from './old-credentials.ts';

async function select(documents: Documents, entry = entryWith(), given = settings, run = 'retirement-9' as Run) {
  const replaced = await readReplaced(documents, sha256, documents.history);
  return selectRetired({ run, hash: sha256, replaced, entries: [entry], quarantine: {}, settings: given, asOf });
}

const leftAlone = async (...given: Parameters<typeof select>) => {
  const { selected, leftAlone } = await select(...given);
  assert.deepEqual(selected, []);
  return leftAlone.map(({ reason }) => reason);
};

/** Both looks at one plan: what the first selected, the second confirms. */
async function selectedTwice(...given: Parameters<typeof select>): Promise<readonly SelectedSecret[]> {
  const { selected } = await select(...given);
  const [documents, entry = entryWith()] = given;
  const grounds = await lookAgainAtOld(documents, sha256, selected, settings);
  assert.deepEqual(judgeAgain(selected, [entry], settings, asOf, [], grounds), []);
  return selected;
}

describe('S7: what is selected for retiring', () => {
  it('is deactivated from the very end of the grace period on, and not a millisecond before', async () => {
    const [selected] = await selectedTwice(rotatedAt(weekAgo));
    const old: OldCredential = {
      version: 'version-1',
      retirement: 'deactivate',
      replacedBy: rotation,
      replacedAt: weekAgo,
      unusedSince: weekAgo,
    };
    assert.deepEqual(selected, { ...selectedWith(), old });
    const kept = {
      ...{ name: selected?.name, arn: selected?.arn },
      reason: 'replacedLately',
      reasons: ['replacedLately'],
    };
    assert.deepEqual(await select(rotatedAt(justAfter(weekAgo))), { selected: [], leftAlone: [kept] });
  });

  it('is deleted from the very end of the second grace period on, and not a millisecond before', async () => {
    const [selected] = await selectedTwice(deactivatedAt(twoWeeksAgo));
    assert.deepEqual(selected?.old, {
      version: 'version-1',
      retirement: 'delete',
      replacedBy: rotation,
      replacedAt: at('2026-10-01T00:00:00Z'),
      unusedSince,
      deactivatedBy: retirement,
      deactivatedAt: twoWeeksAgo,
    });
    assert.deepEqual(await leftAlone(deactivatedAt(justAfter(twoWeeksAgo))), ['deactivatedLately']);
  });

  it('is nothing of a rotation that went back, or of one that touched nothing', async () => {
    for (const kind of ['rolledBack', 'held', 'untouched']) {
      assert.deepEqual(await select(rotatedAt(weekAgo, kind)), { selected: [], leftAlone: [] });
    }
  });

  it('is deactivated once more where a retirement was sent back', async () => {
    const [selected] = await selectedTwice(deactivatedAt(twoWeeksAgo, 'rolledBack'));
    assert.equal(selected?.old?.retirement, 'deactivate');
  });

  it('is deactivated where a retirement of others left it as it was', async () => {
    const other = { ...deactivatedThen, arn: 'arn:other', name: 'prod/low/other' };
    for (const kind of ['rolledBack', 'held', 'untouched', 'leftAlone']) {
      const documents = rotatedAt(at('2026-10-01T00:00:00Z')).add(
        retirement,
        'retire',
        deactivatedThen,
        kind,
        twoWeeksAgo,
        [other, 'deactivated'],
      );
      const [selected] = await selectedTwice(documents);
      assert.equal(selected?.old?.retirement, 'deactivate');
    }
  });

  it('is nothing that was deactivated without being known to have been replaced', async () => {
    const documents = new Documents().add(retirement, 'retire', deactivatedThen, 'deactivated', twoWeeksAgo);
    assert.deepEqual(await select(documents), { selected: [], leftAlone: [] });
  });

  it('is read from no run that touched nothing', async () => {
    const documents = rotatedAt(weekAgo, 'rolledBack');
    documents.fetch = async () => assert.fail('nothing is read');
    const [run] = documents.history;
    assert.ok(run !== undefined);
    const audited: FinishedRun = { ...run, mode: 'audit', rotated: 1 };
    assert.deepEqual(await readReplaced(documents, sha256, [run, audited]), []);
  });

  it('is each secret by itself', async () => {
    const name = 'prod/low/orders/other';
    const other: PlannedSecret = { ...rotated, name, arn: arnOf(name), currentVersion: 'version-7' };
    const documents = rotatedAt(at('2026-10-01T00:00:00Z')).add(
      'rotation-2' as Run,
      'rotate',
      other,
      'rotated',
      weekAgo,
    );
    const replaced = await readReplaced(documents, sha256, documents.history);
    const entries = [entryWith({ name, versions: { 'version-8': ['AWSCURRENT'] } }), entryWith()];
    const material = { run: retirement, hash: sha256, replaced, entries, quarantine: {}, settings, asOf };
    assert.deepEqual(
      selectRetired(material).selected.map((one) => [one.name, one.currentVersion, one.old?.version]),
      [
        ['prod/low/orders/api-key', 'version-2', 'version-1'],
        ['prod/low/orders/other', 'version-8', 'version-7'],
      ],
    );
  });

  it('is read the oldest first, by when each was replaced last', async () => {
    const again: PlannedSecret = { ...rotated, newVersion: 'version-3' };
    const documents = rotatedAt(at('2026-10-01T00:00:00Z'))
      .add('rotation-2' as Run, 'rotate', { ...rotated, currentVersion: 'version-2' }, 'rotated', twoWeeksAgo)
      .add('rotation-3' as Run, 'rotate', again, 'rotated', weekAgo);
    assert.deepEqual(
      (await readReplaced(documents, sha256, documents.history)).map(({ version }) => version),
      ['version-2', 'version-1'],
    );
  });

  it('is nothing more once it was deleted', async () => {
    const documents = deactivatedAt(twoWeeksAgo).add(
      'retirement-2' as Run,
      'retire',
      { ...deactivatedThen, old: { ...(deactivatedThen.old as OldCredential), retirement: 'delete' } },
      'deleted',
      at('2026-11-16T00:00:00Z'),
    );
    assert.deepEqual(await select(documents), { selected: [], leftAlone: [] });
  });

  it('is nothing that is AWSCURRENT again', async () => {
    const restored = entryWith({ versions: { 'version-1': ['AWSCURRENT'], 'version-2': ['AWSPREVIOUS'] } });
    assert.deepEqual(await leftAlone(rotatedAt(weekAgo), restored), ['currentAgain']);
  });

  it('is what a restore left behind, too', async () => {
    const back: PlannedSecret = { ...rotated, currentVersion: 'version-2', newVersion: 'version-1' };
    const documents = rotatedAt(at('2026-10-01T00:00:00Z')).add(
      'restore-1' as Run,
      'restore',
      back,
      'rotated',
      weekAgo,
    );
    const restored = entryWith({ versions: { 'version-1': ['AWSCURRENT'], 'version-2': ['AWSPREVIOUS'] } });
    const [selected] = await selectedTwice(documents, restored);
    assert.deepEqual([selected?.currentVersion, selected?.old?.version], ['version-1', 'version-2']);
  });

  it('is nothing where the target has no old credential beside the new one, and it says so', async () => {
    const pair = { rotator: 'postgres', probe: 'postgres' };
    const secret: PlannedSecret = { ...rotated, ...pair, strategy: 'alternate' };
    const documents = new Documents().add(rotation, 'rotate', secret, 'rotated', weekAgo);
    assert.deepEqual(await leftAlone(documents, entryWith({ tags: tagsWith(pair) })), ['nothingToRetire']);
  });

  it('is nothing whose rotator was changed since', async () => {
    const given = { ...settings, rotators: { ...settings.rotators, other: settings.rotators['http-api-key'] } };
    const entry = entryWith({ tags: tagsWith({ rotator: 'other' }) });
    assert.deepEqual(await leftAlone(rotatedAt(weekAgo), entry, given as Settings), ['retagged']);
  });

  it('is nothing that is unclear or quarantined, whatever was replaced of it (S4)', async () => {
    const owned = entryWith({ owningService: 'rds' });
    assert.deepEqual(await leftAlone(rotatedAt(weekAgo), owned), ['ownedByService']);
    const replaced = await readReplaced(rotatedAt(weekAgo), sha256, rotatedAt(weekAgo).history);
    const { arn, name } = selectedWith();
    const quarantine = { [arn]: { name, run: rotation, reason: 'held', at: weekAgo } };
    const { selected, leftAlone: alone } = selectRetired({
      run: 'retirement-9' as Run,
      hash: sha256,
      replaced,
      entries: [entryWith()],
      quarantine,
      settings,
      asOf,
    });
    assert.deepEqual([selected, alone.map(({ reason }) => reason)], [[], ['quarantined']]);
  });

  it('believes no plan that is not what was approved, to the byte', async () => {
    const documents = rotatedAt(weekAgo);
    const key = `runs/${rotation}/waves/1.jsonl`;
    documents.texts.set(key, (documents.texts.get(key) ?? '').replace('version-1', 'version-9'));
    assert.deepEqual(await select(documents), { selected: [], leftAlone: [] });
    const other = { ...rotated, arn: 'arn:other', name: 'prod/low/other' };
    const two = new Documents().add(rotation, 'rotate', rotated, 'rotated', weekAgo, [other, 'rotated']);
    two.texts.set(key, (two.texts.get(key) ?? '').replace('arn:other', 'arn:another'));
    assert.deepEqual(await select(two), { selected: [], leftAlone: [] });
  });

  it('believes no run that nobody approved, that one approved as another plan, or that has no report', async () => {
    const key = `runs/${rotation}/decision.json`;
    const approved = rotatedAt(weekAgo).texts.get(key) ?? '';
    const digest = `sha256:${'0'.repeat(64)}`;
    const { answers } = JSON.parse(approved);
    const [{ answer, seal }] = answers;
    for (const decision of [
      JSON.stringify(decisionOf({ ...answer, decision: 'rejected', reason: 'no' })),
      JSON.stringify({ decision: 'approved', answers: [...answers, { answer: { ...answer, digest }, seal }] }),
      'no decision',
    ]) {
      const documents = rotatedAt(weekAgo);
      documents.texts.set(key, decision);
      assert.deepEqual(await select(documents), { selected: [], leftAlone: [] });
    }
    for (const gone of [key, `runs/${rotation}/report.json`]) {
      const documents = rotatedAt(weekAgo);
      documents.texts.delete(gone);
      assert.deepEqual(await select(documents), { selected: [], leftAlone: [] });
    }
  });

  it('is one old credential of a secret at a time, and each has its turn: one that is kept stands before no other', async () => {
    const next: PlannedSecret = { ...rotated, currentVersion: 'version-2', newVersion: 'version-3' };
    const documents = rotatedAt(at('2026-10-01T00:00:00Z')).add(
      'rotation-2' as Run,
      'rotate',
      next,
      'rotated',
      weekAgo,
    );
    const entry = entryWith({ versions: { 'version-3': ['AWSCURRENT'], 'version-2': ['AWSPREVIOUS'] } });
    const versionsIn = async (run: string) =>
      (await selectedTwice(documents, entry, settings, run as Run)).map(({ old }) => old?.version);
    const turns = [];
    for (let week = 1; week <= 8; week += 1) turns.push(await versionsIn(`retirement-${week}`));
    assert.ok(turns.every((versions) => versions.length === 1));
    assert.deepEqual([...new Set(turns.flat())].toSorted(), ['version-1', 'version-2']);
    assert.deepEqual(await versionsIn('retirement-1'), turns[0]);
  });
});
