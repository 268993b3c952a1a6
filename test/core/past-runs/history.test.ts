import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import type { Register } from '../../../core/living-ports.ts';
import {
  comparableRuns,
  type FinishedRun,
  type History,
  parseHistory,
  remember,
  rememberRun,
} from '../../../core/past-runs/history.ts';
import type { Run } from '../../../core/plan.ts';
import type { Log } from '../../../core/ports.ts';
import type { RunReport, RunStory } from '../../../core/report/report.ts';

const day = 86_400_000;

const ended = (run: string, endedAt: number, more: Partial<FinishedRun> = {}): FinishedRun => ({
  run: run as Run,
  mode: 'rotate',
  outcome: 'completed',
  endedAt: instant(endedAt),
  selected: 3,
  rotated: 3,
  rotators: ['postgres'],
  ...more,
});

const names = (history: History) => history.map(({ run }) => run);

describe('the history', () => {
  it('has the last run last, in whichever order runs are written down', () => {
    assert.deepEqual(names(remember(remember([ended('b', 2)], ended('c', 3)), ended('a', 1))), ['a', 'b', 'c']);
  });

  it('has a run once, as it ended last: a recovery knows better than what died, and a late delivery knows less', () => {
    const before = [ended('a', 1), ended('b', 5)];
    assert.equal(remember(before, ended('b', 5, { rotated: 0 })), before);
    assert.equal(remember(before, ended('b', 4)), before);
    assert.deepEqual(remember(before, ended('b', 6, { outcome: 'rolled-back' })), [
      ended('a', 1),
      ended('b', 6, { outcome: 'rolled-back' }),
    ]);
  });

  it('forgets what ended 400 days before the last, and not a millisecond earlier', () => {
    assert.deepEqual(names(remember([ended('old', 1), ended('kept', 2)], ended('new', 400 * day + 1))), [
      'kept',
      'new',
    ]);
  });

  it('keeps a thousand runs, and forgets the oldest', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) => ended(`run-${index}`, 1_000 + index));
    const after = remember(thousand, ended('new', 5_000));
    assert.deepEqual([after.length, after[0]?.run, after.at(-1)?.run], [1_000, 'run-1', 'new']);
    assert.equal(remember(thousand.slice(1), ended('new', 5_000)).length, 1_000);
  });

  it('is read as it was written', () => {
    const history = [ended('a', 1), ended('b', 2, { rotators: [], selected: 0, rotated: 0 })];
    assert.deepEqual(parseHistory(JSON.stringify(history)), history);
  });

  it('is understood when it has a kind of run that a later version knows', () => {
    const text = JSON.stringify([{ ...ended('a', 1), mode: 'retire', more: 1 }]);
    assert.equal(parseHistory(text).length, 1);
  });

  for (const entry of [
    1,
    null,
    { ...ended('a', 1), run: 7 },
    { ...ended('a', 1), endedAt: '2026' },
    { ...ended('a', 1), selected: -1 },
    { ...ended('a', 1), rotated: 1.5 },
    { ...ended('a', 1), rotators: ['postgres', 1] },
    { ...ended('a', 1), rotators: undefined },
    { ...ended('a', 1), outcome: undefined },
  ]) {
    it(`is not understood, and so an error, with ${JSON.stringify(entry)}`, () => {
      assert.throws(() => parseHistory(JSON.stringify([ended('b', 2), entry])), /is not understood/);
    });
  }

  for (const text of ['', 'null', '{}']) {
    it(`is not understood: ${text || 'nothing at all'}`, () => {
      assert.throws(() => parseHistory(text));
    });
  }
});

describe('what a plan is compared with', () => {
  const history = [
    ended('done', 1),
    ended('refused', 2, { outcome: 'rejected', selected: 89, rotated: 0 }),
    ended('back', 3, { outcome: 'rolled-back', selected: 89 }),
    ended('idle', 4, { selected: 0, rotated: 0 }),
    ended('audit', 5, { mode: 'audit', outcome: 'audited', rotated: 0 }),
    ended('done again', 6),
  ];

  it('is what completed and touched something, the last first', () => {
    assert.deepEqual(names(comparableRuns(history, 'rotate')), ['done again', 'done']);
  });

  it('is, for an audit, the same as for the rotation that it previews', () => {
    assert.deepEqual(names(comparableRuns(history, 'audit')), ['done again', 'done']);
  });
});

describe('a run that has ended', () => {
  const report = { ...ended('a', 1), mode: 'restore', selected: 3, rotated: 2 } as unknown as RunReport;
  const wave = (...rotators: string[]) => ({ secrets: rotators.map((rotator) => ({ rotator })) });
  const story = (...waves: ReturnType<typeof wave>[]) => ({ header: {}, waves }) as unknown as RunStory;
  const write = async (told: RunStory, change: Register<History>['change']) => {
    const logged: unknown[] = [];
    const error = (...line: unknown[]) => void logged.push(line);
    await rememberRun({ history: { change }, log: { info: error, error } as unknown as Log }, report, told);
    return logged;
  };
  const noted = { ...ended('a', 1), mode: 'restore', rotated: 2, rotators: ['hmac-key', 'postgres'] };

  it('is written down with its rotators, each once and in order', async () => {
    let written: History = [];
    await write(story(wave('postgres'), wave('hmac-key', 'postgres')), async (alter) => {
      written = alter([]);
      return written;
    });
    assert.deepEqual(written, [noted]);
  });

  it('is not written down when it never had a plan', async () => {
    const change = async () => assert.fail('nothing is written');
    assert.deepEqual(await write({ waves: [] } as unknown as RunStory, change), []);
  });

  it('ends though it cannot be written down, and what would have been is logged', async () => {
    const change = async () => {
      throw new TypeError('no such bucket');
    };
    assert.deepEqual(await write(story(wave('postgres', 'hmac-key')), change), [
      ['the history did not take a run', { ...noted, error: 'TypeError', why: 'no such bucket' }],
    ]);
  });
});
