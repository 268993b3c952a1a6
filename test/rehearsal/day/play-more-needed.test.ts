/*
 * Goal: whoever must still approve learns of it when somebody has approved, not only from the page or a reminder; and of each
 * answer once.
 *
 * Method: whole runs of a plan that needs two. S3 says that an answer came in, or its word is lost, or comes once more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../../core/archive-keys.ts';
import type { Scene } from '../../../rehearsal/day/scenario.ts';
import { answer, invited, meanwhile, platform, security } from './people.ts';
import { locked, played, synthesised } from './played.ts';

const assembly = synthesised();

const people = [platform, security, 'payments-oncall@chromepay.example'];

/** Platform approves, something happens, and a minute later security approves as well. */
async function approvedByTwo({
  before = () => {},
  after = () => {},
}: Partial<Record<'before' | 'after', (scene: Scene) => void>>) {
  const heard: string[][] = [];
  const day = await played(assembly, {
    scenario: {
      nobodyAnswers: true,
      begin: async (scene) =>
        meanwhile(async () => {
          const link = await invited(scene, platform);
          before(scene);
          await answer(scene, link);
          after(scene);
          await scene.time.sleep(60_000);
          heard.push(...people.map((to) => scene.cloud.ses.inbox(to).map(({ subject }) => subject)));
          await answer(scene, await invited(scene, security));
        }),
    },
  });
  assert.deepEqual([day.report.outcome, day.report.rotated, day.report.denied, locked(day)], ['completed', 10, [], []]);
  return { day, heard: heard.map((subjects) => subjects.map((subject) => subject.split(':')[1])) };
}

const [asked, more] = [' rotate 10 secrets? Answer by 2026-11-18 23', ' 1 more must approve'];

describe('an approval of a plan that needs two', () => {
  it('is told within a minute to those who have not answered, whose new link works', async () => {
    const { day, heard } = await approvedByTwo({});
    assert.deepEqual(heard, [[asked], [asked, more], [asked, more]]);

    const { cloud, run } = day.scene;
    const decision = JSON.parse(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run)) ?? '{}');
    assert.equal(decision.answers.length, 2);
    // What completed the quorum was told to nobody as an answer.
    assert.equal(cloud.ses.inbox(people[2] ?? '').length, 3);
  });

  it('is told once, however often S3 says that it came in', async () => {
    const { heard } = await approvedByTwo({
      after: ({ cloud, run }) => {
        const key = archiveKeys.answer(run, 'plan', 'platform-oncall');
        for (const _ of [1, 2])
          cloud.deliveries.tellOfObject(cloud.events, { bucket: cloud.archiveBucket, key, size: 1, etag: '' });
      },
    });
    assert.deepEqual(heard, [[asked], [asked, more], [asked, more]]);
  });

  it('still counts when nobody is told of it, because the event is lost', async () => {
    const { heard } = await approvedByTwo({
      before: ({ cloud }) => {
        cloud.deliveries.loseEvents = true;
      },
    });
    assert.deepEqual(heard, [[asked], [asked], [asked]]);
  });
});
