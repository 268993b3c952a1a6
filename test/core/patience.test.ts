import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { rotateBatchSeconds } from '../../core/deadlines.ts';
import { instant } from '../../core/instant.ts';
import { askPatiently } from '../../core/patience.ts';
import type { Answer } from '../../core/ports.ts';
import { SecretValue } from '../../core/secret-value.ts';

/** Asks a target that gives these answers in turn, and the last one for ever. */
async function ask(...answers: readonly [Answer, ...Answer[]]) {
  const slept: number[] = [];
  let asked = 0;
  const prober = {
    ask: async (): Promise<Answer> => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? 'unknown';
      asked += 1;
      return answer;
    },
  };
  const clock = { now: () => instant(0), sleep: async (millis: number) => void slept.push(millis) };
  return { answer: await askPatiently(clock)(prober, new SecretValue('value')), asked, slept };
}

/** Asks so many targets, one after the other, that all answer the same, each after five seconds. */
async function askEach(targets: number, answer: Answer) {
  let now = 0;
  const sleep = async (millis: number) => {
    now += millis;
  };
  const asked: number[] = Array.from({ length: targets }, () => 0);
  const ask = askPatiently({ now: () => instant(now), sleep });
  for (const target of asked.keys()) {
    const count = async () => {
      asked[target] = (asked[target] ?? 0) + 1;
      await sleep(5_000);
      return answer;
    };
    await ask({ ask: count }, new SecretValue('value'));
  }
  return { asked, seconds: now / 1_000 };
}

describe('asking a target patiently', () => {
  it('asks once when it accepts at once', async () => {
    assert.deepEqual(await ask('accepted'), { answer: 'accepted', asked: 1, slept: [] });
  });

  it('asks again while it does not, and stops as soon as it does', async () => {
    assert.deepEqual(await ask('rejected', 'unknown', 'accepted'), {
      answer: 'accepted',
      asked: 3,
      slept: [1_000, 2_000],
    });
  });

  it('asks a last time after seven seconds', async () => {
    const last = await ask('rejected', 'rejected', 'rejected', 'accepted');
    assert.deepEqual(last, { answer: 'accepted', asked: 4, slept: [1_000, 2_000, 4_000] });
  });

  it('then gives the last answer: unknown never becomes rejected, nor either of them accepted (S6)', async () => {
    assert.deepEqual((await ask('rejected')).answer, 'rejected');
    assert.deepEqual((await ask('unknown')).answer, 'unknown');
    assert.deepEqual((await ask('rejected', 'rejected', 'rejected', 'unknown')).answer, 'unknown');
    assert.deepEqual((await ask('unknown', 'unknown', 'unknown', 'rejected')).answer, 'rejected');
    assert.equal((await ask('rejected')).asked, 4);
  });
});

describe('asking many targets', () => {
  it('of those that say nothing asks each, and no longer in all than leaves time for the others', async () => {
    // 22 seconds of patience for each of the first two, and what begins within the 60 is finished.
    assert.deepEqual(await askEach(6, 'unknown'), { asked: [4, 4, 4, 1, 1, 1], seconds: 6 * 5 + 3 * 22 });
    const { seconds } = await askEach(40, 'unknown');
    assert.ok(seconds < 300, `${seconds} seconds`);
  });

  it('loses no patience with those that say no: what is not known everywhere yet is so everywhere at once', async () => {
    assert.deepEqual((await askEach(6, 'rejected')).asked, [4, 4, 4, 4, 4, 4]);
  });
});

describe('the deadline of rotate-batch', () => {
  it('comes a minute before Lambda ends it, so that no write is cut off or outlives whoever settles (S11)', () => {
    assert.deepEqual(rotateBatchSeconds, { write: 240, run: 300 });
  });
});

/** Asks targets one after the other, each of which answers the same after so many milliseconds the first time, the second … */
async function askInTurn(...targets: readonly (readonly [Answer, ...number[]])[]): Promise<number[]> {
  let now = 0;
  const sleep = async (millis: number) => {
    now += millis;
  };
  const ask = askPatiently({ now: () => instant(now), sleep });
  const asked: number[] = [];
  for (const [answer, ...takes] of targets) {
    let times = 0;
    const prober = {
      ask: async () => {
        await sleep(takes[times] ?? 0);
        times += 1;
        return answer;
      },
    };
    await ask(prober, new SecretValue('value'));
    asked.push(times);
  }
  return asked;
}

describe('patience with silent targets', () => {
  it('is used up by what was asked again: a minute, to the millisecond', async () => {
    // With the seven seconds between them, asking three times again takes as long as there is patience.
    assert.deepEqual(await askInTurn(['unknown', 9_000, 20_000, 18_000, 15_000], ['unknown']), [4, 1]);
    assert.deepEqual(await askInTurn(['unknown', 9_000, 20_000, 18_000, 14_999], ['unknown']), [4, 2]);
  });

  it('is not for those that answer: they are asked again however little of it is left', async () => {
    assert.deepEqual(await askInTurn(['unknown', 0, 60_000], ['rejected']), [2, 4]);
  });

  it('is not used up by those that answer, however slow they are', async () => {
    assert.deepEqual(await askInTurn(['rejected', 0, 60_000, 60_000, 60_000], ['unknown']), [4, 4]);
  });
});
