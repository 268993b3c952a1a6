/*
 * Goal: S7, to its end. What a rotation replaced is taken out of use only when nobody uses it, comes back when anything goes
 * wrong, and is deleted only much later.
 *
 * Method: the deployed machines, steps and policies under virtual time: a rotation, some days, and a retirement.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Run } from '../../core/plan.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { ArmedSecret } from '../../rehearsal/day/fleet.ts';
import { opens, retire, retiredKeys, use, versionsBefore } from '../../rehearsal/day/retiring.ts';
import type { Scenario, Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { locked, type Played, played, synthesised } from '../rehearsal/day/played.ts';

const assembly = synthesised();
const day = 24 * 3_600_000;

interface Retired extends Played {
  readonly retirement: RunReport;
  /** The keys that were replaced: whose they are, and whether each still opens something. */
  readonly olds: readonly { readonly name: string; readonly open: boolean }[];
}

type Olds = readonly (readonly [ArmedSecret, string])[];

/** Plays a rotation, seven days and a retirement. `disturb` sets a trap before the retirement, in reach of the old keys. */
async function retiredAfter(
  disturb: (scene: Scene, olds: Olds) => Promise<Omit<Trap, 'settled'> | undefined>,
  more: Partial<Scenario> = {},
): Promise<Retired> {
  let retirement: RunReport | undefined;
  let olds: Olds = [];
  const trap: { set: Omit<Trap, 'settled'> } = { set: {} };
  const whole = await played(assembly, {
    scenario: {
      ...(retiredKeys.inventory === undefined ? {} : { inventory: retiredKeys.inventory }),
      clientsEvery: 6 * 3_600_000,
      ...more,
      begin: async (scene) => {
        olds = [...versionsBefore(scene)].filter(([{ rotator }]) => rotator.strategy === 'overlap');
        return {
          onTransition: (transition) => trap.set.onTransition?.(transition),
          canUse: (...asked) => trap.set.canUse?.(...asked) ?? true,
          settled: async () => {
            await scene.time.sleep(7 * day);
            trap.set = (await disturb(scene, olds)) ?? {};
            retirement = await retire(scene, 'week-1');
          },
        };
      },
    },
  });
  assert(retirement !== undefined);
  const stand = olds.map(([secret, version]) => ({ name: secret.name, open: opens(whole.scene, secret, version) }));
  return { ...whole, retirement, olds: stand };
}

const kindsIn = ({ secrets }: RunReport) => [...new Set(secrets.map(({ kind }) => kind))];

describe('S7: what a rotation replaced', () => {
  it('is deactivated when nobody uses it, kept when somebody does, and deleted a second grace period later', async () => {
    const { report, scene } = await played(assembly, { scenario: retiredKeys });
    assert.deepEqual([report.outcome, report.promise.broken], ['completed', []]);
    assert.deepEqual(
      report.others.map(({ mode, outcome }) => [mode, outcome]),
      [
        ['retire', 'completed'],
        ['retire', 'completed'],
      ],
    );
    assert.deepEqual([report.clients.failures, report.denied], [0, []]);
    assert.equal(scene.cloud.s3.text(scene.cloud.deskBucket, 'lock.json'), undefined);
  });

  it('is kept where the target does not say when a key was last used: unknown means keep', async () => {
    const { retirement, olds } = await retiredAfter(async ({ estate }) => {
      estate.keys.hideUse();
      estate.signatures.hideUse();
      return undefined;
    });
    assert.deepEqual([retirement.outcome, retirement.reasons], ['completed', ['nothingToRetire']]);
    assert.deepEqual(retirement.leftAlone, { nothingToRetire: 4, useUnknown: olds.length });
    assert.ok(olds.every(({ open }) => open));
  });

  it('is kept, secret by secret, when it is used between the plan and the wave', async () => {
    const { retirement, olds } = await retiredAfter(async (scene, [first]) => {
      let isUsed = false;
      return {
        onTransition: ({ kind, state, execution }) => {
          if (kind !== 'entered' || state !== 'Request approval' || !execution.endsWith('week-1')) return;
          if (!isUsed && first !== undefined) void use(scene, ...first);
          isUsed = true;
        },
      };
    });
    assert.equal(retirement.outcome, 'completed');
    assert.deepEqual(
      retirement.secrets.filter(({ kind }) => kind === 'leftAlone').map(({ name, reason }) => [name, reason]),
      [[olds[0]?.name, 'stillUsed']],
    );
    assert.deepEqual(
      olds.filter(({ open }) => open).map(({ name }) => name),
      [olds[0]?.name],
    );
  });

  it('S6 comes back when a service turns sick that lived from it behind everybody’s back', async () => {
    const { retirement, olds, ...whole } = await retiredAfter(
      async (scene, olds) => {
        const [sick, version] = olds[0] ?? assert.fail();
        return { canUse: (_, secret) => secret.arn !== sick.arn || opens(scene, sick, version) };
      },
      { clientsEvery: 10 * 60_000 },
    );
    assert.equal(retirement.outcome, 'rolled-back');
    assert.match(retirement.reasons.join(), /serviceUnhealthy: /);
    assert.deepEqual(kindsIn(retirement).toSorted(), ['rolledBack', 'untouched'].slice(0, kindsIn(retirement).length));
    assert.ok(olds.every(({ open }) => open));
    assert.deepEqual([whole.report.clients.stillFailing, locked(whole)], [[], []]);
  });

  it('S11 comes back when its run dies in the middle of a wave: the watchdog covers the second machine, too', async () => {
    const { retirement, olds, scene } = await retiredAfter(async (scene) => {
      const { cloud } = scene;
      const run = `${scene.run}-week-1` as Run;
      let probed = 0;
      cloud.lambda.onAnswer(({ functionName, event }) => {
        const { phase, run: of } = event as { phase?: string; run?: string };
        if (!functionName.includes('-probe-batch-') || phase !== 'rotated' || of !== run) return;
        probed += 1;
        const machine = `${cloud.retirement.arn.replace(':stateMachine:', ':execution:')}:${run}`;
        if (probed === 1) cloud.states.stop(machine);
      });
      return undefined;
    });
    assert.deepEqual([retirement.outcome, retirement.reasons[0]], ['rolled-back', 'died: ABORTED']);
    assert.ok(retirement.rolledBack > 0);
    assert.ok(olds.every(({ open }) => open));
    assert.equal(scene.cloud.s3.text(scene.cloud.deskBucket, 'lock.json'), undefined);
  });
});
