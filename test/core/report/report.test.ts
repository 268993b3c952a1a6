import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import type { PlanHeader } from '../../../core/plan.ts';
import { type RunStory, reportOf, type WaveStory } from '../../../core/report/report.ts';
import type { Renewal } from '../../../core/verdict/renewal.ts';
import type { SecretRecord, WaveVerdict } from '../../../core/verdict/verdict.ts';
import { a, b, run } from '../planning/batches.ts';

const header = {
  selected: 3,
  waves: [
    { number: 1, tiers: ['low'], secrets: 2, batches: [] },
    { number: 2, tiers: ['medium'], secrets: 1, batches: [] },
  ],
} as unknown as PlanHeader;
const c = { ...a, name: 'prod/medium/c', arn: 'arn:c', tier: 'medium' };

const verdictOf = (
  verdict: WaveVerdict['verdict'],
  records: readonly (readonly [{ arn: string; name: string }, SecretRecord['kind'], string?])[],
): WaveVerdict => ({
  wave: 1,
  judgedAt: instant(0),
  verdict,
  reasons: [],
  secrets: records.map(([{ arn, name }, kind, reason]) => ({ arn, name, kind, reason })),
  verification: { claims: records.length, confirmed: records.length, contradicted: 0 },
});
const sound = verdictOf('sound', [
  [a, 'rotated'],
  [b, 'leftAlone', 'notDue'],
]);
const unsound = verdictOf('unsound', [
  [a, 'rotated'],
  [b, 'rotated'],
]);
const gone = verdictOf('back', [
  [a, 'rolledBack'],
  [b, 'untouched'],
]);
const held = verdictOf('held', [
  [a, 'rolledBack'],
  [b, 'held', 'oldUnknown'],
]);

const renewed = (...secrets: readonly { readonly arn: string }[]): Renewal => ({
  goal: 'renew',
  moved: secrets.map(({ arn }) => arn),
  failed: [],
});

const wave = (more: Partial<WaveStory> = {}): WaveStory =>
  ({ number: 1, secrets: [a, b], baked: undefined, rolledBack: undefined, renewal: renewed(a), ...more }) as WaveStory;
const second = wave({ number: 2, secrets: [c] });

const storyWith = (more: Partial<RunStory> = {}): RunStory => ({
  run,
  stage: 'prod',
  mode: 'rotate',
  requestedBy: 'requester',
  startedAt: instant(1_000),
  endedAt: instant(2_000),
  outcome: 'completed',
  reasons: [],
  draft: undefined,
  confirmation: { fleet: { secrets: 10, services: 2 }, guardrails: [], contradicted: [] },
  header,
  leftAlone: [{ name: 'prod/low/z', arn: 'arn:z', reason: 'notDue', reasons: ['notDue', 'frozen'] }],
  waves: [wave({ baked: sound }), second],
  ...more,
});
const countsOf = (more: Partial<RunStory>) => {
  const { selected, rotated, rolledBack, held: holding } = reportOf(storyWith(more));
  return [selected, rotated, rolledBack, holding];
};
const outcomeOf = (more: Partial<WaveStory>) => reportOf(storyWith({ waves: [wave(more)] })).waves[0]?.outcome;

describe('a run’s report', () => {
  it('tells what was asked for, and how it ended', () => {
    const {
      run: named,
      stage,
      mode,
      requestedBy,
      startedAt,
      endedAt,
      outcome,
      reasons,
      fleet,
    } = reportOf(storyWith({ outcome: 'halted', reasons: ['switchOff'] }));
    assert.deepEqual(
      [named, stage, mode, requestedBy, startedAt, endedAt, outcome, reasons, fleet],
      ['run-1', 'prod', 'rotate', 'requester', 1_000, 2_000, 'halted', ['switchOff'], { secrets: 10, services: 2 }],
    );
  });

  it('counts each secret by what became of it', () => {
    assert.deepEqual(countsOf({}), [3, 1, 0, 0]);
    assert.deepEqual(countsOf({ waves: [wave({ baked: unsound, rolledBack: gone }), second] }), [3, 0, 1, 0]);
    assert.deepEqual(countsOf({ waves: [wave({ rolledBack: held }), second] }), [3, 0, 1, 1]);
  });

  it('counts of a retirement what was deactivated and what was deleted', () => {
    const retired = verdictOf('sound', [
      [a, 'deactivated'],
      [b, 'deleted'],
    ]);
    const { rotated, waves } = reportOf(storyWith({ mode: 'retire', waves: [wave({ baked: retired })] }));
    assert.deepEqual([rotated, waves[0]?.rotated], [2, 2]);
  });

  it('believes the verdict after the way back, not the one before it', () => {
    const { secrets } = reportOf(storyWith({ waves: [wave({ baked: unsound, rolledBack: held })] }));
    assert.deepEqual(
      secrets.map(({ name, kind, reason }) => [name, kind, reason]),
      [
        ['prod/low/a', 'rolledBack', undefined],
        ['prod/low/b', 'held', 'oldUnknown'],
      ],
    );
  });

  it('names every planned secret once, with where it stood', () => {
    assert.deepEqual(
      reportOf(storyWith()).secrets.map(({ name, tier, wave: number, kind }) => [name, tier, number, kind]),
      [
        ['prod/low/a', 'low', 1, 'rotated'],
        ['prod/low/b', 'low', 1, 'leftAlone'],
        ['prod/medium/c', 'medium', 2, 'untouched'],
      ],
    );
  });

  it('says of each wave how it ended, and renewed only of one that was sound', () => {
    assert.equal(outcomeOf({ baked: sound }), 'renewed');
    assert.equal(outcomeOf({ baked: sound, isUnfinished: true }), 'unfinished');
    assert.equal(outcomeOf({ baked: unsound }), 'unfinished');
    assert.equal(outcomeOf({ baked: unsound, rolledBack: gone }), 'rolled-back');
    assert.equal(outcomeOf({ rolledBack: gone }), 'rolled-back');
    assert.equal(outcomeOf({ rolledBack: held }), 'held');
    assert.equal(outcomeOf({}), 'not started');
  });

  it('says renewed only where it is known of every secret that its tag was moved', () => {
    const both = verdictOf('sound', [
      [a, 'rotated'],
      [b, 'rotated'],
    ]);
    const refused = { arn: b.arn, name: b.name, error: 'AccessDeniedException' };
    assert.equal(outcomeOf({ baked: both, renewal: renewed(a, b) }), 'renewed');
    assert.equal(outcomeOf({ baked: both, renewal: { ...renewed(a), failed: [refused] } }), 'unfinished');
    assert.equal(outcomeOf({ baked: both, renewal: renewed(a) }), 'unfinished');
    assert.equal(outcomeOf({ baked: both, renewal: undefined }), 'unfinished');
    assert.equal(outcomeOf({ baked: both, renewal: { ...renewed(a, b), goal: 'put back' } }), 'unfinished');

    const { secrets } = reportOf(storyWith({ waves: [wave({ baked: both, renewal: renewed(a) })] }));
    assert.deepEqual(
      secrets.map(({ name, kind, reason }) => [name, kind, reason]),
      [
        ['prod/low/a', 'rotated', undefined],
        ['prod/low/b', 'rotated', 'tagNotRenewed'],
      ],
    );
  });

  it('asks nothing of tags where no tag is to be moved: retiring makes nothing fresh', () => {
    const one = wave({ baked: sound, renewal: undefined });
    assert.deepEqual(
      (['rotate', 'restore', 'retire'] as const).map(
        (mode) => reportOf(storyWith({ mode, waves: [one] })).waves[0]?.outcome,
      ),
      ['unfinished', 'unfinished', 'renewed'],
    );
  });

  it('says of each wave its tiers, how much was planned, and how much was rotated', () => {
    assert.deepEqual(
      reportOf(storyWith()).waves.map(({ number, tiers, planned, rotated }) => [number, tiers, planned, rotated]),
      [
        [1, ['low'], 2, 1],
        [2, ['medium'], 1, 0],
      ],
    );
  });

  it('adds what drifted to what the plan left alone, each by its first reason', () => {
    assert.deepEqual(reportOf(storyWith()).leftAlone, { notDue: 2 });
    const moved = verdictOf('sound', [
      [a, 'leftAlone', 'versionMoved'],
      [b, 'rotated'],
    ]);
    assert.deepEqual(reportOf(storyWith({ waves: [wave({ baked: moved })] })).leftAlone, {
      notDue: 1,
      versionMoved: 1,
    });
  });

  it('adds up the claims of all waves, each wave’s once', () => {
    const waves = [
      wave({ baked: unsound, rolledBack: gone }),
      wave({ number: 2, secrets: [c], rolledBack: gone }),
      second,
    ];
    assert.deepEqual(reportOf(storyWith({ waves })).verification, { claims: 4, confirmed: 4, contradicted: 0 });
    const doubted = { ...unsound, verification: { claims: 2, confirmed: 1, contradicted: 1 } };
    const both = [wave({ baked: doubted }), wave({ number: 2, baked: doubted })];
    assert.deepEqual(reportOf(storyWith({ waves: both })).verification, { claims: 4, confirmed: 2, contradicted: 2 });
  });

  it('of a run without a plan counts what was drafted', () => {
    const leftAlone = [{ name: 'z', arn: 'arn:z', reason: 'noTier', reasons: ['noTier'] }] as const;
    const draft = { selected: [a, b, c], leftAlone } as unknown as NonNullable<RunStory['draft']>;
    const report = reportOf(storyWith({ header: undefined, draft, leftAlone: [], waves: [] }));
    assert.deepEqual([report.selected, report.leftAlone, report.waves], [3, { noTier: 1 }, []]);
  });

  it('of a run without any document counts nothing', () => {
    const nothing = { header: undefined, draft: undefined, confirmation: undefined, leftAlone: [], waves: [] };
    const report = reportOf(storyWith(nothing));
    assert.deepEqual(
      [report.fleet, report.guardrails, report.selected, report.leftAlone, report.secrets, report.verification],
      [{ secrets: 0, services: 0 }, [], 0, {}, [], { claims: 0, confirmed: 0, contradicted: 0 }],
    );
  });
});
