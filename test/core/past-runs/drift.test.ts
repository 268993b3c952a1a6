/*
 * Goal: what the last runs left is known, secret by secret, and what differs from it is told of once.
 *
 * Method: the documents of runs that ended in every way a secret can, without anybody who looks at a target.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../../core/archive-keys.ts';
import {
  type Drift,
  driftIn,
  knowDrift,
  type LeftSecret,
  leftByRuns,
  lookBatches,
  parseKnownDrift,
  underWay,
  unknownOf,
} from '../../../core/past-runs/drift.ts';
import type { FinishedRun } from '../../../core/past-runs/history.ts';
import type { PlannedSecret, Run } from '../../../core/plan.ts';
import { at } from '../../entries.ts';
import { InMemoryArchive } from '../../lambdas/approval-world.ts';
import { plannedWith, seen, unseen } from '../planning/batches.ts';

const [first, second] = ['run-1' as Run, 'run-2' as Run];
const secretOf = (name: string, versions: Partial<PlannedSecret> = {}) =>
  plannedWith({ name: `prod/low/${name}`, arn: `arn:${name}`, currentVersion: 'v1', newVersion: 'v2', ...versions });
const [a, b, c, d] = [secretOf('a'), secretOf('b'), secretOf('c'), secretOf('d')];

/** Deposits what a run of one wave planned, and what its report says became of it. */
async function archived(archive: InMemoryArchive, run: Run, ended: readonly (readonly [PlannedSecret, string])[]) {
  const secrets = ended.map(([secret]) => secret);
  await archive.deposit(archiveKeys.wave(run, 1), JSON.stringify({ run, wave: 1, index: 0, tier: 'low', secrets }));
  const report = { waves: [{ number: 1 }], secrets: ended.map(([{ arn }, kind]) => ({ arn, kind })) };
  await archive.deposit(archiveKeys.report(run), JSON.stringify(report));
}
const history = [first, second].map(
  (run, index) => ({ run, mode: 'rotate', endedAt: at(`2026-11-1${index}T05:00:00Z`) }) as FinishedRun,
);
const leftIn = async (archive: InMemoryArchive) =>
  (await leftByRuns(archive, history, at('2026-11-12T05:00:00Z')))
    .map(({ secret, run, version }) => [secret.name, run, version])
    .sort();

describe('what the last runs left', () => {
  it('is the new version of what was rotated and the recorded one of what went back; the rest was left by nobody', async () => {
    const archive = new InMemoryArchive();
    await archived(archive, first, [
      [a, 'rotated'],
      [b, 'rolledBack'],
      [c, 'held'],
      [d, 'leftAlone'],
    ]);
    assert.deepEqual(await leftIn(archive), [
      ['prod/low/a', 'run-1', 'v2'],
      ['prod/low/b', 'run-1', 'v1'],
    ]);
  });

  it('is as the later run left it, and nowhere that can be named where that one holds it', async () => {
    const archive = new InMemoryArchive();
    await archived(archive, first, [
      [a, 'rotated'],
      [b, 'rotated'],
      [c, 'rotated'],
    ]);
    await archived(archive, second, [
      [secretOf('a', { newVersion: 'v3' }), 'rotated'],
      [b, 'held'],
      [c, 'untouched'],
    ]);
    assert.deepEqual(await leftIn(archive), [
      ['prod/low/a', 'run-2', 'v3'],
      ['prod/low/c', 'run-1', 'v2'],
    ]);
  });

  it('is what the recovery says, of a run that was settled after it had died', async () => {
    const archive = new InMemoryArchive();
    await archived(archive, first, [[a, 'rotated']]);
    const recovery = { waves: [{ number: 1 }], secrets: [{ arn: a.arn, kind: 'rolledBack' }] };
    await archive.deposit(archiveKeys.recovery(first), JSON.stringify(recovery));
    assert.deepEqual(await leftIn(archive), [['prod/low/a', 'run-1', 'v1']]);
  });

  it('is nothing of a run without a report, and nothing that a report names and no plan has', async () => {
    const archive = new InMemoryArchive();
    assert.deepEqual(await leftIn(archive), []);
    await archive.deposit(archiveKeys.report(second), '{"waves":[],"secrets":[{"arn":"arn:a","kind":"rotated"}]}');
    await archive.deposit(archiveKeys.report(first), '{"waves":[],"secrets":[{"arn":"arn:b","kind":"rolledBack"}]}');
    assert.deepEqual(await leftIn(archive), []);
  });
});

describe('what a run under way may be touching', () => {
  it('is all that it planned, and nothing when there is no run, or no plan of it yet', async () => {
    const archive = new InMemoryArchive();
    assert.deepEqual([...(await underWay(archive, undefined)), ...(await underWay(archive, first))], []);
    await archived(archive, first, [
      [a, 'rotated'],
      [b, 'held'],
    ]);
    await archive.deposit(archiveKeys.plan(first), '{"waves":[{"number":1}]}');
    assert.deepEqual([...(await underWay(archive, first))], ['arn:a', 'arn:b']);
  });
});

describe('a look at what was left', () => {
  const left = (secret: PlannedSecret, version = 'v2'): LeftSecret => ({ secret, run: first, version });

  it('takes 20 secrets of one tier at a time', () => {
    const low = Array.from({ length: 41 }, (_, index) => left(secretOf(`key-${index}`)));
    const high = left(secretOf('login', { tier: 'high' }));
    const batches = lookBatches([...low.slice(0, 5), high, ...low.slice(5)]);
    assert.deepEqual(
      batches.map(({ run, wave, index, tier, secrets }) => [run, wave, index, tier, secrets.length]),
      [
        ['drift', 1, 0, 'low', 20],
        ['drift', 1, 1, 'low', 20],
        ['drift', 1, 2, 'low', 1],
        ['drift', 1, 0, 'high', 1],
      ],
    );
    const names = batches.flatMap(({ secrets }) => secrets.map(({ name }) => name));
    assert.equal(new Set(names).size, 42);
  });

  it('finds another version, a value that is rejected, and one that nobody could read; a silent target is no news', () => {
    const looked = [a, b, c, d, secretOf('e')].map((secret) => left(secret));
    const sightings = [seen(a, 'v9'), seen(b, 'v2', 'rejected'), unseen(c), seen(d, 'v2', 'unknown')];
    assert.deepEqual(
      driftIn(looked, sightings).map(({ kind, name, run, expected, found }) => [kind, name, run, expected, found]),
      [
        ['labelMoved', 'prod/low/a', 'run-1', 'v2', 'v9'],
        ['rejected', 'prod/low/b', 'run-1', 'v2', 'v2'],
        ['unreadable', 'prod/low/c', 'run-1', 'v2', undefined],
        ['unreadable', 'prod/low/e', 'run-1', 'v2', undefined],
      ],
    );
  });
});

describe('what people were told of drift', () => {
  const drift = (name: string, kind: Drift['kind'], found: string | undefined): Drift => ({
    ...{ arn: `arn:${name}`, name: `prod/low/${name}`, run: first, expected: 'v2' },
    ...{ kind, found },
  });
  const [moved, unreadable] = [drift('a', 'labelMoved', 'v9'), drift('b', 'unreadable', undefined)];
  const known = knowDrift([], [moved, unreadable], new Set());

  it('is kept by secret, kind and version, and is no news again', () => {
    assert.deepEqual(known, ['arn:a labelMoved v9', 'arn:b unreadable ']);
    assert.deepEqual(unknownOf([moved, unreadable], known), []);
    assert.deepEqual(unknownOf([drift('a', 'labelMoved', 'v10')], known), [drift('a', 'labelMoved', 'v10')]);
  });

  it('is forgotten once it is mended, unless nobody could look', () => {
    assert.deepEqual(knowDrift(known, [moved], new Set()), ['arn:a labelMoved v9']);
    assert.deepEqual(knowDrift(known, [], new Set(['arn:b'])), ['arn:b unreadable ']);
    assert.deepEqual(knowDrift(known, [moved], new Set(['arn:a'])), ['arn:a labelMoved v9']);
  });

  it('is read back as it was written, and an error when it is not understood', () => {
    assert.deepEqual(parseKnownDrift('["arn:a labelMoved v9"]'), ['arn:a labelMoved v9']);
    assert.deepEqual(parseKnownDrift('[]'), []);
    for (const text of ['{}', 'null', '"text"', '[1]', '["arn:a labelMoved v9",null]'])
      assert.throws(() => parseKnownDrift(text), /what is known of drift is not understood/);
    assert.throws(() => parseKnownDrift(''), SyntaxError);
  });
});
