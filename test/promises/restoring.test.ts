/*
 * Goal: what a run rotated can be restored by another, under every guard that a rotation has, and no client notices (S1,
 * S5, S6, S11). What cannot be restored is reported and not touched.
 *
 * Method: whole runs on the small fleet, under the deployed policies: a rotation, and then its restore, with something
 * changed in between or going wrong; then everything is looked at behind the runs' back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { RecoveryReport } from '../../core/past-runs/recovery.ts';
import type { Run } from '../../core/plan.ts';
import type { NotPlanned } from '../../core/planning/draft.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Start } from '../../core/start.ts';
import { executionOf } from '../../rehearsal/day/dying-runs.ts';
import { playBeside, playRestore } from '../../rehearsal/day/restored-run.ts';
import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { scenarios } from '../../rehearsal/day/scenarios.ts';
import { operate } from '../rehearsal/day/people.ts';
import { locked, moved, type Played, played, synthesised } from '../rehearsal/day/played.ts';

const assembly = synthesised();
const [key, login] = ['prod/low/sandbox-gateway/api-key-1', 'prod/low/sandbox-gateway/db-app'] as const;

const restoreOf = ({ run }: Scene) => `${run}-restored` as Run;
const arnOf = ({ cloud }: Scene, name: string) =>
  cloud.secretsManager.arns().find((arn) => arn.includes(`:secret:${name}-`)) ?? assert.fail();

interface Restored {
  readonly day: Played;
  readonly report: RunReport | undefined;
}

/** A day on which everything is rotated, something happens, and then the restore is played. */
async function restored(
  between: (scene: Scene) => unknown = () => undefined,
  trap: (scene: Scene) => Trap = () => ({}),
) {
  let report: RunReport | undefined;
  const day = await played(assembly, {
    scenario: {
      begin: async (scene) => ({
        ...trap(scene),
        settled: async () => {
          await scene.cloud.settled();
          await between(scene);
          report = await playRestore(scene);
        },
      }),
    },
  });
  return { day, report } satisfies Restored;
}

const leftAlone = ({ scene: { cloud, run } }: Played): [string, string][] =>
  (
    JSON.parse(
      cloud.s3.text(cloud.archiveBucket, archiveKeys.leftAlone(`${run}-restored` as Run)) ?? '[]',
    ) as NotPlanned[]
  ).map(({ name, reason }) => [name, reason]);

/** What must be so after every restore, however it went. */
function isCalm({ report, scene: { cloud } }: Played): void {
  assert.deepEqual([report.clients.failures, report.clients.stillFailing], [0, []], 'no client notices (S5)');
  assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'lock.json'), [], 'the lock is free');
  assert.deepEqual(report.denied, [], 'no role is asked for more than it may');
}

describe('a restore of a whole run', () => {
  it('S5 returns every secret and tag to what it was, and no client notices', async () => {
    const { day, report } = await restored();
    assert.deepEqual(
      [report?.outcome, report?.mode, report?.selected, report?.rotated],
      ['completed', 'restore', 10, 10],
    );
    assert.deepEqual(report?.verification, { claims: 10, confirmed: 10, contradicted: 0 });
    assert.deepEqual(moved(day), []);
    for (const [arn, { tags }] of day.before) assert.deepEqual(day.scene.cloud.secretsManager.tags(arn), tags);
    assert.deepEqual(locked(day), []);
    isCalm(day);
  });

  it('is a scenario that keeps its promise', async () => {
    const day = await played(assembly, { scenario: scenarios['restored-run'] ?? assert.fail() });
    const [restore, ...others] = day.report.others;
    assert.deepEqual([day.report.outcome, day.report.promise.broken, others], ['completed', [], []]);
    assert.deepEqual(
      [restore?.mode, restore?.requestedBy, restore?.outcome, restore?.rotated],
      ['restore', 'somebody', 'completed', 10],
    );
    const moments = restore?.secrets.map(({ promotedAt = 0, demotedAt }) => [
      promotedAt > day.report.endedAt && promotedAt < (restore?.endedAt ?? 0),
      demotedAt,
    ]);
    assert.deepEqual(
      moments,
      new Array(10).fill([true, undefined]),
      'its moments are told of it, not of the first run',
    );
  });

  it('that leaves a secret elsewhere is told as a promise that was not kept', async () => {
    const { begin, ...restoredRun } = scenarios['restored-run'] ?? assert.fail();
    const day = await played(assembly, {
      scenario: {
        ...restoredRun,
        begin: async (scene) => {
          const trap = await begin?.(scene);
          const settled = async () => {
            await trap?.settled?.();
            const [SecretId] = scene.cloud.secretsManager.arns();
            operate(scene, 'TagResource', { SecretId, Tags: [{ Key: 'changed', Value: 'by-hand' }] });
          };
          return { ...trap, settled };
        },
      },
    });
    assert.deepEqual(day.report.promise.broken, ['of 1 secret, version or tags are not what they were']);
  });

  it('a second time has nothing to do, and says so', async () => {
    let again: RunReport | undefined;
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => ({
          settled: async () => {
            await scene.cloud.settled();
            await playRestore(scene);
            const start: Start = { mode: 'restore', of: scene.run, requestedBy: 'somebody', why: 'once more' };
            again = await playBeside(scene, { run: `${scene.run}-again` as Run, start });
          },
        }),
      },
    });
    assert.deepEqual([again?.outcome, again?.reasons, again?.selected], ['completed', ['nothingToRestore'], 0]);
    assert.deepEqual(again?.leftAlone, { restoredBefore: 10 });
    isCalm(day);
  });
});

describe('a restore reports, and does not touch', () => {
  it('an alternating pair that was rotated again since', async () => {
    let since: string | undefined;
    const { day, report } = await restored((scene) => {
      const arn = arnOf(scene, login);
      const value = String(scene.cloud.secretsManager.value(arn));
      operate(scene, 'PutSecretValue', {
        SecretId: arn,
        SecretString: value,
        ClientRequestToken: 'rotated-again-by-somebody-else-0',
      });
      since = scene.cloud.secretsManager.labels(arn)['AWSCURRENT'];
    });
    assert.deepEqual(leftAlone(day), [[login, 'movedSince']]);
    assert.deepEqual([report?.outcome, report?.rotated], ['completed', 9]);
    assert.equal(day.scene.cloud.secretsManager.labels(arnOf(day.scene, login))['AWSCURRENT'], since);
    isCalm(day);
  });

  it('a key that its target has forgotten since', async () => {
    const { day, report } = await restored((scene) => {
      const arn = arnOf(scene, key);
      const old = scene.cloud.secretsManager.labels(arn)['AWSPREVIOUS'] ?? '';
      const { apiKey, keyId } = JSON.parse(String(scene.cloud.secretsManager.value(arn, old)));
      const headers = { authorization: `Bearer ${apiKey}` };
      scene.estate.keys.target({ method: 'DELETE', path: `/v1/keys/${keyId}`, headers, body: '' });
    });
    assert.deepEqual(leftAlone(day), [[key, 'beforeRejected']]);
    assert.deepEqual([report?.outcome, report?.rotated], ['completed', 9]);
    assert.deepEqual(moved(day), [key]);
    isCalm(day);
  });
});

describe('a restore that goes wrong', () => {
  it('goes forward to the newer versions again, when a service cannot work with what is restored (S6)', async () => {
    let original: string | undefined;
    let isRestoring = false;
    const { day, report } = await restored(undefined, (scene) => {
      original = scene.cloud.secretsManager.labels(arnOf(scene, key))['AWSCURRENT'];
      return {
        sufferer: 'sandbox-gateway',
        onTransition: ({ execution }) => {
          isRestoring ||= execution === restoreOf(scene);
        },
        canUse: (_, secret, version) => !isRestoring || secret.name !== key || version !== original,
      };
    });
    assert.deepEqual([report?.outcome, report?.rolledBack, report?.rotated], ['rolled-back', 5, 0]);
    assert.ok(report?.reasons.includes('serviceUnhealthy: sandbox-gateway'));
    assert.equal(moved(day).length, 10, 'everything is where the rotation left it');
    const tags = [...day.before].filter(([arn, { tags }]) => {
      return JSON.stringify(day.scene.cloud.secretsManager.tags(arn)) === JSON.stringify(tags);
    });
    assert.equal(tags.length, day.before.size - 10, 'and so is every tag');
    assert.deepEqual([day.report.clients.stillFailing, locked(day), day.report.denied], [[], [], []]);
  });

  it('and dies is settled: its wave is forward again, the lock is free, and people are told (S11)', async () => {
    const { day } = await restored(undefined, (scene) => {
      let visits = 0;
      return {
        onTransition: ({ kind, state, execution }) => {
          if (kind !== 'entered' || execution !== restoreOf(scene) || state !== 'Rotate wave') return;
          visits += 1;
          if (visits === 2) scene.time.after(400, () => scene.cloud.states.stop(executionOf(scene, restoreOf(scene))));
        },
      };
    });
    const { cloud } = day.scene;
    const text = cloud.s3.text(cloud.archiveBucket, archiveKeys.recovery(restoreOf(day.scene))) ?? '{}';
    const recovery = JSON.parse(text) as RecoveryReport;
    assert.deepEqual([recovery.mode, recovery.outcome, recovery.died.status], ['restore', 'rolled-back', 'ABORTED']);
    assert.deepEqual(
      recovery.waves.map(({ outcome }) => outcome),
      ['renewed', 'rolled-back'],
    );
    assert.equal(moved(day).length, 5, 'wave 1 is restored, wave 2 is on its newer versions');
    assert.deepEqual(locked(day), []);
    isCalm(day);
  });

  it('while another is under way ends at once: there is one lock (S11)', async () => {
    let other: Promise<RunReport | undefined> | undefined;
    const { day, report } = await restored(undefined, (scene) => ({
      onTransition: ({ kind, state, execution }) => {
        if (kind !== 'entered' || execution !== restoreOf(scene) || state !== 'Bake') return;
        const start: Start = { mode: 'restore', of: scene.run, requestedBy: 'somebody', why: 'at the same time' };
        other ??= playBeside(scene, { run: `${scene.run}-other` as Run, start });
      },
    }));
    const refused = await other;
    assert.deepEqual([refused?.outcome, refused?.reasons], ['refused', [`lockHeld: ${restoreOf(day.scene)}`]]);
    assert.deepEqual([report?.outcome, report?.rotated, moved(day)], ['completed', 10, []]);
    isCalm(day);
  });
});
