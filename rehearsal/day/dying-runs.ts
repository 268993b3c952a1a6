import type { Run } from '../../core/plan.ts';
import type { RehearsalReport } from './report.ts';
import type { Scenario, Scene } from './scenario.ts';

/* Days on which a run does not come to its own end, or is not the only one. */

/** What holds a run up from outside: the wave that was under way went back, and the lock is free. */
const isWaveBack = (report: RehearsalReport): readonly string[] => [
  ...waveIs(report, 1, 'renewed'),
  ...waveIs(report, 2, 'rolled-back'),
  ...waveIs(report, 3, 'not started'),
  ...(report.held === 0 ? [] : [`${report.held} secrets are held`]),
];

function waveIs({ waves }: RehearsalReport, number: number, outcome: string): readonly string[] {
  const wave = waves.find((one) => one.number === number);
  return wave?.outcome === outcome ? [] : [`wave ${number} is ${wave?.outcome}, ${outcome} promised`];
}

function lockIsFree({ cloud }: Scene): readonly string[] {
  const lock = cloud.s3.text(cloud.deskBucket, 'lock.json');
  return lock === undefined ? [] : [`the lock is not free: ${lock}`];
}

export const stoppedRun: Scenario = {
  name: 'stopped-run',
  says: 'somebody stops the execution in the middle of wave 2: the watchdog sends the wave back, reports, and frees the lock',
  outcome: 'rolled-back',
  begin: async (scene) => {
    const { cloud, run } = scene;
    let probed = 0;
    cloud.lambda.onAnswer(({ functionName, event }) => {
      const { phase, batch } = event as { phase?: string; batch?: { wave?: number } };
      if (!functionName.includes('-probe-batch-') || phase !== 'rotated' || batch?.wave !== 2) return;
      probed += 1;
      if (probed === 1) cloud.states.stop(executionOf(scene, run));
    });
    return { broken: () => lockIsFree(scene) };
  },
  broken: (report) => [
    ...isWaveBack(report),
    ...(report.reasons.includes('died: ABORTED') ? [] : ['the report does not say that the run was stopped']),
  ],
};

export const killedStep: Scenario = {
  name: 'killed-step',
  says: 'rotate-batch is killed in wave 2 between making a new version and promoting it: rolled back by the run itself',
  outcome: 'rolled-back',
  begin: async (scene) => {
    let staged = 0;
    const inFirstWave = scene.waves[0]?.length ?? 0;
    return {
      fateOf: ({ service, operation, principal }) => {
        if (service !== 'secretsmanager' || !principal.includes('RotateBatch') || operation !== 'PutSecretValue')
          return 'works';
        staged += 1;
        return staged === inFirstWave + 3 ? 'callerDiesAfter' : 'works';
      },
      broken: () => lockIsFree(scene),
    };
  },
  broken: isWaveBack,
};

export const twoRuns: Scenario = {
  name: 'two-runs',
  says: 'a second run is started by hand while the first one rotates: it ends at once, refused, and the first one goes on',
  outcome: 'completed',
  begin: async (scene) => {
    const { cloud, run } = scene;
    const second = `${run}-second` as Run;
    let other: Promise<unknown> | undefined;
    const start = () =>
      cloud.startRun(second, { mode: 'rotate', requestedBy: 'somebody', why: 'a second run by hand' }).finished;
    return {
      onTransition: ({ kind, state, execution }) => {
        if (kind === 'entered' && state === 'Bake' && execution === run) other ??= start();
      },
      settled: async () => {
        await other;
      },
      broken: () => lockIsFree(scene),
    };
  },
  broken: ({ run, rotated, selected, others: [second] }) => [
    ...(rotated === selected ? [] : [`${rotated} of ${selected} were rotated`]),
    ...(second?.outcome === 'refused' && second.reasons.includes(`lockHeld: ${run}`)
      ? []
      : [`the second run was not refused: it ended ${second?.outcome} (${second?.reasons})`]),
    ...(second?.timeline.some(({ state }) => state === 'Preflight') ? ['the second run has read values'] : []),
  ],
};

/** ARN of the execution of a run. */
export const executionOf = ({ cloud }: Pick<Scene, 'cloud'>, run: Run): string =>
  `${cloud.machine.arn.replace(':stateMachine:', ':execution:')}:${run}`;
