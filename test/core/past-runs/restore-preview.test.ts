/*
 * Goal: what a restore would come to is known before anybody is asked for it, as both looks at it would judge.
 *
 * Method: the documents of one rotation, and the list as it is since.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import { instant } from '../../../core/instant.ts';
import type { Ledger } from '../../../core/limits/ledger.ts';
import { previewRestore } from '../../../core/past-runs/restore-preview.ts';
import type { PlannedSecret, Run } from '../../../core/plan.ts';
import { asOf, at, entryWith, selectedWith, tagsWith } from '../../entries.ts';
import { settingsWith } from '../../settings.ts';
import { Documents } from './finished-runs.ts';

const of = 'rotation-1' as Run;
const planned: PlannedSecret = {
  ...selectedWith({ currentVersion: 'version-1' }),
  ...{ newVersion: 'version-2', currentSince: at('2026-08-01T00:00:00Z') },
};
const run = () => new Documents().add(of, 'rotate', planned, 'rotated', at('2026-11-17T05:00:00Z'));
const entry = entryWith({ tags: tagsWith({ expirationDate: '2027-02-15' }) });

const preview = (
  archive = run(),
  ledger: Ledger = [],
  asked: { of: Run; secrets: string[] | undefined } = { of, secrets: undefined },
) =>
  previewRestore(asked, {
    ...{ archive, hash: sha256, entries: [entry], quarantine: {}, ledger, asOf },
    settings: settingsWith({ caps: { secrets: 60, percentOfFleet: 100, secretsPerDay: 5 } }),
  });

describe('the preview of a restore', () => {
  it('is of what would be restored, held against every bound', async () => {
    const previewed = await preview();
    assert.ok(previewed.kind === 'previewed');
    const { fleet, leftAlone, verdict, contradicted, guardrails, waves } = previewed;
    assert.deepEqual(
      [fleet, leftAlone, verdict, contradicted, waves.flat().length],
      [{ secrets: 1, services: 1 }, [], 'confirmed', [], 1],
    );
    assert.deepEqual(
      guardrails.map(({ name, actual, limit }) => [name, actual, limit]),
      [
        ['secrets', 1, 60],
        ['percentOfFleet', 100, 100],
        ['secretsPerDay', 1, 5],
        ['secondJudgement', 0, 0],
      ],
    );
  });

  it('counts what runs of the last day touched', async () => {
    const lately = [{ run: 'run-2' as Run, at: instant(asOf - 1_000), secrets: 5 }];
    const previewed = await preview(run(), lately);
    assert.equal(previewed.kind === 'previewed' && previewed.verdict, 'refused');
  });

  it('says which run, or which secret, speaks against it', async () => {
    const unknown = { of: 'rotation-9' as Run, secrets: undefined };
    assert.deepEqual(await preview(run(), [], unknown), { kind: 'not', refusal: 'unknownRun', which: 'rotation-9' });
    const other = { of, secrets: ['prod/low/other'] };
    assert.deepEqual(await preview(run(), [], other), {
      kind: 'not',
      refusal: 'unknownSecret',
      which: 'prod/low/other',
    });
  });

  it('is none where the second look alone speaks against it', async () => {
    const twice = run();
    const key = `runs/${of}/decision.json`;
    const { decision, answers } = JSON.parse(twice.texts.get(key) ?? '');
    const [{ answer, seal }] = answers;
    const ofAnother = { answer: { ...answer, run: 'rotation-9' }, seal };
    twice.texts.set(key, JSON.stringify({ decision, answers: [ofAnother] }));
    assert.deepEqual(await preview(twice), { kind: 'not', refusal: 'altered', which: of });
  });
});
