/*
 * Goal: S9, S10 the deployed look at the secrets of the last runs names what an outsider changed, once, and is silent otherwise.
 *
 * Method: a whole run under the deployed policies; then somebody acts past Keyturn, and the schedule's moment comes.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { toIso } from '../../core/instant.ts';
import { driftFound } from '../../core/past-runs/drift.ts';
import type { Scene } from '../../rehearsal/day/scenario.ts';
import { moved, played, synthesised } from '../rehearsal/day/played.ts';

const outsider = 'arn:aws:iam::111122223333:role/outsider';

it('S10 a secret that somebody moved after the run is told of by name, once; before that, nothing is', async () => {
  const answers: unknown[] = [];
  const look = async ({ cloud, time }: Scene) => {
    await time.sleep(86_400_000);
    const event = {
      FunctionName: cloud.functionArn('keyturn-prod-watch-drift'),
      Payload: JSON.stringify({ at: toIso(time.now()) }),
    };
    const { Payload } = (await cloud.account.call(outsider, 'lambda', 'Invoke', event)) as { Payload: string };
    answers.push(JSON.parse(Payload));
  };
  const day = await played(synthesised(), {
    scenario: {
      begin: async (scene) => ({
        settled: async () => {
          const { cloud } = scene;
          cloud.account.authorisation.admit(outsider, 'administrator');
          await look(scene);
          const arn =
            cloud.secretsManager.arns().find((one) => one.includes('prod/low/sandbox-gateway/api-key-1')) ?? '';
          const { AWSCURRENT: now = '', AWSPREVIOUS: before = '' } = cloud.secretsManager.labels(arn);
          const move = { SecretId: arn, VersionStage: 'AWSCURRENT', MoveToVersionId: before, RemoveFromVersionId: now };
          await cloud.account.call(outsider, 'secretsmanager', 'UpdateSecretVersionStage', move);
          await look(scene);
          await look(scene);
        },
      }),
    },
  });
  assert.deepEqual(answers, [
    { looked: 10, drifted: 0, told: 0 },
    { looked: 10, drifted: 1, told: 1 },
    { looked: 10, drifted: 1, told: 0 },
  ]);
  const told = day.logged.filter((line) => line.includes(driftFound));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /prod\/low\/sandbox-gateway\/api-key-1: labelMoved/);
  assert.match(
    day.scene.cloud.ses.inbox('security-oncall@chromepay.example').at(-1)?.text ?? '',
    /api-key-1: AWSCURRENT is on another version than the run left it on/,
  );
  assert.deepEqual([day.report.denied, moved(day).length], [[], 9], 'nothing was touched');
});
