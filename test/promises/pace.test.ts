/*
 * Goal: a run leaves to everybody else in the account what the settings say that it does of the quota on writing secrets.
 *
 * Method: a run of ChromePay's own deployment, whose batches are turned two at a time, with six writes a second for both. When
 * each write began is noted, and what the clients of the secrets met.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../keyturn.config.ts';
import { moved, played, synthesised } from '../rehearsal/day/played.ts';

const assembly = synthesised({ ...settings, batchSize: 2, concurrency: 2, writesPerSecond: 6 });

describe('the pace of writes to Secrets Manager', () => {
  it('is kept by a whole run, its functions together', async () => {
    const writes: number[] = [];
    const day = await played(assembly, {
      scenario: {
        begin: async ({ cloud }) => {
          cloud.account.observe(({ call, beganAt }) => {
            if (['PutSecretValue', 'UpdateSecretVersionStage'].includes(call.operation)) writes.push(beganAt);
          });
          return {};
        },
      },
    });
    assert.deepEqual([day.report.outcome, moved(day).length, writes.length], ['completed', 10, 30]);
    // A rotation may be two writes ahead of its pace: what clients read never waits. So may be the one beside it.
    const inOneSecond = writes.map((from) => writes.filter((at) => at >= from && at < from + 1_000).length);
    assert.ok(Math.max(...inOneSecond) <= 6 + 4, `${Math.max(...inOneSecond)} writes in a second`);
    const inTen = writes.map((from) => writes.filter((at) => at >= from && at < from + 10_000).length);
    assert.ok(Math.max(...inTen) <= 60 + 4, `${Math.max(...inTen)} writes in ten seconds`);
  });
});
