import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import { lanesOf } from '../../../rehearsal/report-page/phases.ts';
import { positionOf, scaleOf } from '../../../rehearsal/report-page/scale.ts';
import { shortSpan, span } from '../../../rehearsal/report-page/words.ts';

/** Marks at seconds since the epoch. */
const marks = (...given: readonly (readonly [number, string, number?])[]) =>
  given.map(([seconds, state, wave]) => ({ at: instant(seconds * 1_000), state, wave }));

const shape = (timeline: ReturnType<typeof marks>, endedSeconds: number) =>
  lanesOf({ timeline, endedAt: instant(endedSeconds * 1_000) }).map(({ wave, phases }) => [
    wave,
    ...phases.map(({ activity, from, to }) => `${activity} ${from / 1_000}-${to / 1_000}`),
  ]);

describe('reading a timeline', () => {
  it('joins the states of one activity, and gives states that only choose to what came before', () => {
    const timeline = marks(
      [0, 'Draft plan'],
      [1, 'Anything due'],
      [1, 'Preflight'],
      [3, 'Request approval'],
      [9, 'Ended'],
    );
    assert.deepEqual(shape(timeline, 12), [[undefined, 'plan 0-3', 'approval 3-9']]);
  });

  it('begins a lane with each wave, and counts the close of the run to the last', () => {
    const timeline = marks(
      [0, 'Draft plan'],
      [1, 'Admit wave', 1],
      [2, 'Rotate wave', 1],
      [5, 'Admit wave', 2],
      [6, 'Roll back wave', 2],
      [8, 'Close run'],
      [9, 'Ended'],
    );
    assert.deepEqual(shape(timeline, 30), [
      [undefined, 'plan 0-1'],
      [1, 'admit 1-2', 'rotate 2-5'],
      [2, 'admit 5-6', 'back 6-8', 'close 8-9'],
    ]);
  });

  it('goes on to the end of the run when its last state was left by nothing', () => {
    assert.deepEqual(shape(marks([0, 'Draft plan']), 4), [[undefined, 'plan 0-4']]);
  });
});

describe('the scale of the lanes', () => {
  const lanes = lanesOf({
    timeline: marks(
      [0, 'Await window', 1],
      [20_000, 'Rotate wave', 1],
      [20_002, 'Bake', 1],
      [20_902, 'Rotate wave', 2],
      [20_910, 'Bake', 2],
      [20_913, 'Judge wave', 2],
      [20_914, 'Ended', 2],
    ),
    endedAt: instant(20_914_000),
  });
  const scale = scaleOf(lanes);
  const [first = [], second = []] = lanes.map((lane) => scale.place(lane));

  it('cuts a wait that is longer than any work, and no other', () => {
    assert.deepEqual(
      [...first, ...second].map(({ activity, isCut }) => `${activity}${isCut ? ' cut' : ''}`),
      ['window cut', 'rotate', 'bake cut', 'rotate', 'bake', 'judge'],
    );
  });

  it('draws all that is not cut to one scale, and fills the width with the longest lane', () => {
    const [, rotateFirst] = first;
    const [rotateSecond, bake, judge] = second;
    assert(rotateFirst && rotateSecond && bake && judge);
    assert(Math.abs(rotateSecond.width / rotateFirst.width - 4) < 1e-9);
    assert(Math.abs(judge.x + judge.width - 100) < 1e-9);
  });

  it('finds a moment in its phase, and none outside the lane', () => {
    const rotate = second[0];
    assert(rotate);
    assert.equal(positionOf(instant(20_906_000), second), rotate.width / 2);
    assert.equal(positionOf(instant(1_000), second), undefined);
  });
});

describe('a span of time', () => {
  const cases: readonly (readonly [number, string, string])[] = [
    [84, '0.1 s', '0.1 s'],
    [4_130, '4.1 s', '4.1 s'],
    [9_960, '10 s', '10 s'],
    [59_600, '1 min', '1 min'],
    [245_000, '4 min 5 s', '4 min'],
    [900_000, '15 min', '15 min'],
    [24_297_000, '6 h 45 min', '6.7 h'],
  ];
  for (const [millis, long, short] of cases) {
    it(`of ${millis} ms is ${long}, or ${short}`, () => {
      assert.deepEqual(
        [span(millis), shortSpan(millis)].map((said) => said.replaceAll('\u00a0', ' ')),
        [long, short],
      );
    });
  }
});
