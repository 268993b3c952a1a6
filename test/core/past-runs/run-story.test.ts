/*
 * Goal: a run is told of from its own documents: what is not there is not told of, and what came last counts.
 *
 * Method: an archive in memory, with the documents of two waves, of which one ended ill.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../../core/archive-keys.ts';
import { findDocument, keepFirst, readFound, readJudged, readStory } from '../../../core/past-runs/run-story.ts';
import { InMemoryArchive } from '../../lambdas/approval-world.ts';
import { batch, run } from '../planning/batches.ts';

const verdict = (said: string) => ({ verdict: said });
const freeLock = { holder: async () => undefined };
const line = (wave: number, index: number) => ({ ...batch, wave, index });

/** Two waves that were planned, the first of two batches, and whatever else there is. */
async function archiveWith(documents: Readonly<Record<string, unknown>> = {}): Promise<InMemoryArchive> {
  const archive = new InMemoryArchive();
  const lines = [[line(1, 0), line(1, 1)], [line(2, 0)]].map((all) => all.map((one) => JSON.stringify(one)).join('\n'));
  await archive.deposit(archiveKeys.plan(run), JSON.stringify({ run, waves: [{ number: 1 }, { number: 2 }] }));
  for (const [index, text] of lines.entries()) await archive.deposit(archiveKeys.wave(run, index + 1), text);
  for (const [key, document] of Object.entries(documents)) await archive.deposit(key, JSON.stringify(document));
  return archive;
}
const wavesOf = async (archive: InMemoryArchive) => (await readStory({ archive, lock: freeLock }, run)).waves;

describe('the story of a run', () => {
  it('of which nothing is archived is empty', async () => {
    assert.deepEqual(await readStory({ archive: new InMemoryArchive(), lock: freeLock }, run), {
      ...{ header: undefined, confirmation: undefined, draft: undefined },
      ...{ leftAlone: [], waves: [] },
    });
  });

  it('is its documents, and of each wave what was planned and said', async () => {
    const archive = await archiveWith({
      [archiveKeys.draft(run)]: { mode: 'rotate' },
      [archiveKeys.confirmation(run)]: { guardrails: [] },
      [archiveKeys.leftAlone(run)]: [{ name: 'z' }],
      [archiveKeys.verdict(run, 1, 'baked')]: verdict('unsound'),
      [archiveKeys.verdict(run, 1, 'rolledBack')]: verdict('back'),
    });
    const { draft, confirmation, leftAlone, waves } = await readStory({ archive, lock: freeLock }, run);
    assert.deepEqual([draft, confirmation, leftAlone], [{ mode: 'rotate' }, { guardrails: [] }, [{ name: 'z' }]]);
    assert.deepEqual(
      waves.map(({ number, secrets, baked, rolledBack }) => [
        number,
        secrets.length,
        baked?.verdict,
        rolledBack?.verdict,
      ]),
      [
        [1, 4, 'unsound', 'back'],
        [2, 2, undefined, undefined],
      ],
    );
  });

  it('has the word of the recovery on a wave that went back, where there is one', async () => {
    const archive = await archiveWith({
      [archiveKeys.verdict(run, 1, 'rolledBack')]: verdict('held'),
      [archiveKeys.verdict(run, 1, 'recovered')]: verdict('back'),
      [archiveKeys.verdict(run, 2, 'recovered')]: verdict('held'),
    });
    assert.deepEqual(
      (await wavesOf(archive)).map(({ rolledBack }) => rolledBack?.verdict),
      ['back', 'held'],
    );
  });
});

describe('what was found of batches', () => {
  const probe = (wave: number, phase: 'rotated' | 'baked' | 'rolledBack' | 'recovered', index: number) =>
    archiveKeys.probe(run, wave, phase, index);
  const saw = (answer: string) => ({ doubts: [], sightings: [], answer });

  it('is read of the waves that did not end well, and of no others', async () => {
    for (const [ill, verdicts] of [
      [[], { [archiveKeys.verdict(run, 1, 'baked')]: verdict('sound') }],
      [[1, 1], { [archiveKeys.verdict(run, 1, 'baked')]: verdict('unsound') }],
      [[2], { [archiveKeys.verdict(run, 2, 'rolledBack')]: verdict('back') }],
    ] as const) {
      const archive = await archiveWith(verdicts);
      const found = await readFound(archive, run, await wavesOf(archive));
      assert.deepEqual(
        found.map(({ batch: { wave } }) => wave),
        ill,
      );
    }
  });

  it('is what was seen right after each was turned, and after the bake', async () => {
    const archive = await archiveWith({
      [archiveKeys.verdict(run, 1, 'baked')]: verdict('unsound'),
      [probe(1, 'rotated', 1)]: saw('right then'),
      [probe(1, 'baked', 1)]: saw('later'),
    });
    const found = await readFound(archive, run, await wavesOf(archive));
    assert.deepEqual(
      found.map(({ rotated, baked }) => [rotated, baked]),
      [
        [undefined, undefined],
        [saw('right then'), saw('later')],
      ],
    );
  });

  it('is held against every wave that somebody judged, with the last look at each batch that went back', async () => {
    const archive = await archiveWith({
      [archiveKeys.verdict(run, 2, 'rolledBack')]: verdict('back'),
      [probe(2, 'rotated', 0)]: saw('right then'),
      [probe(2, 'baked', 0)]: saw('later'),
      [probe(2, 'rolledBack', 0)]: saw('back'),
    });
    const judged = await readJudged(archive, run, await wavesOf(archive));
    assert.deepEqual(judged, [
      {
        ...{ number: 2, baked: undefined, rolledBack: verdict('back') },
        batches: [{ batch: line(2, 0), rotated: saw('right then'), baked: saw('later'), back: saw('back') }],
      },
    ]);
    await archive.deposit(probe(2, 'recovered', 0), JSON.stringify(saw('recovered')));
    await archive.deposit(archiveKeys.verdict(run, 1, 'baked'), JSON.stringify(verdict('sound')));
    const then = await readJudged(archive, run, await wavesOf(archive));
    assert.deepEqual(
      then.map(({ number, batches }) => [number, batches.map(({ back }) => back)]),
      [
        [1, [undefined, undefined]],
        [2, [saw('recovered')]],
      ],
    );
  });
});

describe('a document', () => {
  it('that nobody deposited is none, and one that cannot be read is an error', async () => {
    const archive = await archiveWith();
    assert.equal(await findDocument(archive, 'nowhere'), undefined);
    await archive.deposit('here', '{');
    await assert.rejects(findDocument(archive, 'here'), SyntaxError);
  });

  it('that is made again is what it was at first', async () => {
    const archive = await archiveWith();
    assert.deepEqual(await keepFirst(archive, 'here', { at: 1 }), { at: 1 });
    assert.deepEqual(await keepFirst(archive, 'here', { at: 2 }), { at: 1 });
  });
});
