import { archiveKeys } from '../../core/archive-keys.ts';
import { counted } from '../../core/plain-text.ts';
import type { Run } from '../../core/plan.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Start } from '../../core/start.ts';
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
    const elsewhere = () => [...standOf(scene)].filter(([arn, stand]) => before.get(arn) !== stand).length;
    let moved = 0;
    return {
      onTransition: ({ kind, state }) => {
        if (kind === 'entered' && state === 'Draft plan' && before.size === 0) before = standOf(scene);
      },
      settled: async () => {
        await scene.cloud.settled();
        moved = elsewhere();
        await playRestore(scene);
      },
      broken: () => [
        ...(moved > 0 ? [] : ['the first run moved nothing, so there was nothing to restore']),
        ...(elsewhere() === 0 ? [] : [`of ${counted(elsewhere(), 'secret')}, version or tags are not what they were`]),
      ],
    };
  },
  broken: ({ rotated, selected, denied, others: [restore] }) => [
    ...(rotated === selected ? [] : [`${rotated} of ${selected} were rotated`]),
    ...(restore?.outcome === 'completed' ? [] : [`the restore ended ${restore?.outcome} (${restore?.reasons})`]),
    ...(restore?.rotated === rotated ? [] : [`${restore?.rotated} of ${rotated} were restored`]),
    ...(denied.length === 0 ? [] : [`${denied.length} calls were denied`]),
  ],
};
