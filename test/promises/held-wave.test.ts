/*
 * Goal: S1 a wave that is held starts only after an approval of its own; whatever else is said of it ends the run, and the
 * waves before it stay.
 *
 * Method: whole runs of a deployment that holds before tier high, whose secrets are in wave 2.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../chromepay.config.ts';
import { answer, ask, fieldsIn, invited, invoke, meanwhile, platform, security } from '../rehearsal/day/people.ts';
import { moved, played, synthesised } from '../rehearsal/day/played.ts';

const tiers = settings.tiers.map((tier) => ({ ...tier, holdBefore: tier.name === 'high' }));
const assembly = synthesised({ ...settings, tiers });

type Scene = Parameters<typeof invited>[0];

/** Two approve the plan. What is done when wave 2 is asked about is the test's. */
const askedAboutWave = (work: (scene: Scene, link: string) => Promise<unknown>) =>
  played(assembly, {
    scenario: {
      outcome: 'halted',
      nobodyAnswers: true,
      begin: async (scene) =>
        meanwhile(async () => {
          const link = await invited(scene, platform);
          await answer(scene, link);
          await answer(scene, await invited(scene, security));
          while ((await invited(scene, platform)) === link) await scene.time.sleep(60_000);
          await work(scene, await invited(scene, platform));
        }),
    },
  });

describe('S1 a wave that is held', () => {
  it('S1 starts once as many people have approved it as its tier demands', async () => {
    const { report, scene } = await played(assembly);
    assert.deepEqual([report.outcome, report.rotated], ['completed', 10]);
    const { cloud, run } = scene;
    const decision = JSON.parse(cloud.s3.text(cloud.archiveBucket, `runs/${run}/decisions/wave-2.json`) ?? '{}');
    assert.deepEqual(
      decision.answers.map(({ answer }: { answer: { approver: string; scope: string } }) => [
        answer.approver,
        answer.scope,
      ]),
      [
        ['platform-oncall', 'wave-2'],
        ['security-oncall', 'wave-2'],
      ],
    );
  });

  it('S1 is not rotated past the workflow, nor by one approval of two; unanswered, the run ends and wave 1 stays', async () => {
    let page = '';
    let said: unknown;
    const day = await askedAboutWave(async (scene, link) => {
      page = (await ask(scene, link)).text;
      await answer(scene, link);
      const { cloud, run } = scene;
      const lines = (cloud.s3.text(cloud.archiveBucket, `runs/${run}/waves/2.jsonl`) ?? '').split('\n');
      const batch = lines.map((line) => JSON.parse(line)).find(({ tier }) => tier === 'high');
      said = await invoke(scene, 'keyturn-prod-rotate-batch-high', { goal: 'rotate', batch });
    });
    assert.match(page, /Go on with wave 2 of 2: rotate 5 secrets[\s\S]*Wave 1<\/span>[\s\S]*ended well/);
    assert.deepEqual(said, { kind: 'notStarted', reason: 'waveApprovalMissing' });
    assert.deepEqual(
      [day.report.outcome, day.report.reasons],
      [
        'halted',
        [
          'waveNotApproved: 2',
          'approvalsMissing: 1 of 2 (platform-oncall); no answer from security-oncall, payments-oncall',
        ],
      ],
    );
    assert.equal(moved(day).length, 5);
  });

  it('S1 is not approved by an answer to the plan that comes late', async () => {
    const statuses: number[] = [];
    const day = await askedAboutWave(async (scene, link) => {
      const fields = { ...fieldsIn((await ask(scene, link)).text), scope: 'plan', count: '10' };
      statuses.push((await answer(scene, link, fields)).status);
      statuses.push((await answer(scene, link, { decision: 'rejected', reason: 'not tonight' })).status);
    });
    assert.deepEqual(statuses, [409, 200]);
    assert.deepEqual([day.report.outcome, day.report.reasons], ['halted', ['waveRejected: not tonight']]);
    assert.equal(moved(day).length, 5);
  });
});
