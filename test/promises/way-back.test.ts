/*
 * Goal: S5 AWSCURRENT always authenticates; S6 a failed probe stops the run and everything goes back; S7 old credentials go
 * on working; S10 another principal verifies; S11 calls that get lost lose no credential.
 *
 * Method: whole runs in which something fails in the middle. After every call that Keyturn makes, every secret's current
 * value is tried at its target, behind everybody's back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contradictionFound } from '../../core/verdict/contradiction.ts';

import { type Call, type Fate, onlyFor, ruled, seeded } from '../../rehearsal/account/faults.ts';
import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { scenarios } from '../../rehearsal/day/scenarios.ts';
import type { SimulatedNetwork } from '../../rehearsal/targets/simulated.ts';
import type { SimulatedPostgres } from '../../rehearsal/targets/simulated-postgres.ts';
import { when } from '../rehearsal/day/people.ts';
import { isAccepted, locked, moved, type Played, type Playing, played, synthesised } from '../rehearsal/day/played.ts';

const assembly = synthesised();

const database = 'db.chromepay.example';

/** Takes the database away from everybody, and gives it back. */
const outage = ({ estate }: Scene) => {
  const network = estate.network as SimulatedNetwork;
  return {
    begin: () => network.close(database),
    end: () => network.openPostgres(database, estate.postgres as SimulatedPostgres),
  };
};

/** Plays a run, and tries every secret after each of Keyturn's calls. */
async function watched(begin: (scene: Scene) => Trap, options: Playing = {}): Promise<Played & { outages: string[] }> {
  const outages = new Set<string>();
  const day = await played(assembly, {
    ...options,
    scenario: {
      ...options.scenario,
      begin: async (scene) => {
        const { cloud, estate } = scene;
        cloud.account.observe(({ call }) => {
          if (call.principal.includes('/service/')) return;
          for (const arn of cloud.secretsManager.arns()) {
            if (!isAccepted(estate, String(cloud.secretsManager.value(arn)))) outages.add(`${call.operation}: ${arn}`);
          }
        });
        return { ...(await options.scenario?.begin?.(scene)), ...begin(scene) };
      },
    },
  });
  return { ...day, outages: [...outages] };
}

const scenario = (name: string) => scenarios[name] ?? assert.fail(`there is no scenario ${name}`);

const byRotator = ({ principal }: Call) => principal.includes('RotateBatchRole');

describe('S5 at every instant', () => {
  it('S5 AWSCURRENT of every secret authenticates, on the day on which all goes well', async () => {
    const day = await watched(() => ({}));
    assert.deepEqual([day.report.rotated, day.outages], [10, []]);
  });
});

describe('S6 a failed probe', () => {
  it('S6 stops the run before the next batch starts, and takes the whole wave back to its recorded versions', async () => {
    const day = await watched(() => ({}), { scenario: scenario('rejected-credential') });
    const turned = day.happenings.flatMap((one) =>
      one.kind === 'batch turned' ? [`${one.goal} ${one.wave}.${one.batch}: ${one.turned} of ${one.of}`] : [],
    );
    // Wave 2 has a batch of each tier. The second fails, and the third does not start.
    assert.deepEqual(turned, [
      'rotate 1.0: 5 of 5',
      'rotate 2.0: 1 of 1',
      'rotate 2.1: 0 of 2',
      'rotate 2.2: 0 of 2',
      'roll back 2.0: 1 of 1',
      'roll back 2.1: 2 of 2',
      'roll back 2.2: 2 of 2',
    ]);
    assert.deepEqual([day.report.outcome, moved(day).length, day.outages], ['rolled-back', 5, []]);
  });

  it('S6 is probed again where the wave went back to', async () => {
    const { happenings, outages } = await watched(() => ({}), { scenario: scenario('sick-service') });
    const phases = happenings.flatMap((one) => (one.kind === 'batch probed' && one.wave === 2 ? [one.phase] : []));
    assert.deepEqual([phases.filter((phase) => phase === 'rolledBack').length, phases.at(-1)], [3, 'rolledBack']);
    assert.deepEqual(outages, []);
  });

  it('S6 that knows nothing, since the target is down, is no success: the wave goes back when the target is up', async () => {
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => {
          const { begin, end } = outage(scene);
          return {
            onTransition: ({ kind, state }) => {
              if (kind === 'entered' && state === 'Probe batch') begin();
              if (kind === 'entered' && state === 'Roll back batch') end();
            },
          };
        },
      },
    });
    assert.deepEqual([day.report.outcome, moved(day), locked(day)], ['rolled-back', [], []]);
    assert.ok(day.report.reasons.some((reason) => reason.includes('prod/low/office-directory/db-reader')));
  });

  it('S6 that knows nothing for good holds what it cannot prove, and calls people', async () => {
    const day = await played(assembly, {
      scenario: { begin: async (scene) => when('Rotate batch', () => outage(scene).begin()) },
    });
    const held = day.report.secrets.filter(({ kind }) => kind === 'held').map(({ name }) => name);
    assert.equal(day.report.outcome, 'halted');
    assert.ok(held.length > 0 && held.every((name) => /db-/.test(name)), held.join());
    assert.deepEqual([moved(day).filter((name) => !held.includes(name)), locked(day)], [[], []]);
    const told = day.scene.cloud.ses.inbox('security-oncall@chromepay.example').map(({ text }) => text);
    assert.ok(told.at(-1)?.includes('Held secrets need a person'), told.at(-1));
  });
});

describe('S6 a way back', () => {
  it('S6 outlives two minutes in which Secrets Manager answers nobody: it is made again, and nothing is held', async () => {
    const day = await played(assembly, {
      scenario: {
        ...scenario('sick-service'),
        begin: async (scene) => {
          let outSince = Number.POSITIVE_INFINITY;
          const isOut = () => scene.time.now() >= outSince && scene.time.now() < outSince + 120_000;
          return {
            ...(await scenario('sick-service').begin?.(scene)),
            fateOf: ({ service }) => (service === 'secretsmanager' && isOut() ? 'throttled' : 'works'),
            onTransition: ({ kind, state }) => {
              const isFirst = kind === 'entered' && state === 'Roll back batch' && outSince > scene.time.now();
              if (isFirst) outSince = scene.time.now();
            },
          };
        },
      },
    });
    assert.deepEqual([day.report.outcome, day.report.held, moved(day).length, locked(day)], ['rolled-back', 0, 5, []]);
  });
});

describe('S7 a rotation', () => {
  it('S7 leaves every old credential working, at the target as well', async () => {
    const { before, scene, report } = await played(assembly);
    assert.equal(report.rotated, 10);
    assert.deepEqual(
      [...before.values()].filter(({ value }) => !isAccepted(scene.estate, value)),
      [],
    );
  });
});

describe('S10 a claim', () => {
  it('S10 that names another version than the current one is contradicted, and the wave goes back', async () => {
    const { report, ...day } = await watched(() => ({}), { scenario: scenario('false-claim') });
    assert.deepEqual([report.outcome, report.verification.contradicted, day.outages], ['rolled-back', 1, []]);
    assert.ok(
      report.reasons.some((reason) => reason.includes('claimContradicted: ')),
      report.reasons.join(),
    );
    assert.ok(
      day.logged.some((line) => line.includes(contradictionFound)),
      'people are called',
    );
  });

  it('S10 is made by one principal and verified by another', async () => {
    const { scene } = await played(assembly);
    const callers = (operation: string) =>
      scene.cloud.account.calls.principals.filter(
        (principal) => scene.cloud.account.calls.of(principal)[operation] !== undefined,
      );
    const writers = callers('secretsmanager:UpdateSecretVersionStage');
    const readers = callers('secretsmanager:BatchGetSecretValue');
    assert.equal(writers.length, 3);
    assert.ok(writers.every((role) => role.includes('RotateBatchRole')));
    assert.equal(readers.filter((role) => role.includes('ProbeBatchRole')).length, 3);
  });
});

describe('S11 a call', () => {
  const operations = [
    'PutSecretValue',
    'UpdateSecretVersionStage',
    'DescribeSecret',
    'BatchGetSecretValue',
    'GetObject',
  ];

  for (const fate of ['requestLost', 'responseLost', 'throttled'] as const satisfies Fate[]) {
    it(`S11 of rotate-batch may end with ${fate}, whichever it is: the run completes, and no client notices`, async () => {
      const rules = operations.map((operation) => ({ operation, nth: 3, fate }));
      const fateOf = onlyFor(byRotator, ruled(rules));
      const day = await watched(() => ({ fateOf }));
      assert.deepEqual([day.report.outcome, day.report.rotated, day.report.clients.failures], ['completed', 10, 0]);
      assert.deepEqual(day.outages, []);
    });
  }

  it('S11 may kill its function mid-write: the deadline is waited out, and the wave goes back', async () => {
    const fateOf = onlyFor(
      byRotator,
      ruled([{ operation: 'UpdateSecretVersionStage', nth: 3, fate: 'callerDiesAfter' }]),
    );
    const day = await watched(() => ({ fateOf }));
    assert.deepEqual([day.report.outcome, moved(day), locked(day), day.outages], ['rolled-back', [], [], []]);
    assert.deepEqual([day.report.held, day.report.clients.failures], [0, 0]);
  });

  it('S11 may be lost at random, now and then, in every function', async () => {
    for (const seed of [1, 2]) {
      const lossy = seeded(seed, [
        [0.02, 'requestLost'],
        [0.02, 'responseLost'],
        [0.02, 'throttled'],
      ]);
      const ofKeyturn = ({ principal, service }: Call) =>
        /Role/.test(principal) && !/Workflow/.test(principal) && service !== 'lambda';
      const day = await watched(() => ({ fateOf: onlyFor(ofKeyturn, lossy) }));
      assert.deepEqual([day.outages, locked(day), day.report.clients.failures], [[], [], 0], `seed ${seed}`);
    }
  });
});
