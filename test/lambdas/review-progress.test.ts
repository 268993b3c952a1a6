import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { instant } from '../../core/instant.ts';
import type { RunReport } from '../../core/report/report.ts';
import { ApprovalWorld, asOf, chromePayPlan, run } from './approval-world.ts';

/* After the decision the same link shows how the run goes, from what its steps leave in the archive. */

async function arrange(answer: Readonly<Record<string, string>> = { decision: 'approved', count: '38' }) {
  const world = new ApprovalWorld();
  await world.ask(chromePayPlan());
  const firstApprover = world.pathFor('first-approver');
  const answered = await world.post(firstApprover, answer);
  const leave = (key: string, document: unknown) => world.archive.texts.set(key, JSON.stringify(document));
  const course = async () => courseIn((await world.get(firstApprover)).body);
  return { world, firstApprover, answered, leave, course };
}

/** The sentence and the words beside each wave. */
const courseIn = (body: string): string[] => {
  const section = /<section id="progress"[\s\S]*?<\/section>/.exec(body)?.[0] ?? '';
  const now = /<p id="now" role="status">([\s\S]*?)<\/p>/.exec(section)?.[1] ?? '';
  return [
    now.replace(/<[^>]+>/g, ''),
    ...[...section.matchAll(/class="words">([^<]*)</g)].map(([, words = '']) => words),
  ];
};

const sound = { verdict: 'sound', reasons: [], secrets: [] };
const probed = { answer: undefined, sightings: [], doubts: [] };
const waiting = 'waits for its turn';

const report = (more: Partial<RunReport> = {}): RunReport =>
  ({
    run,
    mode: 'rotate',
    outcome: 'completed',
    reasons: [],
    endedAt: instant(asOf + 8 * 3_600_000),
    selected: 38,
    rotated: 38,
    rolledBack: 0,
    held: 0,
    waves: [1, 2, 3].map((number) => ({ number, tiers: [], planned: 1, rotated: 1, outcome: 'renewed' })),
    ...more,
  }) as RunReport;

describe('the course of an approved run', () => {
  it('begins when the window opens, as the answer itself says already', async () => {
    const { answered, course } = await arrange();
    const expected = ['The first wave starts from 2026-11-19 02:00 UTC on.', waiting, waiting, waiting];
    assert.deepEqual(courseIn(answered.body), expected);
    assert.deepEqual(await course(), expected);
  });

  it('counts the batches of the wave under way', async () => {
    const { leave, course } = await arrange();
    leave(archiveKeys.verdict(run, 1, 'baked'), sound);
    for (const index of [0, 1, 2]) leave(archiveKeys.probe(run, 2, 'rotated', index), probed);

    assert.deepEqual(await course(), [
      'Wave 2 of 3 is under way.',
      'ended well',
      '3 of 5 batches done and probed',
      waiting,
    ]);
  });

  it('says that a wave bakes, once all of its batches are probed', async () => {
    const { leave, course } = await arrange();
    leave(archiveKeys.probe(run, 1, 'rotated', 0), probed);
    assert.deepEqual((await course()).slice(0, 2), ['Wave 1 of 3 is done, and is watched.', 'is done, and is watched']);
  });

  it('says that a wave goes back after a doubt, or an unsound bake', async () => {
    const { leave, course } = await arrange();
    leave(archiveKeys.probe(run, 1, 'rotated', 0), { ...probed, doubts: [{ kind: 'rejected' }] });
    assert.equal((await course())[1], 'goes back');
    leave(archiveKeys.verdict(run, 1, 'baked'), { ...sound, verdict: 'unsound' });
    assert.equal((await course())[1], 'goes back');
    leave(archiveKeys.verdict(run, 1, 'rolledBack'), { ...sound, verdict: 'back' });
    assert.equal((await course())[1], 'went back');
    leave(archiveKeys.verdict(run, 1, 'rolledBack'), { ...sound, verdict: 'held' });
    assert.match((await course())[1] ?? '', /held for people/);
  });

  it('waits for the report when every wave has ended well', async () => {
    const { leave, course } = await arrange();
    for (const wave of [1, 2, 3]) leave(archiveKeys.verdict(run, wave, 'baked'), sound);
    assert.match((await course())[0] ?? '', /^Every wave ended well/);
  });

  it('ends with the report, and no longer asks to be looked at again', async () => {
    const { world, firstApprover, leave, course } = await arrange();
    leave(archiveKeys.report(run), report());

    assert.deepEqual(await course(), [
      'The run is complete: every wave ended well.',
      'ended well',
      'ended well',
      'ended well',
    ]);
    const { body } = await world.get(firstApprover);
    assert.match(body, /38 of 38 secrets rotated, 0 rolled back, 0 held\. Ended/);
    for (const gone of ['data-running', 'Look again', 'Send the decision']) {
      assert.ok(!body.replace(/<script>[\s\S]*<\/script>/, '').includes(gone), gone);
    }
  });

  it('tells why a wave went back, as text', async () => {
    const { world, firstApprover, leave } = await arrange();
    const waves = report().waves.map((wave) => ({ ...wave, outcome: 'rolled-back' as const }));
    leave(archiveKeys.report(run), report({ outcome: 'rolled-back', reasons: ['doubt: <b>orders</b>'], waves }));
    const { body } = await world.get(firstApprover);

    assert.match(body, /A wave was not sound and went back[\s\S]*doubt: &lt;b&gt;orders&lt;\/b&gt;/);
  });

  it('is shown to everyone who was asked, and offers to send the decision again only until the run goes on', async () => {
    const { world, firstApprover, leave } = await arrange();
    assert.match((await world.get(firstApprover)).body, /Send the decision to the run again/);
    leave(archiveKeys.probe(run, 1, 'rotated', 0), probed);
    assert.ok(!(await world.get(firstApprover)).body.includes('Send the decision to the run again'));
    assert.match((await world.get(world.pathFor('second-approver'))).body, /<section id="progress" data-running/);
  });

  it('takes a dozen looks at a wave of thousands of batches, and none at a plan that still waits', async () => {
    const { world, firstApprover, leave } = await arrange();
    const fetched: string[] = [];
    const { fetch } = world.archive;
    world.archive.fetch = (key) => {
      fetched.push(key);
      return fetch.call(world.archive, key);
    };
    leave(archiveKeys.verdict(run, 1, 'baked'), sound);
    await world.get(firstApprover);
    assert.ok(fetched.filter((key) => key.includes('/probes/')).length <= 3);

    const other = new ApprovalWorld();
    await other.ask(chromePayPlan());
    other.archive.texts.set(archiveKeys.report(run), JSON.stringify(report()));
    assert.ok(!(await other.get(other.pathFor('first-approver'))).body.includes('id="progress"'));
  });
});

describe('a run that nobody approved', () => {
  it('shows its end beside the rejection', async () => {
    const { world, firstApprover, leave } = await arrange({ decision: 'rejected', reason: 'not today' });
    leave(archiveKeys.report(run), report({ outcome: 'rejected', rotated: 0, waves: [] }));
    assert.match(
      (await world.get(firstApprover)).body,
      /Rejected by[\s\S]*How the run ended[\s\S]*nothing was touched/,
    );
  });

  it('shows its end to whoever comes too late', async () => {
    const world = new ApprovalWorld();
    await world.ask(chromePayPlan());
    world.now = instant(asOf + 7 * 3_600_000);
    world.archive.texts.set(archiveKeys.report(run), JSON.stringify(report({ outcome: 'expired', rotated: 0 })));
    assert.match(
      (await world.get(world.pathFor('first-approver'))).body,
      /Too late to answer[\s\S]*because nobody answered/,
    );
  });

  it('shows no course that cannot be read', async () => {
    const { world, firstApprover, course } = await arrange();
    world.archive.texts.set(archiveKeys.report(run), 'no report');
    assert.deepEqual((await course()).slice(1), [waiting, waiting, waiting]);
    assert.equal((await world.get(firstApprover)).statusCode, 200);
  });
});
