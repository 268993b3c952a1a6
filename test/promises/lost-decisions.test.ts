/*
 * Goal: S11 an approver's decision that is on record reaches its run, even when the call that tells it is lost and nobody
 * opens the page again; and it is one decision, however often it is told.
 *
 * Method: whole runs, in which what the review function says to Step Functions does not arrive, or its answer does not.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { Fate } from '../../rehearsal/faults.ts';
import { answer, invited, meanwhile, platform } from '../rehearsal/people.ts';
import { changed, locked, played, synthesised } from '../rehearsal/played.ts';

const assembly = synthesised();

/** One approver answers once. The schedules' moment comes afterwards, so many times. */
const answered = (fate: Fate, fields: Readonly<Record<string, string>>, sweeps: number) => {
  const seen = { status: 0, wakings: 0 };
  const day = played(assembly, {
    scenario: {
      outcome: 'completed',
      nobodyAnswers: true,
      begin: async (scene) => ({
        fateOf: ({ operation, principal }) => {
          if (operation !== 'SendTaskSuccess') return 'works';
          seen.wakings += 1;
          return principal.includes('Review') ? fate : 'works';
        },
        ...meanwhile(async () => {
          const link = await invited(scene, platform);
          seen.status = (await answer(scene, link, fields)).status;
          for (let nth = 0; nth < sweeps; nth += 1) {
            await scene.time.sleep(300_000);
            scene.cloud.deliveries.sweep();
          }
        }),
      }),
    },
  });
  return day.then((played) => ({ played, seen }));
};

describe('S11 a decision that is on record', () => {
  it('reaches its run by the sweep, when the call was lost and nobody opens the page again', async () => {
    const { played: day, seen } = await answered('requestLost', {}, 1);
    assert.deepEqual([seen.status >= 500, day.report.outcome, day.report.rotated], [true, 'completed', 10]);
    assert.deepEqual([locked(day), day.report.clients.failures, day.report.denied], [[], 0, []]);
  });

  it('is told once more in vain when only the answer was lost: the run is not disturbed', async () => {
    const { played: day, seen } = await answered('responseLost', {}, 3);
    assert.deepEqual([seen.status >= 500, day.report.outcome, day.report.rotated], [true, 'completed', 10]);
    assert.ok(seen.wakings > 1);
    assert.deepEqual([locked(day), day.report.denied], [[], []]);
  });

  it('may be a rejection: then nothing is touched', async () => {
    const { played: day } = await answered('requestLost', { decision: 'rejected', reason: 'not tonight' }, 1);
    assert.deepEqual([day.report.outcome, day.report.reasons], ['rejected', ['rejected: not tonight']]);
    assert.deepEqual([day.report.writesToSecrets, changed(day)], [0, []]);
  });

  it('is not there for a plan that nobody answered: it expires, however often is looked', async () => {
    const day = await played(assembly, {
      scenario: {
        outcome: 'expired',
        nobodyAnswers: true,
        begin: async (scene) =>
          meanwhile(async () => {
            await invited(scene, platform);
            for (let nth = 0; nth < 3; nth += 1) {
              await scene.time.sleep(300_000);
              scene.cloud.deliveries.sweep();
            }
          }),
      },
    });
    assert.deepEqual([day.report.outcome, day.report.reasons], ['expired', ['nobodyAnswered']]);
    assert.equal(
      day.scene.cloud.s3.text(day.scene.cloud.archiveBucket, archiveKeys.decision(day.scene.run)),
      undefined,
    );
    assert.deepEqual(changed(day), []);
  });
});
