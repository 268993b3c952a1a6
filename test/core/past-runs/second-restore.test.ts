/*
 * Goal: the second look at a restore believes nothing but what was approved, and lets a secret return nowhere else (S2).
 *
 * Method: the documents of one rotation, of which one thing is otherwise. The first look has no part in it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import { lookAgainAt } from '../../../core/past-runs/second-restore.ts';
import type { PlannedSecret, Run } from '../../../core/plan.ts';
import type { SelectedSecret } from '../../../core/selection/selection.ts';
import { answerWith, decisionOf } from '../../decisions.ts';
import { arnOf, asOf, at, selectedWith } from '../../entries.ts';
import { Documents } from './finished-runs.ts';

const of = 'rotation-1' as Run;
const ended = at('2026-11-17T05:00:00Z');
const rotated: PlannedSecret = {
  ...selectedWith({ currentVersion: 'version-1', expirationDate: '2026-11-13' }),
  ...{ newVersion: 'version-2', currentSince: at('2026-08-01T00:00:00Z') },
};
const name = 'prod/low/orders/other';
const other: PlannedSecret = { ...rotated, name, arn: arnOf(name) };
const before = { version: 'version-1', expirationDate: '2026-11-13' };
const returning = selectedWith({ currentVersion: 'version-2', expirationDate: '2027-02-13', before });

const run = (secret = rotated, kind = 'rotated', ...others: readonly (readonly [PlannedSecret, string])[]) =>
  new Documents().add(of, 'rotate', secret, kind, ended, ...others);
const look = (documents: Documents, secrets?: readonly string[]) => lookAgainAt(documents, sha256, { of, secrets });
async function against(candidate: SelectedSecret, documents = run(), secrets?: readonly string[]) {
  const looked = await look(documents, secrets);
  assert.ok(looked.kind === 'looked');
  return looked.grounds(candidate, asOf);
}
const refusal = async (documents: Documents) => {
  const looked = await look(documents);
  return looked.kind === 'refused' ? looked.refusal : looked.kind;
};

describe('the second look at what is restored', () => {
  it('lets a secret return to what the run recorded of it', async () => {
    assert.equal(await against(returning), undefined);
    assert.equal(await against(returning, run(other, 'held', [rotated, 'rotated'])), undefined);
    assert.equal(await against(returning, run(), [returning.name]), undefined);
  });

  for (const [what, contradiction, otherwise] of [
    ['to another version', 'returnsElsewhere', { before: { ...before, version: 'version-0' } }],
    ['with another date', 'returnsElsewhere', { before: { ...before, expirationDate: '2027-11-13' } }],
    ['to nothing that is said', 'returnsElsewhere', { before: undefined }],
    ['from a version that the run did not make', 'notOfRun', { currentVersion: 'version-9' }],
    ['under another name', 'notOfRun', { name }],
    ['that the run did not have', 'notOfRun', { arn: other.arn, name }],
  ] as const) {
    it(`lets none return ${what}`, async () => {
      const { before: _, ...without } = returning;
      const candidate =
        'before' in otherwise && otherwise.before === undefined ? without : { ...returning, ...otherwise };
      assert.equal(await against(candidate as SelectedSecret), contradiction);
    });
  }

  it('lets none return that the run did not rotate in the end, or had twice', async () => {
    assert.equal(await against(returning, run(rotated, 'rolledBack', [other, 'rotated'])), 'notOfRun');
    assert.equal(await against(returning, run(rotated, 'rotated', [rotated, 'rotated'])), 'notOfRun');
  });

  it('lets none return that was not asked for, or whose target forgot the old credential', async () => {
    const both = run(rotated, 'rotated', [other, 'rotated']);
    assert.equal(await against(returning, both, [name]), 'notAskedFor');
    assert.equal(await against(returning, run({ ...rotated, strategy: 'replace' })), 'forgotten');
  });
});

describe('the second look at the run that is undone', () => {
  const decision = `runs/${of}/decision.json`;

  it('believes it when all who answered approved this very plan', async () => {
    assert.equal(await refusal(run()), 'looked');
  });

  it('believes it no more when a single answer did not, or there is none', async () => {
    const [{ answer }] = JSON.parse(run().texts.get(decision) ?? '').answers;
    for (const answers of [
      undefined,
      [],
      [{}],
      [{ answer }, {}],
      ...[{ run: 'rotation-9' }, { digest: 'sha256:other' }, { decision: 'rejected' }].flatMap((otherwise) => [
        [{ answer: { ...answer, ...otherwise } }],
        [{ answer }, { answer: { ...answer, ...otherwise } }],
      ]),
    ]) {
      const documents = run();
      documents.texts.set(decision, JSON.stringify({ decision: 'approved', answers }));
      assert.equal(await refusal(documents), 'altered');
    }
  });

  it('believes no plan of another run, though it was approved as this one’s', async () => {
    const documents = run();
    const plan = (documents.texts.get(`runs/${of}/plan.json`) ?? '').replace(of, 'rotation-9');
    documents.texts.set(`runs/${of}/plan.json`, plan);
    documents.texts.set(decision, JSON.stringify(decisionOf(answerWith({ run: of, digest: sha256(plan) }))));
    assert.equal(await refusal(documents), 'altered');
  });

  it('believes no wave of which a line is otherwise, or that is gone', async () => {
    const key = `runs/${of}/waves/1.jsonl`;
    for (const alter of [(text: string) => text.replace('version-1', 'version-0'), (text: string) => `${text}\n`]) {
      const documents = run(rotated, 'rotated', [other, 'rotated']);
      documents.texts.set(key, alter(documents.texts.get(key) ?? ''));
      assert.equal(await refusal(documents), 'altered');
    }
    const documents = run();
    documents.texts.delete(key);
    assert.equal(await refusal(documents), 'altered');
  });

  it('fails when the archive does, since what cannot be read is not gone', async () => {
    const documents = run();
    documents.fetch = async () => assert.fail('access denied');
    await assert.rejects(look(documents), /access denied/);
  });
});
