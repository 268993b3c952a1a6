/*
 * Goal: S7 the second pair of eyes lets no old credential be retired that the runs named did not replace, or deactivate, long
 * enough ago.
 *
 * Method: documents of finished runs in memory, right and altered, on both sides of every boundary.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import { lookAgainAtOld } from '../../../core/past-runs/second-retire.ts';
import type { OldCredential, PlannedSecret } from '../../../core/plan.ts';
import { contradictions, expired } from '../../../core/selection/second-judgement.ts';
import type { SelectedSecret } from '../../../core/selection/selection.ts';
import { answerWith, decisionOf } from '../../decisions.ts';
import { asOf, at, selectedWith } from '../../entries.ts';
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

describe('S7 the second look at a retirement', () => {
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
