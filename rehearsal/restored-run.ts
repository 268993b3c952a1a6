import { archiveKeys } from '../core/archive-keys.ts';
import type { Run } from '../core/plan.ts';
import type { RunReport } from '../core/report.ts';
import type { Start } from '../core/start.ts';
import { approve, isAsking, linksOf } from './approver.ts';
import type { Scenario, Scene } from './scenario.ts';

/** A run that is played beside the one that is told of, and approved. */
export interface Beside {
  readonly run: Run;
  readonly start: Start;
}

/** Starts a run, approves it once people are asked, and waits for its end. Undefined: it left no report. */
export async function playBeside(scene: Scene, { run, start }: Beside): Promise<RunReport | undefined> {
  const { cloud, time, door } = scene;
  const execution = cloud.startRun(run, start);
  while (!isAsking(cloud, run) && execution.status === 'RUNNING') await time.sleep(1_000);
  for (const invited of linksOf(cloud, run)) {
    if (isAsking(cloud, run)) await approve(time, door, invited);
  }
  await execution.finished;
  await cloud.settled();

  const text = cloud.s3.text(cloud.archiveBucket, archiveKeys.report(run));
  return text === undefined ? undefined : (JSON.parse(text) as RunReport);
}

/** Plays the restore of the run that has just ended. */
export const playRestore = (scene: Scene): Promise<RunReport | undefined> =>
  playBeside(scene, {
    run: `${scene.run}-restored` as Run,
    start: { mode: 'restore', of: scene.run, requestedBy: 'somebody', why: 'its services are to go back' },
  });

/** Which version of each secret is AWSCURRENT, and what its tags say. */
const standOf = ({ cloud: { secretsManager } }: Scene): ReadonlyMap<string, string> =>
  new Map(
    secretsManager
      .arns()
      .map((arn) => [arn, JSON.stringify([secretsManager.labels(arn)['AWSCURRENT'], secretsManager.tags(arn)])]),
  );

export const restoredRun: Scenario = {
  name: 'restored-run',
  says: 'everything is rotated, and then restored by a second run: every secret and its tag is where it was, and no client notices',
  outcome: 'completed',
  begin: async (scene) => {
    let before: ReadonlyMap<string, string> = new Map();
    return {
      onTransition: ({ kind, state }) => {
        if (kind === 'entered' && state === 'Draft plan' && before.size === 0) before = standOf(scene);
      },
      settled: async () => {
        await scene.cloud.settled();
        const rotated = [...standOf(scene)].filter(([arn, stand]) => before.get(arn) !== stand).length;
        const report = await playRestore(scene);
        const elsewhere = [...standOf(scene)].filter(([arn, stand]) => before.get(arn) !== stand);
        if (report?.outcome !== 'completed' || report.rotated !== rotated || rotated === 0 || elsewhere.length > 0) {
          throw new Error(
            `not restored: ${report?.outcome} (${report?.reasons}), ${report?.rotated} of ${rotated}, ${elsewhere.length} not where they were`,
          );
        }
      },
    };
  },
  broken: (report) => [
    ...(report.rotated === report.selected ? [] : [`${report.rotated} of ${report.selected} were rotated`]),
    ...(report.denied.length === 0 ? [] : [`${report.denied.length} calls were denied`]),
  ],
};
