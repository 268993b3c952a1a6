/*
 * Goal: a run that died may be redriven by whoever has a console, at once or days later: nothing of it goes on, nothing is
 * lost, and people are told how it stands (S5, S11).
 *
 * Method: whole runs on the small fleet. The execution is stopped in each of its states, and redriven as AWS would do it,
 * before, while and after the watchdog settles it; then everything is looked at behind its back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Run } from '../../core/plan.ts';
import { executionOf } from '../../rehearsal/day/dying-runs.ts';
import { playBeside } from '../../rehearsal/day/restored-run.ts';
import { opens, retire, versionsBefore } from '../../rehearsal/day/retiring.ts';
import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { locked, moved, type Played, played, synthesised } from '../rehearsal/day/played.ts';
import { type Death, isSettled, stoppedAt } from './deaths.ts';

const assembly = synthesised();
const day = 86_400_000;

interface Redriven extends Played {
  /** Functions that were called, and secrets that were written, after the redrive. */
  readonly called: readonly string[];
  readonly written: readonly string[];
}

/** Waits until a redriven execution has ended again, and what it left is settled: two sweeps come besides. */
async function ended({ cloud, time }: Scene, arn: string): Promise<void> {
  const execution = cloud.states.execution(arn);
  while (execution?.status === 'RUNNING') await time.sleep(1_000);
  await cloud.settled();
  for (const _ of [1, 2]) {
    await time.sleep(900_000);
    cloud.deliveries.sweep();
    await cloud.settled();
  }
}

interface Meanwhile {
  readonly before?: (scene: Scene) => void;
  /** Between its death and the redrive. */
  readonly between?: (scene: Scene) => Promise<unknown>;
}

/** Plays a run that dies, and is redriven so many milliseconds later. */
async function redrivenAfter(
  death: Death,
  later: number,
  { before = () => {}, between = async () => {} }: Meanwhile = {},
): Promise<Redriven> {
  const [called, written]: string[][] = [[], []];
  const whole = await played(assembly, {
    scenario: {
      outcome: 'halted',
      clientsEvery: later > day ? day / 4 : 300_000,
      nobodyAnswers: death.state === 'Request approval',
      begin: async (scene): Promise<Trap> => {
        const { cloud, time, run } = scene;
        const arn = executionOf(scene, run);
        before(scene);
        const trap = stoppedAt(scene, death, {
          settled: async () => {
            await time.sleep(later);
            await between(scene);
            cloud.states.redrive(arn);
            cloud.secretsManager.onWrite(({ operation, secretArn }) => written?.push(`${operation} ${secretArn}`));
            cloud.lambda.onAnswer(({ functionName }) => called?.push(functionName));
            await ended(scene, arn);
          },
        });
        return death.state === 'Roll back wave' ? goingBack(trap) : trap;
      },
    },
  });
  return { ...whole, called: called ?? [], written: written ?? [] };
}

/** The workflow's role as it would be if it might redrive its children: then what the workflow itself says must do. */
function mayRedrive({ cloud: { account, machine, recovery, retirement } }: Scene): void {
  for (const { roleArn } of [machine, recovery, retirement]) account.authorisation.admit(roleArn, 'administrator');
}

/** A function is killed as it rotates, so that its wave goes back. */
function goingBack(trap: Trap): Trap {
  let calls = 0;
  return {
    ...trap,
    fateOf: ({ principal }) => (principal.includes('RotateBatch') && ++calls === 9 ? 'callerDiesAfter' : 'works'),
  };
}

/** How everything stands that a run might still change: secrets, tags, what is left alone later, and what is remembered. */
const standOf = ({ cloud: { secretsManager, s3, deskBucket } }: Scene): unknown => [
  secretsManager.arns().map((arn) => [arn, secretsManager.labels(arn), secretsManager.tags(arn)]),
  s3.keys(deskBucket, '').map((key) => [key, s3.text(deskBucket, key)]),
];

function isRefused({ scene }: Played): void {
  const { result, history } = scene.cloud.states.execution(executionOf(scene, scene.run)) ?? assert.fail();
  assert.equal(result?.status, 'FAILED', 'the redriven execution goes nowhere');
  const events = history.events();
  const redriven = events.findLast(({ type }) => type === 'ExecutionRedriven') ?? assert.fail();
  const lasted = Number(events.at(-1)?.timestamp) - Number(redriven.timestamp);
  assert.ok(
    lasted < 300_000,
    `it waits for no window and no bake, only where a batch that goes back is tried again: ${lasted}`,
  );
}

describe('S11 a run that died and is redriven ends at once, and is settled as it was or as it would have been', () => {
  for (const death of [
    { state: 'Draft plan' },
    { state: 'Preflight', after: 300 },
    { state: 'Request approval' },
    { state: 'Confirm approval', after: 150 },
    { state: 'Await window' },
    { state: 'Admit wave', visit: 2, after: 100 },
    { state: 'Rotate wave' },
    { state: 'Rotate wave', visit: 2, after: 400 },
    { state: 'Bake', after: 100_000 },
    { state: 'Probe wave', visit: 2, after: 300 },
    { state: 'Judge wave' },
    { state: 'Renew expiry', visit: 2, after: 100 },
    { state: 'Close run' },
    { state: 'Close run', after: 90 },
  ] satisfies readonly Death[]) {
    const { state, visit = 1, after = 1 }: Death = death;
    for (const [when, later, died] of [
      ['at once', 0, 'FAILED'],
      ['while its recovery waits', 60_000, 'FAILED'],
      ['an hour later', 3_600_000, 'ABORTED'],
      ['13 days later', 13 * day, 'ABORTED'],
    ] as const) {
      it(`in ${state}, visit ${visit}, ${after} ms after it began: ${when}`, async () => {
        const whole = await redrivenAfter(death, later);
        isRefused(whole);
        // A Map Run whose children were under way would go on with them.
        const hasChildren = ['Preflight', 'Rotate wave', 'Probe wave'].includes(state) && after > 1;
        isSettled(whole, { died, denied: hasChildren ? ['states:RedriveExecution'] : [] });
        if (died === 'FAILED') return;
        assert.deepEqual(whole.written, [], 'it was settled: nothing is written any more');
        const watchdogs = /watch-runs|deliver-decisions/;
        assert.deepEqual(
          whole.called.filter((name) => !watchdogs.test(name)),
          [],
          'and nothing is called',
        );
      });
    }
  }
});

describe('S11 a redriven run whose role might redrive its batches', () => {
  for (const death of [
    { state: 'Preflight', after: 300 },
    { state: 'Rotate wave', after: 400 },
    { state: 'Rotate wave', visit: 2, after: 400 },
    { state: 'Rotate wave', visit: 2, after: 1_500 },
    { state: 'Probe wave', visit: 2, after: 300 },
    { state: 'Roll back wave', after: 300 },
  ] satisfies readonly Death[]) {
    for (const [when, later, died] of [
      ['at once', 0, 'FAILED'],
      ['13 days later', 13 * day, 'ABORTED'],
    ] as const) {
      it(`ends at once all the same: in ${death.state}, ${death.after} ms after it began, ${when}`, async () => {
        const whole = await redrivenAfter(death, later, { before: mayRedrive });
        isRefused(whole);
        isSettled(whole, { died });
        if (died === 'ABORTED') assert.deepEqual(whole.written, []);
      });
    }
  }
});

describe('S11 a redrive', () => {
  for (const [whose, before] of [
    ['', () => {}],
    [', were its role let redrive its batches', mayRedrive],
  ] as const) {
    it(`touches nothing of what another run has rotated since${whose}`, async () => {
      const stands: unknown[] = [];
      const death = { state: 'Rotate wave', visit: 2, after: 1_500 };
      const whole = await redrivenAfter(death, 3_600_000, {
        before,
        between: async (scene) => {
          const start = { mode: 'rotate', requestedBy: 'somebody', why: 'what the dead run left' } as const;
          const second = await playBeside(scene, { run: 'second' as Run, start });
          assert.deepEqual([second?.outcome, second?.rotated], ['completed', 5]);
          stands.push(standOf(scene));
        },
      });
      isRefused(whole);
      assert.deepEqual([standOf(whole.scene)], stands);
      assert.deepEqual([moved(whole).length, locked(whole), whole.written], [10, [], []]);
      assert.deepEqual([whole.report.clients.failures, whole.report.clients.stillFailing], [0, []]);
    });
  }

  it('is refused by AWS when the run ended more than 14 days ago', async () => {
    await assert.rejects(redrivenAfter({ state: 'Bake' }, 15 * day), { name: 'ExecutionNotRedrivable' });
  });

  it('tells whoever looks why it does not go on', async () => {
    const { scene } = await redrivenAfter({ state: 'Close run' }, 3_600_000);
    const { result } = scene.cloud.states.execution(executionOf(scene, scene.run)) ?? {};
    assert.match(
      String(result?.status === 'FAILED' && result.cause),
      /a run that ended is not redriven: the watchdog settles/,
    );
  });
});

/** Stops the first recovery of the run in one of its states, and redrives it so many milliseconds later. */
function recoveryStopped(
  scene: Scene,
  state: string,
  { after, later }: { readonly after: number; readonly later: number },
): Trap {
  const { cloud, time } = scene;
  let recovery: string | undefined;
  const trap = stoppedAt(scene, { state: 'Rotate wave', visit: 2, after: 1_500 });
  return {
    onTransition: (transition) => {
      trap.onTransition?.(transition);
      const { kind, executionArn } = transition;
      if (kind !== 'entered' || transition.state !== state || recovery !== undefined) return;
      recovery = executionArn;
      time.after(after, () => cloud.states.stop(executionArn));
    },
    settled: async () => {
      while (recovery === undefined || cloud.states.execution(recovery)?.status === 'RUNNING') await time.sleep(1_000);
      if (later > 900_000) await ended(scene, recovery);
      await time.sleep(later);
      cloud.states.redrive(recovery);
      await ended(scene, recovery);
      assert.equal(cloud.states.execution(recovery)?.status, 'FAILED');
    },
  };
}

describe('S11 a recovery that died and is redriven goes on no more than a run, and another one settles the run', () => {
  for (const [state, after] of [
    ['Settle run', 1],
    ['Await deadline', 1_000],
    ['Roll back dead wave', 300],
    ['Judge recovery', 1],
    ['Put expiry back', 1],
    ['Verify sound wave', 150],
    ['Close recovery', 1],
    ['Close recovery', 200],
  ] as const) {
    for (const [when, later] of [
      ['at once', 0],
      ['13 days later', 13 * day],
    ] as const) {
      it(`${state}, ${after} ms after it began: ${when}`, async () => {
        const whole = await played(assembly, {
          scenario: {
            outcome: 'halted',
            clientsEvery: later > 0 ? day / 4 : 300_000,
            begin: async (scene) => recoveryStopped(scene, state, { after, later }),
          },
        });
        const hasChildren = ['Roll back dead wave', 'Verify sound wave'].includes(state);
        isSettled(whole, { denied: hasChildren ? ['states:RedriveExecution'] : [] });
      });
    }
  }
});

describe('S11 a retirement that died and is redriven', () => {
  for (const [state, after] of [
    ['Rotate wave', 300],
    ['Bake', 1_000],
    ['Close run', 1],
  ] as const) {
    it(`takes no further key out of use: stopped in ${state}`, async () => {
      const stands: string[] = [];
      const whole = await played(assembly, {
        scenario: {
          clientsEvery: day / 4,
          begin: async (scene): Promise<Trap> => {
            const { cloud, time } = scene;
            const run = `${scene.run}-week-1`;
            const arn = `${cloud.retirement.arn.replace(':stateMachine:', ':execution:')}:${run}`;
            const olds = [...versionsBefore(scene)].filter(([{ rotator }]) => rotator.strategy === 'overlap');
            const open = () => olds.filter((old) => opens(scene, ...old)).map(([{ name }]) => name);
            return {
              onTransition: ({ kind, state: entered, executionArn }) => {
                if (kind === 'entered' && entered === state && executionArn === arn)
                  time.after(after, () => cloud.states.stop(arn));
              },
              settled: async () => {
                await time.sleep(7 * day);
                await retire(scene, 'week-1');
                stands.push(open().join());
                await time.sleep(day);
                cloud.states.redrive(arn);
                await ended(scene, arn);
                stands.push(open().join(), String(cloud.states.execution(arn)?.status));
              },
            };
          },
        },
      });
      const [before, since, status] = stands;
      assert.deepEqual([since, status], [before, 'FAILED']);
      assert.deepEqual([locked(whole), whole.report.clients.failures], [[], 0]);
      assert.equal(whole.scene.cloud.s3.text(whole.scene.cloud.deskBucket, 'lock.json'), undefined);
    });
  }
});
