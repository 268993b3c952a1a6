/*
 * Goal: a run that dies, wherever it dies, is settled: nothing half-way, no client that notices, the lock free, people told
 * once (S5, S11).
 *
 * Method: whole runs on the small fleet. The execution is stopped as each of its states is entered, or a function is killed
 * at a call of its own; then everything is looked at behind the run's back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import settings from '../../chromepay.config.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { answer, invited, meanwhile, platform, security } from '../rehearsal/day/people.ts';
import { locked, moved, played, synthesised } from '../rehearsal/day/played.ts';
import { type Death, isSettled, recoveryOf, stoppedAt } from './deaths.ts';

const assembly = synthesised();

describe('S11 a run that is stopped is settled, in whichever state it was', () => {
  for (const death of [
    { state: 'Draft plan' },
    { state: 'Preflight' },
    { state: 'Confirm plan' },
    { state: 'Request approval' },
    { state: 'Confirm approval' },
    { state: 'Confirm approval', after: 60 },
    { state: 'Confirm approval', after: 150 },
    { state: 'Await window' },
    { state: 'Admit wave', visit: 2, after: 100 },
    { state: 'Rotate wave' },
    { state: 'Rotate wave', after: 150 },
    { state: 'Rotate wave', after: 400 },
    { state: 'Rotate wave', visit: 2, after: 100 },
    { state: 'Rotate wave', visit: 2, after: 700 },
    { state: 'Bake', after: 100_000 },
    { state: 'Probe wave', visit: 2 },
    { state: 'Judge wave' },
    { state: 'Renew expiry' },
    { state: 'Renew expiry', visit: 2, after: 100 },
    { state: 'Close run' },
    { state: 'Close run', after: 90 },
  ] satisfies readonly Death[]) {
    const { state, visit = 1, after = 1 }: Death = death;
    it(`${state}, visit ${visit}, ${after} ms after it began`, async () => {
      const day = await played(assembly, {
        scenario: {
          outcome: 'halted',
          // A run that was never asked about waits for nobody.
          nobodyAnswers: state === 'Request approval',
          begin: async (scene) => stoppedAt(scene, death),
        },
      });
      isSettled(day);
    });
  }

  for (const state of ['Request wave approval', 'Remind of wave']) {
    it(`${state}, while people are asked about a wave that is held`, async () => {
      const tiers = settings.tiers.map((tier) => ({ ...tier, holdBefore: tier.name === 'high' }));
      const day = await played(synthesised({ ...settings, tiers }), {
        scenario: {
          outcome: 'halted',
          nobodyAnswers: true,
          begin: async (scene) => ({
            ...stoppedAt(scene, { state, after: 60_000 }),
            ...meanwhile(async () => {
              for (const who of [platform, security]) await answer(scene, await invited(scene, who));
            }),
          }),
        },
      });
      isSettled(day);
      assert.equal(moved(day).length, 5, 'the wave before stays');
    });
  }

  it('even when the event that tells of it is lost: the sweep finds whoever has the lock', async () => {
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => {
          scene.cloud.deliveries.loseEvents = true;
          return stoppedAt(
            scene,
            { state: 'Rotate wave', visit: 2, after: 400 },
            {
              settled: async () => {
                await scene.time.sleep(900_000);
                scene.cloud.deliveries.sweep();
                scene.cloud.deliveries.sweep();
                await scene.cloud.settled();
              },
            },
          );
        },
      },
    });
    isSettled(day);
    assert.equal(recoveryOf(day)?.outcome, 'rolled-back');
  });
});

describe('S11 each step of a run that died and was settled', () => {
  it('begins nothing when it is called once more, whoever calls it: nothing is confirmed, admitted, turned or tagged', async () => {
    const answers: unknown[] = [];
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => {
          const { cloud, run, time } = scene;
          const invoke = async (name: string, event: object) => {
            const arn = cloud.functionArn(name);
            cloud.account.authorisation.admit('arn:aws:iam::111122223333:role/redriver', 'administrator');
            const { Payload } = (await cloud.account.call(
              'arn:aws:iam::111122223333:role/redriver',
              'lambda',
              'Invoke',
              {
                FunctionName: arn,
                Payload: JSON.stringify(event),
              },
            )) as { Payload: string };
            answers.push(JSON.parse(Payload));
          };
          return stoppedAt(
            scene,
            { state: 'Rotate wave', visit: 2, after: 400 },
            {
              settled: async () => {
                await cloud.settled();
                await time.sleep(3_600_000);
                const { digest } = JSON.parse(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run)) ?? '')
                  .answers[0].answer;
                const [line = ''] = (cloud.s3.text(cloud.archiveBucket, archiveKeys.wave(run, 2)) ?? '').split('\n');
                await invoke('keyturn-prod-confirm-plan', { goal: 'approval', run, digest });
                await invoke('keyturn-prod-admit-wave', { run, wave: 2 });
                const batch = JSON.parse(line);
                await invoke(`keyturn-prod-rotate-batch-${batch.tier}`, { goal: 'rotate', batch });
                await invoke(`keyturn-prod-rotate-batch-${batch.tier}`, { goal: 'roll back', batch });
                await invoke('keyturn-prod-judge-wave', { run, wave: 1, phase: 'baked' });
                await invoke('keyturn-prod-renew-expiry', { run, wave: 2 });
                await invoke('keyturn-prod-renew-expiry', { run, wave: 1 });
              },
            },
          );
        },
      },
    });
    assert.deepEqual(answers.slice(0, 4), [
      { next: 'end', outcome: 'refused', reasons: ['runEnded'] },
      { next: 'end', outcome: 'halted', reasons: ['goAheadWithdrawn'] },
      { kind: 'notStarted', reason: 'goAheadWithdrawn' },
      { kind: 'notStarted', reason: 'runOver' },
    ]);
    const [judged, ...renewals] = answers.slice(4) as [{ next: string }, ...{ errorMessage: string }[]];
    // What was judged stays as it was judged, and moves no tag any more.
    assert.equal(judged.next, 'go on');
    for (const { errorMessage } of renewals) assert.match(errorMessage, /archive holds nothing|was settled/);
    assert.equal(renewals.length, 2);
    isSettled(day);
  });
});

describe('S11 a function that is killed', () => {
  for (const nth of [1, 3, 6, 9, 12, 15, 18, 21, 24, 27]) {
    for (const fate of ['callerDies', 'callerDiesAfter'] as const) {
      it(`at call ${nth} of rotate-batch in wave 1 (${fate}) costs nothing but the wave`, async () => {
        const seen = { count: 0 };
        const day = await played(assembly, {
          scenario: {
            outcome: 'rolled-back',
            begin: async () => ({
              fateOf: ({ principal }) => {
                if (!principal.includes('RotateBatch')) return 'works';
                seen.count += 1;
                return seen.count === nth ? fate : 'works';
              },
            }),
          },
        });
        assert.deepEqual(locked(day), []);
        assert.deepEqual([day.report.outcome, day.report.clients.failures, day.report.held], ['rolled-back', 0, 0]);
        assert.deepEqual(moved(day), []);
        assert.deepEqual(day.scene.cloud.s3.keys(day.scene.cloud.deskBucket, 'lock.json'), []);
      });
    }
  }
});

describe('S11 two runs at once', () => {
  it('are one rotation: the second ends when it would begin, and the first is not disturbed', async () => {
    const { scenarios } = await import('../../rehearsal/day/scenarios.ts');
    const day = await played(assembly, { scenario: scenarios['two-runs'] ?? assert.fail() });
    assert.deepEqual([day.report.outcome, day.report.promise.broken], ['completed', []]);
    assert.deepEqual(locked(day), []);
  });
});
