/*
 * Goal: what is retired was replaced by a finished run, long enough ago, and two looks that share no code say so (S7, S2).
 *
 * Method: an archive with the documents of a rotation and of a retirement; then one thing is otherwise.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import type { FinishedRun } from '../../core/history.ts';
import type { Instant } from '../../core/instant.ts';
import type { OldCredential, PlannedSecret, Run } from '../../core/plan.ts';
import { readReplaced, selectRetired } from '../../core/retire-selection.ts';
import { contradictions, expired, judgeAgain } from '../../core/second-judgement.ts';
import { lookAgainAtOld } from '../../core/second-retire.ts';
import type { SelectedSecret } from '../../core/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { answerWith, decisionOf } from '../decisions.ts';
import { arnOf, asOf, at, entryWith, selectedWith, tagsWith } from '../entries.ts';
import { chromepaySettings } from '../settings.ts';
import { Documents } from './finished-runs.ts';

const rotation = 'rotation-1' as Run;
const retirement = 'retirement-1' as Run;
const settings: Settings = { ...chromepaySettings, retirement: { graceDays: 7, deleteAfterDays: 14 } };
/** Seven days and fourteen days before `asOf`, 2026-11-18T19:15:00Z. */
const [weekAgo, twoWeeksAgo] = [at('2026-11-11T19:15:00Z'), at('2026-11-04T19:15:00Z')];
const justAfter = (moment: Instant) => (moment + 1) as Instant;

const rotated: PlannedSecret = {
  ...selectedWith({ currentVersion: 'version-1' }),
  newVersion: 'version-2',
  currentSince: at('2026-08-01T00:00:00Z'),
};
const unusedSince = at('2026-10-20T00:00:00Z');
const deactivatedThen: PlannedSecret = {
  ...selectedWith(),
  newVersion: 'version-2',
  currentSince: at('2026-10-01T00:00:00Z'),
  old: {
    version: 'version-1',
    retirement: 'deactivate',
    replacedBy: rotation,
    replacedAt: at('2026-10-01T00:00:00Z'),
    unusedSince,
  },
};

const rotatedAt = (endedAt: Instant, kind = 'rotated') =>
  new Documents().add(rotation, 'rotate', rotated, kind, endedAt);
const deactivatedAt = (endedAt: Instant, kind = 'deactivated') =>
  rotatedAt(at('2026-10-01T00:00:00Z')).add(retirement, 'retire', deactivatedThen, kind, endedAt);

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

describe('the second look at a retirement', () => {
  const old: OldCredential = {
    version: 'version-1',
    retirement: 'deactivate',
    replacedBy: rotation,
    replacedAt: weekAgo,
    unusedSince: weekAgo,
  };
  const deletion: OldCredential = {
    ...old,
    retirement: 'delete',
    unusedSince,
    deactivatedBy: retirement,
    deactivatedAt: twoWeeksAgo,
  };
  const oldThen = deactivatedThen.old as OldCredential;
  const documentsOf = (mode: 'rotate' | 'retire', secret: PlannedSecret, kind: string) =>
    new Documents().add(rotation, mode, secret, kind, weekAgo);
  const against = async (documents: Documents, candidate: SelectedSecret) =>
    (await lookAgainAtOld(documents, sha256, [candidate], settings))(candidate, asOf);

  it('contradicts whatever the runs that the plan names do not say', async () => {
    const reached: (string | undefined)[] = [];
    for (const [contradiction, documents, candidate] of [
      [undefined, rotatedAt(weekAgo), selectedWith({ old })],
      [undefined, deactivatedAt(twoWeeksAgo), selectedWith({ old: deletion })],
      ['retiresNothing', rotatedAt(weekAgo), selectedWith()],
      ['forgotten', rotatedAt(weekAgo), selectedWith({ old, strategy: 'alternate' })],
      ['oldIsCurrent', rotatedAt(weekAgo), selectedWith({ old: { ...old, version: 'version-2' } })],
      ['notReplaced', new Documents(), selectedWith({ old })],
      ['notReplaced', rotatedAt(weekAgo), selectedWith({ old: { ...old, version: 'version-0' } })],
      ['notReplaced', rotatedAt(weekAgo, 'rolledBack'), selectedWith({ old })],
      ['notReplaced', rotatedAt(weekAgo), selectedWith({ old, arn: 'arn:other' })],
      ['graceNotOver', rotatedAt(justAfter(weekAgo)), selectedWith({ old })],
      ['graceNotOver', rotatedAt(weekAgo), selectedWith({ old: { ...old, unusedSince: justAfter(weekAgo) } })],
      ['graceNotOver', deactivatedAt(justAfter(twoWeeksAgo)), selectedWith({ old: deletion })],
      ['notDeactivated', deactivatedAt(twoWeeksAgo, 'rolledBack'), selectedWith({ old: deletion })],
      ['notDeactivated', deactivatedAt(twoWeeksAgo), selectedWith({ old: { ...deletion, unusedSince: weekAgo } })],
      ['notDeactivated', rotatedAt(weekAgo), selectedWith({ old: { ...deletion, deactivatedBy: rotation } })],
      ['notDeactivated', rotatedAt(weekAgo), selectedWith({ old: deletion })],
      ['notDeactivated', deactivatedAt(twoWeeksAgo), selectedWith({ old: { ...old, retirement: 'delete' } })],
      ['notReplaced', rotatedAt(weekAgo), selectedWith({ old, name: 'prod/low/other' })],
      ['notReplaced', documentsOf('rotate', { ...rotated, newVersion: 'version-1' }, 'rotated'), selectedWith({ old })],
      ['notReplaced', documentsOf('retire', rotated, 'rotated'), selectedWith({ old })],
      ...[
        ['rotate', deactivatedThen],
        ['retire', { ...deactivatedThen, old: { ...oldThen, version: 'version-0' } }],
        ['retire', rotated],
      ].map(([mode, secret]) => {
        const documents = rotatedAt(at('2026-10-01T00:00:00Z'));
        documents.add(retirement, mode as 'rotate', secret as PlannedSecret, 'deactivated', twoWeeksAgo);
        return ['notDeactivated', documents, selectedWith({ old: deletion })] as const;
      }),
    ] as const) {
      assert.equal(await against(documents, candidate), contradiction);
      reached.push(contradiction);
    }
    const ofRetiring = ['retiresNothing', 'oldIsCurrent', 'notReplaced', 'notDeactivated', 'graceNotOver'];
    assert.deepEqual(
      ofRetiring.filter((key) => !reached.includes(key) || !Object.hasOwn(contradictions, key)),
      [],
    );
  });

  it('believes no text but that which was approved', async () => {
    for (const document of ['plan.json', 'waves/1.jsonl', 'decision.json']) {
      const documents = rotatedAt(weekAgo);
      const key = `runs/${rotation}/${document}`;
      documents.texts.set(key, (documents.texts.get(key) ?? '').replace('rotation-1', 'rotation-9'));
      assert.equal(await against(documents, selectedWith({ old })), 'notReplaced');
    }
  });

  it('believes no run of which a document is gone', async () => {
    for (const document of ['plan.json', 'waves/1.jsonl', 'decision.json', 'report.json']) {
      const documents = rotatedAt(weekAgo);
      documents.texts.delete(`runs/${rotation}/${document}`);
      assert.equal(await against(documents, selectedWith({ old })), 'notReplaced');
    }
  });

  it('believes no plan unless all who answered approved it, as this run’s', async () => {
    const [{ answer }] = JSON.parse(rotatedAt(weekAgo).texts.get(`runs/${rotation}/decision.json`) ?? '').answers;
    for (const answers of [
      undefined,
      [],
      [{}],
      [{ answer }, {}],
      ...[{ run: 'rotation-9' }, { digest: 'sha256:other' }, { decision: 'rejected' }].flatMap((other) => [
        [{ answer: { ...answer, ...other } }],
        [{ answer }, { answer: { ...answer, ...other } }],
      ]),
    ]) {
      const documents = rotatedAt(weekAgo);
      documents.texts.set(`runs/${rotation}/decision.json`, JSON.stringify({ decision: 'approved', answers }));
      assert.equal(await against(documents, selectedWith({ old })), 'notReplaced');
    }
    assert.equal(await against(documentsAs('rotation-9'), selectedWith({ old })), 'notReplaced');
  });

  /** The plan of another run, approved as this one's. */
  const documentsAs = (other: string) => {
    const documents = rotatedAt(weekAgo);
    const plan = (documents.texts.get(`runs/${rotation}/plan.json`) ?? '').replace(rotation, other);
    const answer = answerWith({ run: rotation, digest: sha256(plan) });
    documents.texts.set(`runs/${rotation}/plan.json`, plan);
    documents.texts.set(`runs/${rotation}/decision.json`, JSON.stringify(decisionOf(answer)));
    return documents;
  };

  it('goes by the recovery of a run that died, and by no report that tells of a secret twice, or of others alone', async () => {
    const kinds = (...secrets: readonly (readonly [string, string])[]) =>
      JSON.stringify({ endedAt: weekAgo, secrets: secrets.map(([arn, kind]) => ({ arn, kind })) });
    for (const [document, text, found] of [
      ['recovery.json', kinds([rotated.arn, 'rolledBack']), 'notReplaced'],
      ['report.json', kinds([rotated.arn, 'rotated'], [rotated.arn, 'rotated']), 'notReplaced'],
      ['report.json', kinds(['arn:other', 'rotated']), 'notReplaced'],
      ['report.json', kinds(['arn:other', 'held'], [rotated.arn, 'rotated']), undefined],
    ] as const) {
      const documents = rotatedAt(weekAgo);
      documents.texts.set(`runs/${rotation}/${document}`, text);
      assert.equal(await against(documents, selectedWith({ old })), found);
    }
  });

  it('fails when the archive does, since what cannot be read is not gone', async () => {
    const documents = rotatedAt(weekAgo);
    documents.fetch = async () => assert.fail('access denied');
    await assert.rejects(against(documents, selectedWith({ old })), /access denied/);
  });

  it('finds an old credential in a plan that is none of a retirement', () => {
    assert.equal(expired(selectedWith({ old }), asOf), 'retires');
  });
});
