import assert from 'node:assert/strict';

import { publicKeyFrom } from '../../adapters/public-key.ts';
import { exhibitOf } from '../../bin/evidence/copy.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { FinishedRun } from '../../core/past-runs/history.ts';
import type { RecoveryReport } from '../../core/past-runs/recovery.ts';
import { executionOf } from '../../rehearsal/day/dying-runs.ts';
import { evidenceOf } from '../../rehearsal/day/evidence.ts';
import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { findingsIn } from '../evidence.ts';
import { locked, moved, type Played } from '../rehearsal/day/played.ts';

export interface Death {
  readonly state: string;
  /** At which of its visits, from 1. */
  readonly visit?: number;
  /** So many milliseconds after the state was entered. */
  readonly after?: number;
}

export const stoppedAt = (scene: Scene, { state, visit = 1, after = 1 }: Death, more: Trap = {}): Trap => {
  let visits = 0;
  return {
    ...more,
    onTransition: (transition) => {
      if (transition.kind !== 'entered' || transition.execution !== scene.run || transition.state !== state) return;
      visits += 1;
      if (visits === visit) scene.time.after(after, () => scene.cloud.states.stop(executionOf(scene, scene.run)));
    },
  };
};

export const recoveryOf = ({ scene: { cloud, run } }: Played): RecoveryReport | undefined => {
  const text = cloud.s3.text(cloud.archiveBucket, archiveKeys.recovery(run));
  return text === undefined ? undefined : JSON.parse(text);
};

interface Settled {
  /** How the execution ended, for the last time before it was settled. */
  readonly died?: 'ABORTED' | 'FAILED';
  /** What AWS did not let Keyturn do. */
  readonly denied?: readonly string[];
}

/** What must be so after every death. */
export function isSettled(day: Played, { died = 'ABORTED', denied = [] }: Settled = {}): void {
  const { scene, report } = day;
  const { cloud } = scene;
  const pending = cloud.secretsManager
    .arns()
    .filter((arn) => cloud.secretsManager.labels(arn)['AWSPENDING'] !== undefined);
  const told = cloud.events.events().filter((event) => event['detail-type'] === 'Keyturn run recovered');
  const rotated = report.secrets.filter(({ kind }) => kind === 'rotated').map(({ name }) => name);

  assert.deepEqual(locked(day), [], 'AWSCURRENT authenticates');
  assert.deepEqual([report.clients.failures, report.clients.stillFailing], [0, []]);
  assert.deepEqual(moved(day).toSorted(), rotated.toSorted(), 'what moved is what is reported as rotated');
  assert.deepEqual([pending, report.held], [[], 0]);
  assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'lock.json'), [], 'the lock is free');
  assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'go-ahead/'), []);
  assert.equal(recoveryOf(day)?.died.status, died);
  assert.equal(told.length, 1, 'people are told once');
  const left = evidenceOf(cloud, scene.run);
  const exhibits = left.versions.map(exhibitOf);
  assert.ok(exhibits.some(({ key }) => key === archiveKeys.recoveryManifest(scene.run)));
  const { isGenuine: isSigned } = publicKeyFrom(left.publicKey);
  assert.deepEqual(findingsIn(scene.run, exhibits, { isSigned }), [], 'its evidence is whole');
  const history: FinishedRun[] = JSON.parse(cloud.s3.text(cloud.deskBucket, 'history.json') ?? '[]');
  const hadPlan = cloud.s3.text(cloud.archiveBucket, archiveKeys.plan(scene.run)) !== undefined;
  assert.deepEqual(
    history.map(({ run, outcome }) => [run, outcome]),
    hadPlan ? [[scene.run, recoveryOf(day)?.outcome]] : [],
    'it is remembered as it was settled',
  );
  assert.deepEqual([...new Set(report.denied.map(({ action }) => action))], denied);
}
