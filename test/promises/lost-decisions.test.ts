/*
 * Goal: S11 an approver's decision that is on record reaches its run, even when the call that tells it is lost and nobody
 * opens the page again; and it is one decision, however often it is told.
 *
 * Method: whole runs, in which what the review function says to Step Functions does not arrive, or its answer does not.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { Fate } from '../../rehearsal/account/faults.ts';
import { answer, ask, fieldsIn, invited, meanwhile, platform, security, send } from '../rehearsal/day/people.ts';
import { changed, locked, played, synthesised } from '../rehearsal/day/played.ts';

const assembly = synthesised();

/** Whoever must answer does, once. The schedules' moment comes afterwards, so many times. */
const answered = (fate: Fate, fields: Readonly<Record<string, string>>, sweeps: number) => {
  const seen = { status: 0, text: '', seconds: 0, wakings: 0 };
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
          // Two must approve it; one rejection is enough.
          if (fields['decision'] !== 'rejected') await answer(scene, await invited(scene, security));
          const link = await invited(scene, platform);
          const began = scene.time.now();
          const { status, text } = await answer(scene, link, fields);
          Object.assign(seen, { status, text, seconds: (scene.time.now() - began) / 1_000 });
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

describe('S11 an approver whose answer is on record, while Step Functions is of no use', () => {
  for (const fate of ['requestLost', 'throttled'] as const) {
    it(`gets a page before the function is stopped, which says that the run is told later (${fate})`, async () => {
      const { played: day, seen } = await answered(fate, {}, 1);
      assert.deepEqual([seen.status, day.report.outcome], [202, 'completed']);
      assert.match(seen.text, /The run has not been told yet, and will be within a few minutes/);
      assert.ok(seen.seconds > 3 && seen.seconds < 20, `${seen.seconds} s`);
    });
  }
});

describe('S11 an approver whose answer cannot be recorded', () => {
  for (const service of ['s3', 'kms']) {
    it(`gets a page before the function is stopped, and nothing is recorded (${service} does not answer)`, async () => {
      const seen = { status: 0, text: '', seconds: 0 };
      let isSilent = false;
      const day = await played(assembly, {
        scenario: {
          outcome: 'expired',
          nobodyAnswers: true,
          begin: async (scene) => ({
            fateOf: (call) =>
              isSilent && call.service === service && call.principal.includes('Review') ? 'requestLost' : 'works',
            ...meanwhile(async () => {
              const link = await invited(scene, platform);
              const { text: page } = await ask(scene, link);
              isSilent = true;
              const began = scene.time.now();
              const { status, text } = await send(scene, link, { ...fieldsIn(page), decision: 'approved' });
              Object.assign(seen, { status, text, seconds: (scene.time.now() - began) / 1_000 });
              isSilent = false;
            }),
          }),
        },
      });
      assert.deepEqual([seen.status, day.report.outcome, changed(day)], [503, 'expired', []]);
      assert.match(seen.text, /Open your link again in a minute/);
      assert.ok(seen.seconds > 10 && seen.seconds < 20, `${seen.seconds} s`);
    });
  }
});

describe('S11 a decision that is on record', () => {
  it('reaches its run by the sweep, when the call was lost and nobody opens the page again', async () => {
    const { played: day, seen } = await answered('requestLost', {}, 1);
    assert.deepEqual([seen.status, day.report.outcome, day.report.rotated], [202, 'completed', 10]);
    assert.deepEqual([locked(day), day.report.clients.failures, day.report.denied], [[], 0, []]);
  });

  it('is made of the answers by the sweep, when the review dies between the last of them and the decision', async () => {
    const seen = { status: 0, killed: 0 };
    const day = await played(assembly, {
      scenario: {
        outcome: 'completed',
        nobodyAnswers: true,
        begin: async (scene) => ({
          fateOf: ({ operation, principal, input }) => {
            const { Key = '' } = input as { Key?: string };
            const isDecision = operation === 'PutObject' && Key.endsWith('/decision.json');
            if (!isDecision || !principal.includes('Review')) return 'works';
            seen.killed += 1;
            return 'callerDies';
          },
          ...meanwhile(async () => {
            await answer(scene, await invited(scene, platform));
            seen.status = (await answer(scene, await invited(scene, security))).status;
            await scene.time.sleep(300_000);
            scene.cloud.deliveries.sweep();
          }),
        }),
      },
    });
    assert.deepEqual(
      [seen.status >= 500, seen.killed, day.report.outcome, day.report.rotated],
      [true, 1, 'completed', 10],
    );
    assert.deepEqual([locked(day), day.report.denied], [[], []]);
  });

  it('is told once more in vain when only the answer was lost: the run is not disturbed', async () => {
    const { played: day, seen } = await answered('responseLost', {}, 3);
    assert.deepEqual([seen.status, day.report.outcome, day.report.rotated], [202, 'completed', 10]);
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

describe('S11 a decision at the end of the time to answer', () => {
  /** Security approves at once, platform so many seconds before it is over. Step Functions hears nothing, and nobody sweeps. */
  const decidedBefore = async (secondsBefore: number) => {
    let answered: { readonly status: number; readonly text: string } | undefined;
    const day = await played(assembly, {
      scenario: {
        outcome: secondsBefore > 0 ? 'completed' : 'expired',
        nobodyAnswers: true,
        begin: async (scene) => ({
          fateOf: ({ operation }) => (operation === 'SendTaskSuccess' ? 'requestLost' : 'works'),
          ...meanwhile(async () => {
            await answer(scene, await invited(scene, security));
            const { cloud, run, time } = scene;
            const { answerBy } = JSON.parse(cloud.s3.text(cloud.deskBucket, `pending/${run}.json`) ?? '{}');
            const link = await invited(scene, platform);
            const fields = { ...fieldsIn((await ask(scene, link)).text), decision: 'approved' };
            await time.sleep(answerBy - secondsBefore * 1_000 - time.now());
            answered = await send(scene, link, fields);
          }),
        }),
      },
    });
    return { report: day.report, answered, locked: locked(day) };
  };

  it('reaches its run when it was given ten seconds before, though nobody could tell it', async () => {
    const { report, answered, locked } = await decidedBefore(10);
    assert.deepEqual([answered?.status, report.outcome, report.rotated, locked], [202, 'completed', 10, []]);
    assert.match(answered?.text ?? '', /The run has not been told yet/);
  });

  it('is none when it is given at that very moment: the page says so, and the run who is missing', async () => {
    const { report, answered } = await decidedBefore(0);
    assert.match(answered?.text ?? '', /The time to answer is over/);
    assert.deepEqual(
      [answered?.status, report.outcome, report.reasons],
      [409, 'expired', ['approvalsMissing: 1 of 2 (security-oncall); no answer from platform-oncall, payments-oncall']],
    );
  });
});
